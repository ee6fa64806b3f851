"""The words of a paragraph, heading or cell of Markdown; those that were read before are remembered."""

from __future__ import annotations

import re
from functools import cache
from hashlib import blake2b
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from searchapp.sources.tags import BREAK
from searchapp.sources.text_memory import MARKDOWN_MB, TextMemory

DEEPEST_NESTING = 500
"""markdown-it drops what is nested deeper than its own limit of 20."""

MEMORY = TextMemory(MARKDOWN_MB)
"""By what is written, and by the addresses that it may name."""

_WRAP = "\x1f"
_CJK_WRAP = re.compile(
    f"(?<=[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]){_WRAP}(?=[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60])"
)
"""A line end inside a paragraph is no more than a space, and between Chinese or Japanese characters not even that."""


@cache
def parser(*, blocks_only: bool = False) -> MarkdownIt:
    """CommonMark with tables and strikethrough; ``blocks_only`` leaves what stands in blocks as it is written."""
    made = MarkdownIt("commonmark", {"maxNesting": DEEPEST_NESTING}).enable(["table", "strikethrough"])
    if blocks_only:
        made.core.ruler.disable(["inline", "text_join"])
    return made


class Words:
    """Reads the stretches of one document, whose ``references`` are the link definitions that markdown-it found."""

    def __init__(self, references: dict[str, Any]) -> None:
        self._references = references
        self._labels = "\0".join(sorted(references)).encode("utf-8", "surrogatepass")

    def of(self, written: str) -> str:
        """The words of a stretch of Markdown."""
        digest = blake2b(written.encode("utf-8", "surrogatepass"), digest_size=32)
        if "[" in written:  # the only mark whose meaning hangs on what is defined elsewhere
            digest.update(b"\0" + self._labels)
        key = digest.digest()
        words = MEMORY.text(key)
        if words is None:
            (token,) = parser().parseInline(written, {"references": self._references})
            words = plain(token)
            MEMORY.remember(key, words)
        return words


def plain(token: Token) -> str:
    """An inline token as reading text: a link's words, an image's description, no emphasis marks."""
    parts: list[str] = []
    for child in token.children or ():
        match child.type:
            case "text" | "text_special" | "code_inline":
                parts.append(child.content)
            case "softbreak":
                parts.append(_WRAP)
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(plain(child) or child.content)
            case "html_inline":
                parts.append("\n" if BREAK.fullmatch(child.content) else "")
    return _CJK_WRAP.sub("", "".join(parts)).replace(_WRAP, " ")
