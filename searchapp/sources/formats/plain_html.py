"""The text of some HTML without a tree: for pieces of it within other documents, and for what nests too deep."""

from __future__ import annotations

import re
from html import unescape

from searchapp.text.sentences import CELL_BREAK

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?(?:-->|\Z)", re.DOTALL)
_SILENT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/tr|/?h\d|/?ul|/?ol|/?table|/?details|/?summary)\b[^<>]*>", re.IGNORECASE)
"""A tag that ends a line of text."""

_CELL_END = re.compile(r"</t[dh]\s*>\s*(?=<t[dh]\b)", re.IGNORECASE)


def plain_html(block: str) -> str:
    """The text of some HTML, one line a block, cells of a table parted by bars."""
    text = BREAK.sub("\n", _CELL_END.sub(CELL_BREAK, _SILENT.sub("", block)))
    return "\n".join(line.strip() for line in unescape(_TAG.sub("", text)).split("\n") if line.strip())
