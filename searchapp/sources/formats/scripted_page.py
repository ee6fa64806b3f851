"""Web pages whose text JavaScript makes, which is not run here: what they say instead is not their text."""

from __future__ import annotations

import re
from typing import Any

LONGEST_SHELL = 500
"""Characters of such a page's own text; a page of more says enough."""

_SCRIPTS = "//script[not(@type) or contains(@type, 'javascript') or contains(@type, 'ecmascript') or @type='module']"
_NAMES = (
    "root",
    "app",
    "__next",
    "__nuxt",
    "react-root",
    "app-root",
    "main-app",
    "application",
    "gatsby-focus-wrapper",
)
_EMPTY_FRAMES = f"//app-root|//*[{' or '.join(f'@id={name!r}' for name in _NAMES)}][not(*)][not(normalize-space())]"
_SCRIPT = r"(?:java\s?script|\bjs\b|脚本)"
_APPEAL = re.compile(
    rf"\b(?:enable|activate|allow|turn on|turned on|requires?|needs?|without|disabled)\b[^.]{{0,40}}?{_SCRIPT}"
    rf"|{_SCRIPT}[^.]{{0,40}}?\b(?:enabled|required|needed|disabled|turned o)"
    rf"|(?:启用|啟用|打开|开启|開啟|允许|需要|支持|禁用|关闭)[^。]{{0,20}}?{_SCRIPT}"
    rf"|{_SCRIPT}[^。]{{0,20}}?(?:启用|啟用|打开|开启|開啟|禁用|关闭|必须|才能)",
    re.IGNORECASE,
)
_OF_COMMENTS = re.compile(r"comment|disqus|评论|評論", re.IGNORECASE)


def asks_for_script(text: str) -> bool:
    """Whether a text asks its reader to allow JavaScript, for more than comments."""
    return len(text) < LONGEST_SHELL and bool(_APPEAL.search(text)) and not _OF_COMMENTS.search(text)


def needs_script(page: Any, text: str) -> bool:
    """Whether JavaScript is to make the text of ``page``, of which ``text`` was read without it."""
    if len(text) >= LONGEST_SHELL or not page.xpath(_SCRIPTS):
        return False
    said = (" ".join("".join(element.itertext()).split()) for element in page.iter("noscript"))
    return not text or any(map(asks_for_script, (text, *said))) or bool(page.xpath(_EMPTY_FRAMES))
