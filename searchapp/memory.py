"""What keeps a long-running process small: the C library returns what is free, and oneDNN keeps few programs.

A server under fifty users grew by a gigabyte in four minutes (docs/performance.md); most of that came also from
embedding batches of many lengths in one thread, and either bound lessened it.
"""

from __future__ import annotations

import ctypes
import os

MMAP_THRESHOLD_BYTES = 1 << 20
"""Larger blocks are mapped on their own and go back to the system when freed. Left alone, glibc raises this to 32 MiB
with the first large tensor, and from then on each ends up in a heap that has holes and never shrinks."""

ARENAS = 4
"""Heaps that threads share; glibc makes eight a core, and a server has a hundred threads to spread over them."""

ONEDNN_PROGRAMS = "64"
"""oneDNN compiles a program for each shape of a batch and keeps 1,024 of them, some hundred MiB. Texts of a dozen
lengths are what comes again."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # glibc's malloc.h


def bound_heaps() -> None:
    """Have freed memory returned; before threads begin. Does nothing where the C library is not glibc."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)
    mallopt(_M_ARENA_MAX, ARENAS)


def bound_compiled_programs() -> None:
    """Bound what oneDNN keeps, unless the operator has; before PyTorch is loaded."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", ONEDNN_PROGRAMS)
