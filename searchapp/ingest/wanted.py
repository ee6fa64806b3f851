"""Documents that readers just met by their words alone: their vectors are computed before those of others."""

from __future__ import annotations

import threading
from collections.abc import Iterable

MOST_WANTED = 256
"""Documents that are remembered, the latest met: some batches of vectors."""


class Wanted:
    """Remembers them in this process, for the thread that computes vectors in it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[str, None] = {}

    def note(self, document_ids: Iterable[str]) -> None:
        """These were met, now."""
        with self._lock:
            for document_id in document_ids:
                self._ids.pop(document_id, None)
                self._ids[document_id] = None
            for document_id in list(self._ids)[: max(0, len(self._ids) - MOST_WANTED)]:
                del self._ids[document_id]

    def forget(self, document_ids: Iterable[str]) -> None:
        """These have their vectors, or are gone."""
        with self._lock:
            for document_id in document_ids:
                self._ids.pop(document_id, None)

    def latest_first(self) -> list[str]:
        """The ids of all of them."""
        with self._lock:
            return list(reversed(self._ids))
