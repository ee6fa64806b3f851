"""How far a long benchmark is, on stderr: one line that changes on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

TERMINAL_SECONDS, LOG_SECONDS = 0.2, 10.0


@contextmanager
def shown(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """Within it the yielded function is told a stage, how much of it is done, and how much there is (0: not known)."""
    every = TERMINAL_SECONDS if sys.stderr.isatty() else LOG_SECONDS
    begin, end = ("\r\033[K", "") if sys.stderr.isatty() else ("", "\n")
    last = time.monotonic()

    def show(stage: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= every:
            last = time.monotonic()
            count = f"{done:,} of {total:,}" if total else f"{done:,}"
            print(f"{begin}{what}: {stage} {count}", end=end, file=sys.stderr, flush=True)

    print(f"{what} ...", file=sys.stderr, flush=True)
    yield show
    print(f"{begin}{what}: done", file=sys.stderr, flush=True)
