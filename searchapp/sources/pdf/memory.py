"""Pages that were laid out before are known again by their keys (``page_keys``): an edit costs what was edited."""

from __future__ import annotations

import json

from searchapp.sources.builder import PDF_PAGES_MB, TextMemory
from searchapp.sources.pdf.page import LaidPage, Piece, Role

MEMORY = TextMemory(PDF_PAGES_MB)
"""Laid-out pages as JSON."""


def remembered(key: bytes | None) -> LaidPage | None:
    """The page that was remembered by this key."""
    known = MEMORY.get(key) if key else None
    if known is None:
        return None
    width, height, pieces = json.loads(known)
    return LaidPage(width, height, [Piece(text, Role(role), *rest) for text, role, *rest in pieces])


def remember(key: bytes | None, page: LaidPage) -> None:
    """Keep a page as it was laid out, before it is looked at beside others."""
    if not key:
        return
    pieces = [(p.text, p.role.value, p.top, p.bottom, p.left, p.size, p.is_bold, p.lines, p.rows) for p in page.pieces]
    MEMORY.remember(key, json.dumps((page.width, page.height, pieces), ensure_ascii=False))
