"""Recent and saved searches: whose they are, how many there are, and how they come back."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from searchapp.errors import NotFoundError, UsageError
from searchapp.personal import Personal
from searchapp.personal import searches as module
from searchapp.personal.searches import MOST_RECENT, read_address


@pytest.fixture
def personal(tmp_path: Path) -> Personal:
    return Personal(tmp_path, 10)


def test_looking_makes_no_file_and_keeping_one_that_only_its_owner_reads(personal: Personal, tmp_path: Path) -> None:
    assert personal.searches.recent("ada") == personal.searches.saved("ada") == ()
    assert list(tmp_path.iterdir()) == []
    personal.searches.remember("ada", "/?q=gloves")
    (file,) = tmp_path.glob("*.sqlite")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_latest_search_comes_first_once_and_with_its_filters(personal: Personal) -> None:
    for address in ("/?q=gloves&filter=type%3Dpdf", "/?q=boots", "/?q=gloves&filter=type%3Dpdf"):
        personal.searches.remember("ada", address)
    found = personal.searches.recent("ada")
    assert [one.query for one in found] == ["gloves", "boots"]
    assert found[0].address == "/?q=gloves&filter=type%3Dpdf"
    assert personal.searches.recent("bob") == ()


def test_only_so_many_are_kept(personal: Personal, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(MOST_RECENT + 3):
        personal.searches.remember("ada", f"/?q={number}")
    assert [one.query for one in personal.searches.recent("ada")] == [str(n) for n in range(MOST_RECENT + 2, 2, -1)]
    monkeypatch.setattr(module, "MOST_SAVED", 2)
    for query in ("a", "b"):
        personal.searches.save("ada", "", f"/?q={query}")
    with pytest.raises(UsageError, match="saved already"):
        personal.searches.save("ada", "", "/?q=c")
    personal.searches.save("ada", "other name", "/?q=a")  # is there
    personal.searches.save("bob", "", "/?q=c")


def test_a_name_is_given_changed_and_falls_back_to_what_was_typed(personal: Personal) -> None:
    kept = personal.searches.save("ada", " Mine ", "/?q=gloves")
    assert kept.name == "Mine"
    again = personal.searches.save("ada", "", "/?q=gloves")  # pressed twice
    assert (again.id, again.name) == (kept.id, "gloves")
    assert personal.searches.rename("ada", kept.id, "Hands").name == "Hands"
    assert personal.searches.rename("ada", kept.id, "  ").name == "gloves"
    with pytest.raises(NotFoundError):
        personal.searches.rename("bob", kept.id, "Bob's")


def test_a_deletion_is_undone_for_some_minutes(tmp_path: Path) -> None:
    for minutes, comes_back in ((10, True), (0, False)):
        personal = Personal(tmp_path / str(minutes), minutes)
        kept = personal.searches.save("ada", "", "/?q=gloves")
        with pytest.raises(NotFoundError):
            personal.searches.delete("bob", kept.id)
        personal.searches.delete("ada", kept.id)
        assert personal.searches.saved("ada") == ()
        with pytest.raises(NotFoundError):
            personal.searches.delete("ada", kept.id)
        if comes_back:
            assert personal.searches.restore("ada", kept.id) == kept
        with pytest.raises(NotFoundError):  # too late, or there already
            personal.searches.restore("ada", kept.id)
        assert personal.searches.saved("ada") == ((kept,) if comes_back else ())


@pytest.mark.parametrize(
    "address",
    ["", "/", "/?mode=hybrid", "/?q=%20", "https://evil.example/?q=x", "//evil.example/?q=x", "/documents?q=x", "?q=x"],
)
def test_only_addresses_of_searches_are_kept(personal: Personal, address: str) -> None:
    with pytest.raises(UsageError):
        personal.searches.remember("ada", address)


def test_an_address_is_written_anew() -> None:
    assert read_address("/?lang=zh&q=手套 x&ask=1#<b>") == ("手套 x", "/?q=%E6%89%8B%E5%A5%97+x&ask=1%23%3Cb%3E")
    with pytest.raises(UsageError):
        read_address("/?" + "&".join(["q=x"] * 300))


def test_clearing_and_forgetting(personal: Personal) -> None:
    for owner in ("ada", "bob"):
        personal.searches.remember(owner, "/?q=gloves")
        personal.searches.save(owner, "", "/?q=gloves")
        personal.settings.change(owner, {"results": 20})
    personal.searches.clear("ada")
    assert personal.searches.recent("ada") == () and len(personal.searches.saved("ada")) == 1
    personal.forget("bob")
    assert personal.searches.recent("bob") == personal.searches.saved("bob") == ()
    assert (personal.settings.of("bob").results, personal.settings.of("ada").results) == (10, 20)
