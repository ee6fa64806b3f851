"""How long the rest of an ingestion takes, by what its last documents took."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import PurePath

HALF_LIFE_SECONDS = 30.0
"""After so long a passage counts half in how many are made a second."""

LEAST_SECONDS, LEAST_DOCUMENTS = 5.0, 3
"""A run that has made passages for less time, or of fewer documents, tells nothing of the rest yet."""

LEAST_KNOWN = 0.5
"""The share of the bytes that are left which must be of kinds of files that were read already."""


class Forecast:
    """Passages a byte, learnt for each kind of file, and passages a second lately: time is in neither alone.

    Ten kilobytes are ten passages of a note, and none of a picture; files that have not changed make none.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = self._last = clock()
        self._left: dict[str, int] | None = None
        self._done: dict[str, int] = {}
        self._bytes: Counter[str] = Counter()
        self._made: Counter[str] = Counter()
        self._weighted = self._weight = 0.0
        self._lock = threading.Lock()
        self.passages = self._worked = 0

    def expect(self, sizes: Mapping[str, int]) -> None:
        """Say which sources the run will meet, and of how many bytes each is."""
        with self._lock:
            self._left = {source: size for source, size in sizes.items() if source not in self._done}
            for source in self._done.keys() & sizes.keys():
                self._learn(source, sizes[source], self._done[source])

    def done(self, source: str, passages: int) -> None:
        """Say that a source is done, and how many passages were made of it now."""
        with self._lock:
            moment = self._clock()
            kept = 0.5 ** ((moment - self._last) / HALF_LIFE_SECONDS)
            self._weighted = self._weighted * kept + passages
            self._weight = self._weight * kept + (moment - self._last)
            self._last = moment
            self.passages += passages
            self._worked += passages > 0
            if self._left is None:
                self._done[source] = passages
            elif (size := self._left.pop(source, None)) is not None:
                self._learn(source, size, passages)

    @property
    def per_second(self) -> float:
        """Passages a second, lately."""
        return self._weighted / self._weight if self._weight > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """What the rest takes; None where that is not known, or no longer."""
        with self._lock:
            moment = self._clock()
            rate = self.per_second
            early = moment - self._started < LEAST_SECONDS or self._worked < LEAST_DOCUMENTS
            if not self._left or early or rate <= 0:
                return None
            rest: Counter[str] = Counter()
            for source, size in self._left.items():
                rest[_kind(source)] += size
            known = {kind: size for kind, size in rest.items() if self._bytes[kind]}
            if sum(known.values()) < LEAST_KNOWN * sum(rest.values()):
                return None
            passages = sum(size * self._made[kind] / self._bytes[kind] for kind, size in known.items())
            passages *= sum(rest.values()) / max(1, sum(known.values()))
            left = passages / rate - (moment - self._last)
            return left if left > 0 else None

    def _learn(self, source: str, size: int, passages: int) -> None:
        self._bytes[_kind(source)] += size
        self._made[_kind(source)] += passages


def in_words(seconds: float) -> str:
    """A time that is left, as exactly as it is known: "40 s", "4 min", "1 h 10 min"."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(round(minutes / 10) * 10, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def _kind(source: str) -> str:
    return PurePath(source).suffix.lower()
