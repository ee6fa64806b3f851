"""The variants as they are named on the command line."""

from __future__ import annotations

import pytest

from searchapp.cluster.vector_variants import EVERY_VARIANT, Variant, read_variants
from searchapp.errors import UsageError
from searchapp.settings import IndexOptions


def test_variants_are_read() -> None:
    assert read_variants("flat, bbq_hnsw:2.5") == (Variant(IndexOptions.FLAT), Variant(IndexOptions.BBQ_HNSW, 2.5))
    assert read_variants("all") == EVERY_VARIANT and len(EVERY_VARIANT) == 14


@pytest.mark.parametrize("text", ["", "hnsw,magic", "bbq_hnsw:x", "bbq_hnsw:0.5", "bbq_hnsw:11"])
def test_a_variant_that_is_none_is_named(text: str) -> None:
    with pytest.raises(UsageError):
        read_variants(text)
