"""``/api/collections`` and ``/api/tags`` over the store in memory."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from searchapp.model import DocumentEntry
from tests.web.stand_in import StandIn, entry

ODD = 'Vorträge "2025" – 合集\'s 📚 <b>'


@pytest.fixture
def library(library: StandIn) -> StandIn:
    library.store.put(entry("a", "/srv/a.md", tags=("stated",)))
    library.store.put(entry("b", "/srv/b.md", groups=("fin",)))
    library.store.put(entry("s", "/srv/s.md", collections=("Stated",)))
    return library


def make(client: FlaskClient, name: str = ODD, **more: object) -> dict[str, Any]:
    response = client.post("/api/collections", json={"name": name, **more})
    assert response.status_code == 201, response.json
    made: dict[str, Any] = response.json
    assert response.headers["Location"] == f"/api/collections/{made['id']}"
    return made


def fill(client: FlaskClient, named: str, **what: object) -> dict[str, Any]:
    response = client.post(f"/api/collections/{quote(named, safe='')}/documents", json=what)
    assert response.status_code == 200, response.json
    filed: dict[str, Any] = response.json
    return filed


def of(library: StandIn, id_: str) -> DocumentEntry:
    known = library.store.entry(id_)
    assert known is not None
    return known


def names(client: FlaskClient) -> dict[str, int]:
    return {one["name"]: one["documents"] for one in client.get("/api/collections").json["collections"]}


def refused(response: Any, status: int, reason: str) -> None:
    assert (response.status_code, response.json["reason"]) == (status, reason), response.json


def test_a_collection_is_made_filled_listed_and_emptied(client: FlaskClient, library: StandIn) -> None:
    made = make(client, f"  {ODD} ", description="What was\nsaid.")
    assert made == {
        "id": made["id"], "name": ODD, "description": "What was said.", "groups": [], "documents": 0, "changeable": True,
    }  # fmt: skip
    filed = fill(client, ODD, add=["a", "b", "a", "nowhere"])
    assert filed["added"] == {
        "changed": ["a", "b"],
        "unchanged": [],
        "stated": [],
        "refused": [],
        "absent": ["nowhere"],
    }
    assert fill(client, made["id"], add=["a"])["added"]["unchanged"] == ["a"]
    assert names(client) == {ODD: 2, "Stated": 1}
    assert client.get(f"/api/collections/{made['id']}").json["documents"] == 2
    listed = client.get("/api/documents", query_string={"collection": ODD}).json
    assert {one["id"] for one in listed["documents"]} == {"a", "b"} and listed["documents"][0]["collections"] == [ODD]
    assert fill(client, ODD, remove=["b", "lockout"])["removed"]["changed"] == ["b"]
    assert names(client)[ODD] == 1


def test_a_search_is_bounded_by_a_collection_and_counts_it(client: FlaskClient, library: StandIn) -> None:
    make(client)
    fill(client, ODD, add=["lockout"])
    found = client.get("/api/search", query_string={"q": "the", "filter": f"collection={ODD}", "facets": "true"}).json
    assert {one["document_id"] for one in found["hits"]} == {"lockout"}
    assert found["facets"]["collection"] == {ODD: len(found["hits"])}
    assert found["hits"][0]["collections"] == [ODD]


def test_what_is_stated_stays_and_is_told(client: FlaskClient, library: StandIn) -> None:
    make(client, "Stated")
    filed = fill(client, "Stated", remove=["s"])["removed"]
    assert filed["stated"] == ["s"] and filed["changed"] == []
    assert of(library, "s").collections == ("Stated",)
    tagged = client.post("/api/tags", json={"documents": ["a"], "remove": ["stated"]}).json
    assert tagged["stated"] == ["a"] and of(library, "a").tags == ("stated",)


def test_one_that_is_only_stated_cannot_be_changed_but_made(client: FlaskClient, library: StandIn) -> None:
    (stated,) = [one for one in client.get("/api/collections").json["collections"] if one["name"] == "Stated"]
    assert (stated["id"], stated["changeable"], stated["documents"]) == ("", False, 1)
    refused(client.patch("/api/collections/Stated", json={"name": "x"}), 400, "collection_only_stated")
    refused(client.delete("/api/collections/Stated"), 400, "collection_only_stated")
    made = make(client, "Stated", groups=["hr"])
    assert made["documents"] == 1
    assert of(library, "s").groups == ("hr",)  # a wall that was made later


def test_a_rename_reaches_documents_and_two_cannot_have_a_name(client: FlaskClient, library: StandIn) -> None:
    made = make(client)
    make(client, "Other")
    fill(client, ODD, add=["a"])
    renamed = client.patch(f"/api/collections/{made['id']}", json={"name": "合集", "description": "New."})
    assert (renamed.json["name"], renamed.json["description"], renamed.json["documents"]) == ("合集", "New.", 1)
    assert of(library, "a").collections == ("合集",)
    refused(client.patch("/api/collections/合集", json={"name": "OTHER"}), 409, "collection_exists")
    refused(client.post("/api/collections", json={"name": "other"}), 409, "collection_exists")
    refused(client.get(f"/api/collections/{quote(ODD)}"), 404, "collection_not_found")


def test_a_rename_that_was_cut_short_is_finished_by_the_next(client: FlaskClient, library: StandIn) -> None:
    made = make(client, "First")
    fill(client, "First", add=["a", "lockout"])
    refile = library.store.refile

    def break_off(ids: object, change: object) -> None:
        raise RuntimeError("killed")

    library.store.refile = break_off  # type: ignore[method-assign, assignment]
    with pytest.raises(RuntimeError):
        library.collections.change("First", _local(), name="Second")
    library.store.refile = refile  # type: ignore[method-assign]
    assert of(library, "a").collections == ("First",)
    client.patch(f"/api/collections/{made['id']}", json={"name": "Second"})
    assert of(library, "a").collections == ("Second",) == of(library, "lockout").collections
    assert names(client) == {"Second": 2, "Stated": 1}


def _local() -> Any:
    from searchapp.access import LOCAL

    return LOCAL


def test_deleting_one_deletes_no_document_and_can_be_undone(client: FlaskClient, library: StandIn) -> None:
    made = make(client)
    fill(client, ODD, add=["a", "b"])
    assert client.delete(f"/api/collections/{made['id']}").json["documents"] == 2
    assert names(client) == {"Stated": 1} and of(library, "a").collections == ()
    refused(client.delete(f"/api/collections/{made['id']}"), 404, "collection_not_found")
    make(client)  # another of this name
    refused(client.post(f"/api/collections/{made['id']}/restore"), 409, "collection_exists")
    client.delete(f"/api/collections/{quote(ODD, safe='')}")
    back = client.post(f"/api/collections/{made['id']}/restore")
    assert (back.status_code, back.json["documents"]) == (200, 2)
    assert of(library, "a").collections == (ODD,)
    refused(client.post(f"/api/collections/{made['id']}/restore"), 404, "collection_not_restorable")


def test_documents_are_not_opened_to_others_by_the_way(client: FlaskClient, library: StandIn) -> None:
    made = make(client, "Salaries", groups=["hr", "board"])
    address = f"/api/collections/{made['id']}"
    assert made["groups"] == ["board", "hr"]
    fill(client, "Salaries", add=["a", "b"])
    assert of(library, "a").groups == ("board", "hr") and of(library, "b").groups == ("board", "fin", "hr")
    refused(client.post(f"{address}/documents", json={"remove": ["a"]}), 409, "documents_would_open")
    refused(client.delete(address), 409, "documents_would_open")
    refused(client.patch(address, json={"groups": ["sales"]}), 409, "documents_would_open")
    assert of(library, "a").groups == ("board", "hr")
    assert client.patch(address, json={"groups": ["hr"]}).status_code == 200  # fewer
    assert of(library, "a").groups == ("hr",)
    assert fill(client, "Salaries", remove=["a"], reopen=True)["removed"]["changed"] == ["a"]
    assert of(library, "a").groups == ()
    fill(client, "Salaries", remove=["b"])  # which is then for fewer
    assert of(library, "b").groups == ("fin",)
    fill(client, "Salaries", add=["a"])
    assert client.delete(address, query_string={"reopen": "true"}).status_code == 200
    assert of(library, "a").groups == ()
    client.post(f"{address}/restore")
    assert of(library, "a").groups == ("hr",)


def test_tags_are_given_and_taken_from_many(client: FlaskClient, library: StandIn) -> None:
    filed = client.post("/api/tags", json={"documents": ["a", "b", "nowhere"], "add": ["#Wichtig 重要", "x"]}).json
    assert filed == {"changed": ["a", "b"], "unchanged": [], "stated": [], "refused": [], "absent": ["nowhere"]}
    assert of(library, "a").tags == ("stated", "Wichtig 重要", "x")
    assert client.get("/api/tags").json["tags"]["x"] == 2
    listed = client.get("/api/documents", query_string={"tag": "x"}).json
    assert {one["id"] for one in listed["documents"]} == {"a", "b"}
    client.post("/api/tags", json={"documents": ["a"], "remove": ["x"], "add": ["y"]})
    assert of(library, "a").tags == ("stated", "Wichtig 重要", "y")


@pytest.mark.parametrize(
    "body",
    [
        {"documents": ["a"]},
        {"documents": ["a"], "add": [""]},
        {"documents": ["a"], "add": ["x" * 201]},
        {"documents": ["a"], "add": ["a\u0007b"]},
        {"documents": ["a"], "add": [f"t{n}" for n in range(33)]},
        {"documents": ["a"] * 1001, "add": ["x"]},
        {"add": ["x"]},
    ],
)
def test_what_is_no_tagging_is_refused(client: FlaskClient, library: StandIn, body: dict[str, object]) -> None:
    assert client.post("/api/tags", json=body).status_code == 400
    assert of(library, "a").tags == ("stated",)


def test_a_document_has_a_bounded_number_of_tags(client: FlaskClient, library: StandIn) -> None:
    first, second = [f"t{n}" for n in range(32)], ["one more"]
    assert client.post("/api/tags", json={"documents": ["a"], "add": first}).status_code == 200
    refused(client.post("/api/tags", json={"documents": ["a"], "add": second}), 400, "labels_too_many")


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\u0000b", "\u202e" * 3 + "\n"])
def test_a_name_that_cannot_be_one_is_refused(client: FlaskClient, library: StandIn, name: str) -> None:
    response = client.post("/api/collections", json={"name": name})
    assert response.status_code == 400 or names(client)[name.strip()] == 0


def test_what_was_done_is_in_the_audit_log(client: FlaskClient, library: StandIn) -> None:
    made = make(client, "Papers", groups=["hr"])
    fill(client, "Papers", add=["a"])
    client.post("/api/tags", json={"documents": ["a"], "add": ["x"]})
    client.patch("/api/collections/Papers", json={"name": "Essays"})
    client.delete(f"/api/collections/{made['id']}", query_string={"reopen": "true"})
    client.post(f"/api/collections/{made['id']}/restore")
    records = client.get("/api/audit").json["records"]
    assert [one["what"] for one in records] == [
        "collection_restored", "collection_deleted", "collection_changed", "tagged", "collection_filled",
        "collection_created",
    ]  # fmt: skip
    assert records[-1]["on"] == f"{made['id']} Papers" and records[-1]["groups"] == ["hr"]
    assert records[-2]["details"]["added"] == ["a"]
