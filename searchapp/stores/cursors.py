"""Where a page of documents begins, as a word that clients send back.

Cursors are opaque to clients, and good for lists in the order that they were made in. They hold where a document stands
that the client has seen, and open nothing: groups and filters hold for every page.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from searchapp.errors import UsageError
from searchapp.stores.registry import LAST_PAGE, Cursor, EntryOrder, Place

LAST = "last"
"""Leads to the last page of any list."""

CURSOR_KEYS: dict[EntryOrder, type] = {
    EntryOrder.NEWEST: int,
    EntryOrder.OLDEST: int,
    EntryOrder.TITLE: str,
    EntryOrder.LARGEST: int,
    EntryOrder.TYPE: str,
    EntryOrder.STATE: str,
}
"""What ``Place.key`` is, besides None."""


def write_cursor(order: EntryOrder, cursor: Cursor | None) -> str | None:
    """The cursor as a word that an address can hold."""
    if cursor is None:
        return None
    if cursor.place is None:
        return LAST
    values = [order, cursor.backwards, cursor.place.key, cursor.place.source]
    return base64.urlsafe_b64encode(json.dumps(values, ensure_ascii=False).encode()).decode().rstrip("=")


def read_cursor(order: EntryOrder, text: str) -> Cursor | None:
    """The cursor that ``write_cursor`` made, None for no text.

    Raises UsageError for one of another order, or of nobody.
    """
    if not text:
        return None
    if text == LAST:
        return LAST_PAGE
    key: Any
    try:
        name, backwards, key, source = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        fits = name == order and isinstance(backwards, bool) and isinstance(source, str)
        is_key = key is None or type(key) is CURSOR_KEYS.get(order)
        if not fits or not is_key or (isinstance(key, int) and not -(2**63) <= key < 2**63):
            raise ValueError(text)
        f"{key}{source}".encode()  # half of a pair of surrogates is no text
    except (ValueError, TypeError, RecursionError) as error:
        raise UsageError("cursor_invalid", order=order, last=LAST) from error
    return Cursor(Place(key, source), backwards)
