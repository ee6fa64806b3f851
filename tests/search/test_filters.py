from __future__ import annotations

import datetime as dt

import pytest

from searchapp.errors import UsageError
from searchapp.search import parse_filters
from searchapp.search.filters import overlaid
from searchapp.search.query import read_query


def test_fields_are_read_and_repeated_ones_are_alternatives() -> None:
    filters = parse_filters(
        ["type=pdf", "type=html", "language=zh", "path=/docs/", "after=2024-01-01", "before=2025-01-01"]
    )
    assert filters.types == ("pdf", "html") and filters.languages == ("zh",) and filters.paths == ("/docs/",)
    assert filters.after == dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    assert filters.before == dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def test_sites_headings_and_years() -> None:
    filters = parse_filters(["site=www.Example.org", "heading=Install guide", "year=2024", "year=2023"])
    assert "https://example.org/" in filters.paths and "http://www.example.org/" in filters.paths
    assert filters.headings == ("Install guide",) and filters.years == (2024, 2023)


def test_what_is_typed_wins_over_what_was_clicked() -> None:
    clicked = parse_filters(["type=html", "language=en"])
    assert overlaid(clicked, parse_filters(["type=pdf"])) == parse_filters(["type=pdf", "language=en"])


@pytest.mark.parametrize(
    ("text", "message"),
    [("colour=red", "not a filter"), ("type", "not a filter"), ("type=", "no value"), ("type=exe", "no document type"), ("after=soon", "not a date"), ("year=soon", "not a year"), ("year=0", "not a year")],
)  # fmt: skip
def test_what_is_no_filter_is_named(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_filters([text])


def test_tags_and_own_fields_are_filters() -> None:
    filters = parse_filters(["tag=contract", "tag=合同", "field=Author= Li ", "field=note=a=b"])
    assert filters.tags == ("contract", "合同") and filters.fields == (("author", "Li"), ("note", "a=b"))
    for text in ("field=author", "field==Li", "field=author=", "tag="):
        with pytest.raises(UsageError, match="has no value"):
            parse_filters([text])


def test_a_word_that_only_looks_like_a_field_stays_one() -> None:
    assert read_query('tag:contract field:"project=New hall" notice').filters == (
        "tag=contract",
        "field=project=New hall",
    )
    assert read_query("field:keyword type of it").text == "field:keyword type of it"
