from __future__ import annotations

import datetime as dt

import pytest

from searchapp.errors import UsageError
from searchapp.search import parse_filters


def test_fields_are_read_and_repeated_ones_are_alternatives() -> None:
    filters = parse_filters(
        ["type=pdf", "type=html", "language=zh", "path=/docs/", "after=2024-01-01", "before=2025-01-01"]
    )
    assert filters.types == ("pdf", "html") and filters.languages == ("zh",) and filters.path_prefix == "/docs/"
    assert filters.after == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert filters.before == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "message"),
    [("colour=red", "not a filter"), ("type", "not a filter"), ("type=", "no value"), ("type=exe", "no document type"), ("after=soon", "not a date")],
)  # fmt: skip
def test_what_is_no_filter_is_named(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_filters([text])
