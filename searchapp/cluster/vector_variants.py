"""The ways of keeping vectors that ``eval --index-options`` compares, and what is told of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.settings import IndexOptions

OVERSAMPLE = 3.0
"""Elasticsearch's own choice for binary quantisation; "all" compares it with no second ranking."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One row: a way of keeping vectors, and how many times as many passages are ranked again (0: none are)."""

    options: IndexOptions
    oversample: float = 0.0

    def __str__(self) -> str:
        return f"{self.options}:{self.oversample:g}" if self.oversample else str(self.options)


EVERY_VARIANT = tuple(
    Variant(options, oversample)
    for options in IndexOptions
    for oversample in ((0.0, OVERSAMPLE) if options.is_quantised else (0.0,))
)


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """What one variant reached.

    ``recall_at_10`` is the share of the ten nearest passages (by exact search) that it finds. Latencies are those of
    the semantic leg, in milliseconds, without embedding the query. ``disk_bytes`` is the whole index for each passage,
    text included; ``memory_bytes`` what a fast search keeps in the page cache for each (None where the server does not
    say). ``index_seconds``: writing and merging.
    """

    ndcg_at_10: float
    hybrid_ndcg_at_10: float
    recall_at_10: float
    p50_ms: float
    p99_ms: float
    disk_bytes: int
    memory_bytes: int | None
    index_seconds: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All variants over one dataset."""

    dataset: str
    split: str
    queries: int
    chunks: int
    results: Mapping[str, VariantFigures]


def read_variants(text: str) -> tuple[Variant, ...]:
    """The variants in "all", or in types with commas between them, each with ``:oversample`` behind it or not.

    Raises UsageError naming the part that is none.
    """
    if text == "all":
        return EVERY_VARIANT
    variants: list[Variant] = []
    for part in text.split(","):
        name, _, factor = part.strip().partition(":")
        try:
            variant = Variant(IndexOptions(name), float(factor or 0))
        except ValueError as error:
            raise UsageError(
                f"'{part}' is no way of keeping vectors.",
                f"Write all, or some of {', '.join(IndexOptions)}, with :3 behind it for an oversampling of 3.",
            ) from error
        if variant.oversample and not 1 <= variant.oversample <= 10:
            raise UsageError(f"The oversampling in '{part}' cannot be used.", "It is between 1 and 10.")
        variants.append(variant)
    return tuple(variants)
