"""Freed memory goes back to the system, and oneDNN's cache is bounded before PyTorch reads its settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.memory import ONEDNN_PROGRAMS

HOLES = """
import resource, sys
import numpy as np
from searchapp.memory import bound_heaps
def resident():  # in MiB, of Linux's own account
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() >> 20
if sys.argv[1] == "bounded":
    bound_heaps()
np.ones(30 << 20, np.uint8)  # freed at once: glibc raises its threshold to this size, unless it is told not to
blocks, kept = [], []
for _ in range(100):
    blocks.append(np.ones(3 << 20, np.uint8))
    kept.append(np.ones(100_000, np.uint8))  # stays between two blocks
before = resident()
blocks.clear()
print(before - resident())
"""


def returned(how: str) -> int:
    """MiB that went back to the system, of 300 that were freed."""
    ran = subprocess.run([sys.executable, "-c", HOLES, how], capture_output=True, text=True, check=True)
    return int(ran.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_large_blocks_go_back_to_the_system() -> None:
    assert returned("bounded") > 250 > returned("as it is")


@pytest.mark.slow
def test_what_pytorch_runs_is_loaded_with_a_bounded_cache(tmp_path: Path) -> None:
    script = (
        "import os, sys; os.environ.pop('ONEDNN_PRIMITIVE_CACHE_CAPACITY', None)\n"
        "from pathlib import Path; from searchapp.embedding.weights import find_weights\n"
        "from searchapp.embedding.runtime.reference import load_reference\n"
        "load_reference(find_weights('all-MiniLM-L6-v2'), Path(sys.argv[1])).encode('a')\n"
        "print(os.environ['ONEDNN_PRIMITIVE_CACHE_CAPACITY'])"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == ONEDNN_PROGRAMS
