"""A parser's process on a system that gives it a memory limit, and nothing else."""

from __future__ import annotations

from searchapp.sources import worker
from searchapp.sources.confinement import Protection


def main() -> None:
    worker.confine = lambda: frozenset({Protection.MEMORY})
    worker.main()
