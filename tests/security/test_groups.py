"""What one group put in, and the ways in which another might reach it; ``test_walls`` tries them all at random."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.access import Scope
from searchapp.model import Filters, SearchMode, SearchRequest
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.sources.site import Site, serving

ALL = frozenset(Scope)
WRITE = frozenset({Scope.READ, Scope.WRITE})


class House:
    """One installation over HTTP, and callers of any groups."""

    def __init__(self, folder: Path) -> None:
        self.application = Application(
            Settings(
                data_dir=folder / "data", auth="required", embedding_model="hashed:128", allowed_networks="127.0.0.0/8",
                crawl_delay_seconds=0.0, requests_per_minute=100_000,
            )  # type: ignore[call-arg, arg-type]
        )  # fmt: skip
        self.jobs = Jobs(self.application)
        self.client = create_app(self.application, host="0.0.0.0", jobs=self.jobs).test_client()
        self._keys: dict[object, str] = {}

    def ask(
        self, groups: tuple[str, ...] | None, method: str, path: str, scopes: frozenset[Scope] = WRITE, **how: Any
    ) -> tuple[int, Any]:
        if (groups, scopes) not in self._keys:
            self._keys[groups, scopes] = self.application.access.keys.make("test", scopes, groups)[1]
        headers = {"Authorization": f"Bearer {self._keys[groups, scopes]}", "Accept-Language": "en"}
        response = self.client.open(path, method=method, headers=headers, **how)
        text = response.get_data(as_text=True)
        response.close()
        try:
            return response.status_code, json.loads(text)
        except ValueError:
            return response.status_code, text

    def add(self, groups: tuple[str, ...] | None, **how: Any) -> dict[str, Any]:
        status, answer = self.ask(groups, "POST", "/api/documents", **how)
        assert status == 202, answer
        self.jobs.wait()
        self.application.store.refresh()
        return dict(answer["documents"][0])

    def upload(self, groups: tuple[str, ...] | None, name: str, text: str) -> dict[str, Any]:
        return self.add(groups, data={"file": (io.BytesIO(text.encode()), name)})

    def seen(self, groups: tuple[str, ...] | None) -> list[tuple[str, list[str]]]:
        _, answer = self.ask(groups, "GET", "/api/documents")
        return sorted((one["source"].rpartition("/")[2], one["groups"]) for one in answer["documents"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.jobs.stop()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as served:
        served.page("/salaries", "/staff")
        served.page("/staff")
        yield served


FIN, HR = ("fin",), ("hr",)


@pytest.mark.parametrize("other", [HR, ("hr", "law"), ()], ids=["a group", "two groups", "no group"])
@pytest.mark.parametrize("path", ["/salaries", "/absent"], ids=["a page", "a page that failed"])
def test_naming_an_address_of_others_opens_nothing(house: House, site: Site, other: tuple[str, ...], path: str) -> None:
    theirs = house.add(FIN, json={"url": site.base + path})
    site.page(path, head="<title>Another page by now</title>")
    mine = house.add(other, json={"url": site.base + path})
    assert mine["id"] != theirs["id"]
    for method, where in (
        ("GET", "/api/documents/{}"), ("GET", "/documents/{}/file"), ("DELETE", "/api/documents/{}"),
        ("POST", "/api/documents/{}/retry"),
    ):  # fmt: skip
        assert house.ask(other, method, where.format(theirs["id"]))[0] == 404
    status, kept = house.ask(FIN, "GET", f"/api/documents/{theirs['id']}")
    assert status == 200 and kept["groups"] == ["fin"] and kept["title"] != "Another page by now"
    assert house.ask(other, "DELETE", f"/api/documents/{mine['id']}")[0] == 204
    assert [groups for _, groups in house.seen(FIN)] == [["fin"]]


def test_a_site_of_ours_takes_no_page_of_others(house: House, site: Site) -> None:
    theirs = house.add(FIN, json={"url": site.base + "/staff"})
    house.add(HR, json={"url": site.base + "/salaries", "depth": 1})
    assert house.seen(HR) == [("salaries", ["hr"]), ("staff", ["hr"])]
    assert house.seen(FIN) == [("staff", ["fin"])] and house.seen(("law",)) == []
    assert house.ask(FIN, "GET", f"/api/documents/{theirs['id']}")[1]["state"] == "indexed"


def test_an_operators_crawl_opens_no_page_that_it_meets_again(house: House, site: Site) -> None:
    ingester = house.application.ingester
    list(ingester.ingest([site.base + "/staff"], groups=FIN))
    queued = ingester.queue(site.base + "/salaries", groups=HR, depth=1)
    list(ingester.ingest([queued.id], queued=True))
    assert house.seen(FIN) == [("staff", ["fin"])] and house.seen(HR) == [("salaries", ["hr"])]


def test_an_upload_of_equal_bytes_tells_nothing(house: House) -> None:
    theirs = house.upload(FIN, "plan.md", "# Plan\n\nMove in June.")
    mine = house.upload(HR, "plan.md", "# Plan\n\nMove in June.")
    fresh = house.upload(("law",), "other.md", "# Plan\n\nMove in July.")
    told = [
        {**one, "id": "", "source": "", "title": "", "groups": [], "queued": "", "updated": ""} for one in (mine, fresh)
    ]
    assert told[0] == told[1] and theirs["source"] != mine["source"]
    assert house.ask(HR, "DELETE", f"/api/documents/{mine['id']}")[0] == 204
    house.application.trash.delete(theirs["id"], for_good=True)
    assert house.ask(HR, "POST", f"/api/documents/{mine['id']}/restore")[0] == 200
    assert house.ask(HR, "GET", f"/documents/{mine['id']}/file")[0] == 200


def test_a_move_takes_nothing_of_others(house: House, tmp_path: Path) -> None:
    ingester = house.application.ingester
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "old.md").write_text("# Plan\n\nMove in June.", encoding="utf-8")
    list(ingester.ingest([str(folder)], groups=FIN))
    (folder / "old.md").rename(folder / "new.md")
    list(ingester.ingest([str(folder)], groups=HR))
    assert house.seen(FIN) == [("old.md", ["fin"])] and house.seen(HR) == [("new.md", ["hr"])]
    (folder / "new.md").rename(folder / "newest.md")
    (moved,) = ingester.ingest([str(folder)], groups=HR)
    assert moved.embedded == 0 and house.seen(HR) == [("newest.md", ["hr"])]


def test_an_upload_is_no_move_of_others_file(house: House, tmp_path: Path) -> None:
    text = "# Plan\n\nMove in June."
    kept = tmp_path / "old.md"
    kept.write_text(text, encoding="utf-8")
    list(house.application.ingester.ingest([str(kept)], groups=FIN))
    kept.unlink()
    house.upload(HR, "mine.md", text)
    assert house.seen(FIN) == [("old.md", ["fin"])] and house.seen(HR) == [("mine.md", ["hr"])]


def test_no_score_tells_of_words_in_documents_of_others(house: House) -> None:
    for number in range(4):
        house.upload(FIN, f"{number}.md", f"# Merger {number}\n\nThe merger with Lisbon, part {number}.")
    house.upload(HR, "mine.md", "# Notes\n\nmerger walrus")
    for mode in SearchMode:
        _, answer = house.ask(HR, "GET", f"/api/search?q=merger+walrus&mode={mode}&group=true")
        (hit,) = answer["hits"]
        for scores in (hit["scores"], hit["legs"]):
            assert "keyword" not in scores or scores["keyword"]["score"] is None
            assert "semantic" not in scores or scores["semantic"]["score"] is not None
        assert (hit["score"] is None) is (mode is not SearchMode.SEMANTIC)
    filters = Filters(groups=HR)
    (hit,) = house.application.searcher.search(SearchRequest("merger", filters=filters)).hits
    assert hit.score is None, "the answers' and MCP's searches too"
    (unbounded, *_) = house.application.searcher.search(SearchRequest("walrus")).hits
    assert unbounded.score is not None


def test_what_others_deleted_is_like_nothing(house: House) -> None:
    theirs = house.upload(FIN, "plan.md", "# Plan\n\nMove in June.")
    assert house.ask(FIN, "DELETE", f"/api/documents/{theirs['id']}")[0] == 204
    nothing = house.ask(HR, "POST", f"/api/documents/{'f' * 20}/restore")
    status, answer = house.ask(HR, "POST", f"/api/documents/{theirs['id']}/restore")
    assert (status, json.dumps(answer).replace(theirs["id"], "f" * 20)) == (404, json.dumps(nothing[1]))
    assert house.ask(FIN, "POST", f"/api/documents/{theirs['id']}/restore")[0] == 200


def test_a_deletion_by_one_reader_brings_back_nothing_that_was_added_for_others_since(
    house: House, tmp_path: Path
) -> None:
    path = tmp_path / "plan.md"
    path.write_text("# Plan\n\nMove in June.", encoding="utf-8")
    (first,) = house.application.ingester.ingest([str(path)], groups=FIN)
    assert house.ask(FIN, "DELETE", f"/api/documents/{first.document_id}")[0] == 204
    list(house.application.ingester.ingest([str(path)], groups=HR))
    assert house.ask(FIN, "POST", f"/api/documents/{first.document_id}/restore")[0] == 404
    assert house.seen(HR) == [("plan.md", ["hr"])] and house.seen(FIN) == []


def test_what_others_see_too_is_not_ones_own_to_change(house: House, tmp_path: Path) -> None:
    path = tmp_path / "open.md"
    path.write_text("# Open\n\nFor all.", encoding="utf-8")
    (opened,) = house.application.ingester.ingest([str(path)])
    both = house.upload(("fin", "hr"), "both.md", "# Both\n\nFor two groups.")
    mine = house.upload(HR, "mine.md", "# Mine\n\nFor one.")
    for document, callers in ((opened.document_id, [HR, ("fin", "hr"), ()]), (both["id"], [HR, FIN])):
        for groups in callers:
            status, answer = house.ask(groups, "DELETE", f"/api/documents/{document}")
            assert (status, answer["reason"]) == (403, "document_of_others")
            assert house.ask(groups, "POST", f"/api/documents/{document}/retry")[0] == 403
    assert house.ask(("fin", "hr", "law"), "DELETE", f"/api/documents/{both['id']}")[0] == 204
    assert house.ask(HR, "POST", f"/api/documents/{both['id']}/restore")[0] == 403
    assert house.ask(HR, "DELETE", f"/api/documents/{mine['id']}")[0] == 204
    assert house.ask(HR, "DELETE", f"/api/documents/{opened.document_id}", scopes=ALL)[0] == 204


def test_one_of_no_group_changes_what_they_added_and_opens_nothing(house: House) -> None:
    mine = house.upload((), "mine.md", "# Mine\n\nOpen to everybody.")
    assert mine["groups"] == [] and house.seen(HR) == [("mine.md", [])]
    assert house.ask(HR, "DELETE", f"/api/documents/{mine['id']}")[0] == 403
    assert house.ask((), "DELETE", f"/api/documents/{mine['id']}")[0] == 204


def test_one_groups_judgements_are_not_anothers(house: House, tmp_path: Path) -> None:
    path = tmp_path / "open.md"
    path.write_text("# Open\n\nFor all.", encoding="utf-8")
    (opened,) = house.application.ingester.ingest([str(path)])
    body = {"query": "secret merger", "document_id": opened.document_id, "grade": 1}
    assert house.ask(FIN, "POST", "/api/judgements", json=body)[0] == 204
    assert house.ask(HR, "POST", "/api/judgements", json={**body, "grade": 0})[0] == 204
    grades = [house.ask(who, "GET", "/api/judgements?q=secret+merger")[1]["grades"] for who in (FIN, HR, ("law",))]
    assert grades == [{opened.document_id: 1}, {opened.document_id: 0}, {}]
