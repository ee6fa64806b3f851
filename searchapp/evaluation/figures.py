"""Rankings against judgements, by ir-measures: a value for each query and measure, their means, and whether two runs
differ by more than chance.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.evaluation.dataset import Qrels

NDCG, RECALL, MRR = "nDCG@10", "recall@100", "MRR@10"
MEASURES = (NDCG, RECALL, MRR)
"""What is measured; recall@100 counts among the chunks that the retrievers bring to a search, 100 each."""

_PROVIDED = {NDCG: "nDCG@10", RECALL: "R@100", MRR: "RR@10"}

Values = Mapping[str, Mapping[str, float]]
"""For each measure the value of each query, from 0 to 1."""


def per_query(qrels: Qrels, run: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Measure a run: for each query the score of each document. A query that found nothing has 0 everywhere."""
    import ir_measures

    measures = {ir_measures.parse_measure(provided): name for name, provided in _PROVIDED.items()}
    values = {name: dict.fromkeys(run, 0.0) for name in MEASURES}
    for metric in ir_measures.iter_calc(list(measures), qrels, run):
        values[measures[metric.measure]][metric.query_id] = float(metric.value)
    return values


def mean(values: Values, measure: str) -> float:
    """The mean over the queries, to four digits."""
    return round(statistics.fmean(values[measure].values()), 4)


@dataclass(frozen=True, slots=True)
class Floor:
    """The least that a measure may be: ``nDCG@10=0.7``."""

    measure: str
    least: float

    def __str__(self) -> str:
        return f"{self.measure}={self.least:g}"


def read_floor(text: str) -> Floor:
    """Read ``MEASURE=VALUE``. Raises UsageError naming what it may be."""
    name, _, value = text.partition("=")
    measure = next((known for known in MEASURES if known.casefold() == name.strip().casefold()), None)
    try:
        least = float(value)
    except ValueError:
        least = -1.0
    if measure is None or not 0 <= least <= 1:
        raise UsageError("bound_wrong", text=text[:60], measure=NDCG, measures=MEASURES)
    return Floor(measure, least)


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
