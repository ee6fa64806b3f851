from __future__ import annotations

import pytest

from searchapp.errors import UsageError
from searchapp.search.query import read_mode, read_query


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("error PPR-9087 at start", ("PPR-9087",)),
        ("dense_vector 字段", ("dense_vector",)),
        ("什么是dense_vector字段", ()),
        ("upgrade to 9.5.3 or v1.2-rc1", ("9.5.3", "v1.2-rc1")),
        ('say "exactly this" and “这个词”', ("exactly this", "这个词")),
        ("well-known and state-of-the-art", ()),
        ("plain words, nothing else.", ()),
        ("", None),
    ],
)
def test_codes_and_quoted_words_are_meant_exactly(text: str, exact: tuple[str, ...] | None) -> None:
    if exact is None:
        with pytest.raises(UsageError, match="empty"):
            read_query(text)
    else:
        assert read_query(text).exact == exact


@pytest.mark.parametrize("text", [" \n ", "?!", "*" * 50, "x" * 10_000, "\x00"])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_query(text)


def test_an_unknown_mode_names_the_known_ones() -> None:
    with pytest.raises(UsageError, match="hybrid, keyword, semantic"):
        read_mode("fuzzy")
