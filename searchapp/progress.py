"""How far something slow is that happens deep below: shown on a terminal's bar, or to the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Watcher = Callable[[str, float], None]
"""Takes what is being done and how much of it is done, 0 to 1."""

Progress = Callable[[str, int, int], None]
"""Takes what is being done, how much of it is done, and how much there is (0: not known)."""

logger = logging.getLogger(__name__)

_watchers: list[Watcher] = []
_logged = ""


def tell(what: str, share: float) -> None:
    """Tell who watches; where nobody does, what begins is logged once."""
    global _logged  # one line a step, not one a percent
    if _watchers:
        _watchers[-1](what, share)
    elif what != _logged:
        _logged = what
        logger.info("%s.", what)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Have ``watcher`` told within the block."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)
