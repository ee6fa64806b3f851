from __future__ import annotations

import pytest

from searchapp.text.spellings import MOST, spellings
from searchapp.text.stop_word_names import named


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("vm.max_map_count", {"vm", "max_map_count", "max", "map", "count"}),
        ("user.getUserName", {"user", "getusername", "get", "name"}),
        ("com.acme.billing.InvoiceService", {"com", "acme", "billing", "invoiceservice", "invoice", "service"}),
        ("XMLHttpRequest", {"xml", "http", "request"}),
        ("userID", {"user", "id"}),
        ("kube-proxy", {"kubeproxy"}),
        ("O'Brien", {"obrien"}),
        ("l'eau", {"leau", "eau"}),
        ("the plain words of a sentence, it's", set()),
        ("mRNA and 9.5.3 and iOS", set()),
    ],
)
def test_a_name_has_its_parts(text: str, parts: set[str]) -> None:
    found = spellings(text).parts
    assert parts <= set(found) if parts else found == ()


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("PPR-9087", {"ppr9087"}),
        ("U.S.A.", {"usa"}),
        ("İstanbul", {"istanbul"}),
        ("Straße", {"strasse"}),
        ("Müller", {"muller", "mueller"}),
        ("リンゴ", {"りんご"}),
        ("サーバー", {"さーば"}),
        ("집에서", {"집"}),
        ("ปี", {"ปี"}),
    ],
)
def test_a_word_has_its_other_spellings(text: str, same: set[str]) -> None:
    assert set(spellings(text).same) == same


def test_what_is_asked_for_does_not_name_what_its_parts_lie_in() -> None:
    assert spellings("6 March 2024", asked=True) == (("20240306",), ())
    assert spellings("6 March 2024").parts == ("202403",)
    assert "ร" in spellings("รายงาน").parts and spellings("รายงาน", asked=True).parts == ()


def test_a_spelling_that_is_there_already_is_not_repeated_and_there_is_a_bound() -> None:
    assert spellings("max_map and map, max, maxmap") == ((), ())
    many = spellings(" ".join(f"name{at}_part{at}" for at in range(2000)))
    assert len(many.same) + len(many.parts) == MOST
    assert spellings("a" * 100_000 + "_b").parts == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The IT department", ["nameit"]),
        ("The Who played", ["namewho"]),
        ("Will Smith signs", ["namewill"]),
        ("signed in May", ["namemay"]),
        ("May", ["namemay"]),
        ("WHO", ["namewho"]),
        ("Will you? May I? It is.", []),
        ("who it may be", []),
        ("EVERYTHING IT SAYS IS IN CAPITALS", []),
        ("this AND that OR NOT", []),
    ],
)
def test_stop_words_that_are_names(text: str, names: list[str]) -> None:
    assert list(named(text, text.split())) == names
