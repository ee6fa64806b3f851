"""Whether two runs differ by more than chance."""

from __future__ import annotations

RESAMPLES = 9_999
"""Random exchanges of the two runs; the smallest p that these can show is 0.0001."""


def p_value(old: list[float], new: list[float]) -> float:
    """How likely so large a difference of the means is by chance alone, of two values for each query.

    Two-sided paired randomisation test (Smucker et al. 2007, doi:10.1145/1321440.1321528). 1 where no query differs.
    The same values always give the same p.
    """
    import numpy as np
    from scipy.stats import permutation_test

    differing = [b - a for a, b in zip(old, new, strict=True) if abs(b - a) > 1e-5]
    if len(differing) < 2:  # one exchanged sign is as extreme as the other
        return 1.0
    found = permutation_test(  # of one sample: signs are exchanged at random
        (np.asarray(differing),),
        lambda sample, axis: sample.sum(axis=axis),
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=1_000,
        rng=0,
    )
    return round(float(found.pvalue), 4)
