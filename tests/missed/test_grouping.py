"""Which queries are one, and which are never kept."""

from __future__ import annotations

import secrets

import pytest

from searchapp.errors import UsageError
from searchapp.missed import LONGEST, grouped


def key(query: str) -> str:
    found = grouped(query)
    assert found is not None, query
    return found.key


@pytest.mark.parametrize(
    "alike",
    [
        ("emergency exit", "Emergency  EXITS", "the exits of emergency", "ｅｍｅｒｇｅｎｃｙ exit", "exit emergency?"),
        ("安全手套", "安全手套 ", "“安全手套”", "安全手套？"),
        ("電腦軟體", "电脑软体"),
        ("gloves", "gloves type:pdf", "gloves -leather", '"gloves"'),
        ("who", "WHO"),
    ],
)
def test_queries_that_ask_for_the_same_are_one(alike: tuple[str, ...]) -> None:
    assert len({key(query) for query in alike}) == 1


@pytest.mark.parametrize(("one", "other"), [("gloves", "glue"), ("安全手套", "安全出口"), ("PPR-9087", "PPR-9088")])
def test_queries_that_ask_for_something_else_are_two(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_filters_and_operators_are_not_kept() -> None:
    found = grouped("gloves collection:board-minutes -leather")
    assert found is not None and (found.text, found.key) == ("gloves", "glov")


SECRETS = (
    "password: hunter2",
    "the wifi password is hunter2",
    "密码是 hunter2",
    "token=abc123",
    "sk-proj-4fK29dkWq",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPLE",
    "550e8400-e29b-41d4-a716-446655440000",
    "d41d8cd98f00b204e9800998ecf8427e",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc",
    "Tr0ub4dor&3",
    "what does Xy7!kkpq open?",
    "ada.lovelace@example.org",
    "https://example.org/reset?key=1",
    "+49 170 1234567",
    "4111 1111 1111 1111",
    "11010519491231002X",
    "ＰＡＳＳＷＯＲＤ：hunter2",
)


@pytest.mark.parametrize("query", [*SECRETS, "x" * (LONGEST + 1)])
def test_what_looks_like_a_secret_or_a_persons_number_is_not_kept(query: str) -> None:
    assert grouped(query) is None


def test_no_key_of_ours_is_kept() -> None:
    for _ in range(50):
        assert grouped(f"sak_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}") is None


@pytest.mark.parametrize(
    "query",
    [
        "how do I reset my password", "annual_report_2024_final.pdf", "PPR-9087", "2024-02-29 minutes", "ISO 9001:2015",
        "getElementByIdAndClassName", "Donaudampfschifffahrtsgesellschaft", "C++20 std::vector<int>", "重置密码",
        "budget 2023-2024", "dense_vector int8_hnsw",
    ],
)  # fmt: skip
def test_what_people_look_for_is_kept(query: str) -> None:
    assert grouped(query) is not None


@pytest.mark.parametrize("query", ["", "  ", "?!", "type:pdf"])
def test_what_is_no_query_is_refused(query: str) -> None:
    with pytest.raises(UsageError):
        grouped(query)
