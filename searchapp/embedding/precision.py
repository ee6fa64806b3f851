"""Whether a model computes faster in bfloat16 than in float32 here: measured, since the processor's flags do not tell.

A Xeon with AVX512_BF16 and AMX took 0.6 times as long for a passage in bfloat16; one with AVX512_BF16 and without AMX
1.3 times as long (all-MiniLM-L6-v2, two cores each).
"""

from __future__ import annotations

import time
from functools import cache
from typing import Any

GAIN = 1.2
"""How many times faster bfloat16 must be: where both take as long, float32 is the more exact one."""

_TOKENS, _DIMS, _INNER = 512, 384, 1536
"""A feed-forward step of all-MiniLM-L6-v2 with a few sentences; such steps are most of what any such model computes."""

_TURNS = 5


@cache
def bfloat16_is_faster() -> bool:
    """Whether it is, on this processor; takes some 50 ms where it knows bfloat16, and is measured once a process."""
    import torch

    if not _has_bfloat16():
        return False
    single, half = (_least_seconds(dtype) for dtype in (torch.float32, torch.bfloat16))
    return single >= GAIN * half


def _least_seconds(dtype: Any) -> float:
    """For one step, the least of several turns, so that other work on the machine does not decide."""
    import torch

    tokens, weights = torch.ones(_TOKENS, _DIMS, dtype=dtype), torch.ones(_INNER, _DIMS, dtype=dtype)
    taken = []
    for _ in range(_TURNS):
        started = time.perf_counter()
        torch.nn.functional.linear(tokens, weights)
        taken.append(time.perf_counter() - started)
    return min(taken)


def _has_bfloat16() -> bool:
    import torch

    # Private names, so each may be missing; without them float32 is merely slower.
    for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"):
        probe = getattr(torch.cpu, name, None)
        if probe is not None and probe():
            return True
    return False
