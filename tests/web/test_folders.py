"""The tree of folders and sites, over HTTP."""

from pathlib import Path

from flask.testing import FlaskClient

from tests.web.stand_in import StandIn, entry


def test_the_tree_and_its_documents_over_http(client: FlaskClient, app: StandIn, tmp_path: Path) -> None:
    app.store.put(entry("a", "/srv/docs/a.md"))
    app.store.put(entry("b", f"{tmp_path}/uploads/0123456789abcdef/b.md"))
    found = client.get("/api/folders").get_json()["folders"]
    assert [(one["kind"], one["documents"]) for one in found] == [("uploads", 1), ("folder", 1)]
    for one in found:
        listed = client.get("/api/documents", query_string={"below": one["place"]}).get_json()
        assert listed["total"] == 1
    named = client.get("/api/documents", query_string={"ids": "b,nowhere,a", "below": "/x/"}).get_json()
    assert {one["id"] for one in named["documents"]} == {"a", "b"} and named["total"] == 2
