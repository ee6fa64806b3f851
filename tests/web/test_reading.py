"""Lines, grep and checks over HTTP: a real embedded store, keys of several groups, and what is asked wrongly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from searchapp.access import Scope
from searchapp.audit import Wanted
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application

PRESS = "# Press\n\nWear gloves of class D.\n\nThe press weighs 41 tonnes.\n"
SALARIES = "The director wears no gloves and earns ninety thousand.\n"

Got = Callable[..., tuple[int, Any]]


@pytest.fixture(scope="module")
def got(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Got]:
    folder = tmp_path_factory.mktemp("reading")
    application = Application(
        Settings(data_dir=folder / "data", auth="required", embedding_model="hashed:256", requests_per_minute=10_000)  # type: ignore[call-arg]
    )
    for name, text, groups in (
        ("press.md", PRESS, ()),
        ("手套.md", "操作人员必须佩戴防割手套。", ()),
        ("pay.txt", SALARIES, ("hr",)),
    ):
        (folder / name).write_text(text, encoding="utf-8")
        assert [one.error for one in application.ingester.ingest([str(folder / name)], groups=groups)] == [""]
    jobs = Jobs(application)
    client = create_app(application, host="0.0.0.0", jobs=jobs).test_client()
    keys: dict[tuple[str, ...] | None, str] = {}

    def ask(path: str, groups: tuple[str, ...] | None = None, method: str = "GET", **how: Any) -> tuple[int, Any]:
        if groups not in keys:
            keys[groups] = application.access.keys.make("test", frozenset({Scope.READ}), groups)[1]
        language = how.pop("language", "en")
        headers = {"Authorization": f"Bearer {keys[groups]}", "Accept-Language": language}
        answer = client.open(path, method=method, headers=headers, **how)
        return answer.status_code, answer.get_json()

    ask.application = application  # type: ignore[attr-defined]
    yield ask
    jobs.stop()


def ids(got: Got) -> dict[str, str]:
    _, listed = got("/api/documents")
    return {one["source"].rpartition("/")[2]: one["id"] for one in listed["documents"]}


def test_lines_of_a_document(got: Got) -> None:
    press = ids(got)["press.md"]
    status, whole = got(f"/api/documents/{press}/lines")
    assert status == 200 and whole["total"] == 5 and whole["next"] is None and whole["pages"] is None
    assert [one["text"] for one in whole["lines"]] == [
        "Press",
        "",
        "Wear gloves of class D.",
        "",
        "The press weighs 41 tonnes.",
    ]
    _, some = got(f"/api/documents/{press}/lines?from=3&to=4&size=1")
    assert [one["line"] for one in some["lines"]] == [3] and some["next"] == 4
    chunk = whole["passages"][0]["chunk_id"]
    assert got(f"/api/documents/{press}/lines?passage={chunk}")[1]["lines"] == whole["lines"]
    status, beyond = got(f"/api/documents/{press}/lines?from=6")
    assert (status, beyond["reason"]) == (400, "line_beyond") and "line 5" in beyond["detail"]
    assert got(f"/api/documents/{press}/lines?page=1")[1]["reason"] == "pages_none"
    assert got(f"/api/documents/{press}/lines?size=1001")[0] == got(f"/api/documents/{press}/lines?from=0")[0] == 400
    assert got(f"/api/documents/{press}/lines?passage=gone-00000-0")[0] == 404


def test_lines_found_in_documents(got: Got) -> None:
    _, found = got("/api/grep?words=gloves&context=1")
    assert found["total"] == 2 and {one["type"] for one in found["documents"]} == {"markdown", "text"}
    _, found = got("/api/grep", query_string={"pattern": r"\d+ tonnes|防割", "per_document": 0})
    assert [one["total"] for one in found["documents"]] == [1, 1] and all(
        not one["lines"] for one in found["documents"]
    )
    for query, reason in (({}, "grep_empty"), ({"pattern": "("}, "pattern_wrong"), ({"words": "…"}, "query_wordless")):
        status, wrong = got("/api/grep", query_string=query)
        assert (status, wrong["reason"]) == (400, reason)
    assert "不是 RE2" in got("/api/grep?pattern=(", language="zh")[1]["detail"]
    assert got("/api/grep", query_string={"pattern": "a" * 201})[0] == 400


def test_sentences_checked(got: Got) -> None:
    def check(groups: tuple[str, ...] | None = None, **body: Any) -> tuple[int, Any]:
        return got("/api/check", groups, "POST", json=body)

    status, found = check(text="The press weighs 41 tonnes. The press weighs 99 tonnes.")
    assert status == 200 and not found["supported"]
    assert [(one["support"], one["reason"]) for one in found["sentences"]] == [
        ("supported", "said"),
        ("unsupported", "facts_missing"),
    ]
    passage = found["sentences"][0]["passages"][0]
    assert passage["title"] == "Press" and "41" in passage["quote"]
    assert (
        check(text="必须佩戴防割手套。", passages=[passage["chunk_id"]])[1]["sentences"][0]["support"] == "unsupported"
    )
    assert check(text="必须佩戴防割手套。")[1]["supported"]
    assert check(text="")[1]["reason"] == "check_empty"
    assert check(text="x", passages=["gone-00000-0"])[0] == 404
    assert check(text="x", passages=["a"] * 21)[0] == check(text="x", size=0)[0] == check(text="g" * 4001)[0] == 400


def test_more_like_a_whole_document(got: Got) -> None:
    known = ids(got)
    status, like = got(f"/api/similar?passage={known['press.md']}")
    assert status == 200 and like["query"] == "Press"
    assert known["press.md"] not in {one["document_id"] for one in like["hits"]}
    assert got("/api/similar?passage=nowhere")[0] == got(f"/api/similar?passage={known['pay.txt']}", ("law",))[0] == 404
    assert got(f"/api/similar?passage={known['pay.txt']}", ("hr",))[0] == 200


def test_what_is_another_groups_is_nothing(got: Got) -> None:
    pay = ids(got)["pay.txt"]
    _, theirs = got(f"/api/documents/{pay}/lines", ("hr",))
    chunk = theirs["passages"][0]["chunk_id"]
    assert got(f"/api/documents/{pay}/lines", ("law",))[0] == 404
    _, found = got("/api/grep?words=gloves", ("law",))
    assert (found["total"], found["read"], found["unread"]) == (1, 1, 0)
    assert got(f"/api/grep?pattern=.&filter=document={pay}", ("law",))[1]["read"] == 0
    text = "The director wears no gloves and earns ninety thousand."
    for groups, status, support in ((("hr",), 200, "supported"), (("law",), 404, None)):
        answer = got("/api/check", groups, "POST", json={"text": text, "passages": [chunk]})
        assert answer[0] == status and (support is None or answer[1]["sentences"][0]["support"] == support)
    checked = got("/api/check", ("law",), "POST", json={"text": text})[1]["sentences"][0]
    assert checked["support"] == "unsupported" and pay not in str(checked)


def test_a_check_changes_nothing_and_leaves_no_record(got: Got) -> None:
    application: Application = got.application  # type: ignore[attr-defined]
    before = [*application.audit.all(Wanted())]
    assert got("/api/check", None, "POST", json={"text": "The press weighs 41 tonnes."})[0] == 200
    assert got("/api/grep?words=gloves")[0] == 200
    assert [*application.audit.all(Wanted())] == before
