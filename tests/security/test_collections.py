"""Collections and walls: whom a collection is seen by, who may fill it, and whom documents are for then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.access import Scope
from tests.security.test_groups import ALL, FIN, HR, House

READ = frozenset({Scope.READ})
Groups = tuple[str, ...] | None


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.jobs.stop()


def make(house: House, who: Groups, name: str, **more: Any) -> dict[str, Any]:
    status, made = house.ask(who, "POST", "/api/collections", json={"name": name, **more})
    assert status == 201, made
    return dict(made)


def fill(house: House, groups: Groups, named: str, **what: Any) -> tuple[int, Any]:
    return house.ask(groups, "POST", f"/api/collections/{named}/documents", json=what)


def names(house: House, groups: Groups) -> dict[str, int]:
    _, answer = house.ask(groups, "GET", "/api/collections")
    return {one["name"]: one["documents"] for one in answer["collections"]}


def found(house: House, groups: Groups, query: str) -> list[str]:
    _, answer = house.ask(groups, "GET", "/api/search", query_string={"q": query, "facets": "true"})
    return sorted({one["source"].rpartition("/")[2] for one in answer["hits"]})


def test_a_tied_collection_is_a_wall_at_once(house: House) -> None:
    document = house.upload(None, "open.md", "The parrot earns much.")
    made = make(house, None, "Salaries", groups=["hr"])
    assert found(house, FIN, "parrot") == ["open.md"] and names(house, FIN) == {}
    assert fill(house, None, made["id"], add=[document["id"]])[0] == 200
    for groups in (FIN, ()):
        assert found(house, groups, "parrot") == [] and names(house, groups) == {}
        assert found(house, groups, "collection:Salaries parrot") == []
        assert house.ask(groups, "GET", f"/api/documents/{document['id']}")[0] == 404
        assert house.ask(groups, "GET", "/api/documents", query_string={"collection": "Salaries"})[1]["total"] == 0
        for address in (made["id"], "Salaries"):
            assert house.ask(groups, "GET", f"/api/collections/{address}")[0] == 404
            assert fill(house, groups, address, remove=[document["id"]], reopen=True)[0] == 404
            assert house.ask(groups, "PATCH", f"/api/collections/{address}", json={"name": "x"})[0] == 404
            assert house.ask(groups, "DELETE", f"/api/collections/{address}?reopen=true")[0] == 404
    assert found(house, HR, "collection:Salaries parrot") == ["open.md"] and names(house, HR) == {"Salaries": 1}
    assert house.ask(HR, "PATCH", f"/api/collections/{made['id']}", json={"name": "x"})[0] == 403
    assert house.ask(HR, "GET", "/api/tags")[0] == 200


def test_who_is_bounded_makes_their_own_and_fills_it_with_theirs(house: House) -> None:
    mine = house.upload(FIN, "plan.md", "The parrot plan.")
    open_ = house.upload(None, "open.md", "The open parrot.")
    theirs = house.upload(HR, "theirs.md", "The secret parrot.")
    made = make(house, FIN, "Parrots")
    assert made["groups"] == ["fin"]
    ids = [one["id"] for one in (mine, open_, theirs)]
    _, filed = fill(house, FIN, "Parrots", add=ids)
    assert filed["added"] == {
        "changed": [mine["id"]], "unchanged": [], "stated": [], "refused": [open_["id"]], "absent": [theirs["id"]],
    }  # fmt: skip
    _, tagged = house.ask(FIN, "POST", "/api/tags", json={"documents": ids, "add": ["x"]})
    assert (tagged["changed"], tagged["refused"], tagged["absent"]) == ([mine["id"]], [open_["id"]], [theirs["id"]])
    assert names(house, FIN) == {"Parrots": 1} and names(house, HR) == {}
    assert house.ask(HR, "GET", "/api/tags")[1] == {"tags": {}}
    assert house.seen(HR) == [("open.md", []), ("theirs.md", ["hr"])]
    # The same name is free to others: that it is taken would tell.
    assert make(house, HR, "Parrots")["documents"] == 0 and names(house, None)["Parrots"] == 1


@pytest.mark.parametrize("groups", [FIN, ()])
def test_who_is_bounded_ties_nothing_to_groups_of_others(house: House, groups: tuple[str, ...]) -> None:
    assert house.ask(groups, "POST", "/api/collections", json={"name": "x", "groups": ["hr"]})[0] == 403
    made = make(house, groups, "x")
    assert house.ask(groups, "PATCH", f"/api/collections/{made['id']}", json={"groups": ["hr"]})[0] == 403
    untied = house.ask(groups, "PATCH", f"/api/collections/{made['id']}", json={"groups": []})
    assert untied[0] == 200 and untied[1]["groups"] == list(groups)


def test_what_somebody_added_in_groups_is_opened_by_no_collection(house: House) -> None:
    mine = house.upload(FIN, "plan.md", "The parrot plan.")
    make(house, None, "Everything", groups=["hr"])
    assert fill(house, None, "Everything", add=[mine["id"]])[0] == 200
    assert found(house, HR, "parrot") == [] and found(house, FIN, "collection:Everything parrot") == ["plan.md"]
    hidden = house.ask(FIN, "GET", "/api/collections")[1]["collections"]
    assert all(one["groups"] == [] for one in hidden)


def test_a_document_that_names_a_collection_chooses_no_readers(house: House) -> None:
    make(house, None, "Board", groups=["board"])
    house.upload(FIN, "plan.md", "---\ncollection: Board\n---\nThe parrot plan.")
    assert found(house, ("board",), "parrot") == [] and found(house, FIN, "parrot") == ["plan.md"]
    house.upload(None, "open.md", "---\ncollection: Board\n---\nThe open parrot.")
    assert found(house, FIN, "parrot") == ["plan.md"] and found(house, ("board",), "parrot") == ["open.md"]


def test_readers_change_nothing_and_are_shown_nothing_to_change(house: House) -> None:
    made = make(house, None, "Papers")
    document = house.upload(None, "open.md", "The open parrot.")
    fill(house, None, "Papers", add=[document["id"]])
    for method, path in (
        ("POST", "/api/collections"), ("PATCH", f"/api/collections/{made['id']}"), ("POST", "/api/tags"),
        ("DELETE", f"/api/collections/{made['id']}"), ("POST", f"/api/collections/{made['id']}/documents"),
        ("POST", f"/api/collections/{made['id']}/restore"),
    ):  # fmt: skip
        assert house.ask(None, method, path, READ, json={"name": "x"})[0] == 403
    _, listed = house.ask(None, "GET", "/api/collections", READ)
    assert listed["changeable"] is False and [one["changeable"] for one in listed["collections"]] == [False]


def test_who_operates_within_groups_may_change_what_they_see(house: House) -> None:
    made = make(house, None, "Papers")
    document = house.upload(None, "open.md", "The open parrot.")
    fill(house, None, "Papers", add=[document["id"]])
    assert house.ask(FIN, "PATCH", f"/api/collections/{made['id']}", json={"name": "x"})[0] == 403
    assert house.ask(FIN, "PATCH", f"/api/collections/{made['id']}", ALL, json={"description": "x"})[0] == 200
