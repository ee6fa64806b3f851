"""Which titles in a document's metadata are worth showing: many are a template's, a program's or a file's name."""

from __future__ import annotations

import re

from searchapp.sources.builder import one_line

_PROGRAM_PREFIX = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word)\s*-\s*", re.IGNORECASE
)
_FILE_TITLE = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|dvi|tex|pdf|indd|qxd|ps|eps|rtf|odt|fm|pmd|cdr|ai|tmp|txt|html?)$", re.IGNORECASE
)
_NO_TITLE = re.compile(
    r"^(?:untitled.*|document\d*|slide \d+|title|no title|none|null|\W*|\(?anonymous\)?"
    r"|powerpoint presentation|presentation\d*|(?:powerpoint )?演示文稿\d*|microsoft word|无标题.*|未命名.*)$",
    re.IGNORECASE,
)


def sensible_title(title: str | None) -> str:
    """The metadata's title, or an empty string where it says nothing about the document."""
    line = _PROGRAM_PREFIX.sub("", one_line(title or ""))
    if len(line) < 2 or _NO_TITLE.match(line) or _FILE_TITLE.search(line) or "\ufffd" in line:
        return ""
    return line
