"""The contract of the HTTP API, as DESIGN §4 and §5 write it."""

import base64
import datetime as dt
import io
import json
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from searchapp.errors import ServiceUnavailableError, UsageError
from searchapp.model import DocumentState, SearchMode, Sentence, Support, Turn
from searchapp.web.jobs import Jobs
from tests.web.stand_in import StandIn, entry, hit

HIT_KEYS = [
    *("rank", "score", "chunk_id", "document_id", "title", "source", "type", "language", "headings", "page"),
    *(
        "modified",
        "tags",
        "collections",
        "fields",
        "text",
        "highlights",
        "scores",
        "same_document",
        "more_from_document",
        "near_duplicates",
    ),
    *("duplicates", "reranked", "weak", "unembedded"),
    *("legs", "behind", "nearly_same"),  # the old names, until 0.3.0
]


def events(body: bytes) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in body.decode().strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


# --- search --------------------------------------------------------------------------------------------------


def test_search_gives_the_json_of_the_command_line(client: FlaskClient, library: StandIn) -> None:
    body = client.get("/api/search?q=gloves&facets=true").json
    assert list(body) == [
        "query",
        "mode",
        "took_ms",
        "total",
        "hits",
        "facets",
        "matched",
        "did_you_mean",
        "weights",
        "notices",
    ]
    assert (body["query"], body["mode"], body["total"]) == ("gloves", "hybrid", 4)
    first = body["hits"][0]
    assert list(first) == HIT_KEYS
    assert first["scores"] == {"keyword": {"rank": 1, "score": 8.25}, "semantic": {"rank": 2, "score": 0.61}}
    assert first["modified"] == "2024-03-05T00:00:00+00:00"
    assert body["hits"][1]["scores"] == {"semantic": {"rank": 1, "score": 0.712}}
    assert body["facets"]["type"] == {"pdf": 1, "html": 1, "markdown": 2}
    assert client.get("/api/search?q=gloves").json["facets"] == {}


def test_the_form_of_hits_is_asked_for(client: FlaskClient, library: StandIn) -> None:
    client.get("/api/search?q=gloves&sort=newest&group=true&fold=false&spelling=true&sentences=true")
    asked = library.searcher.requests[-1]
    assert (asked.sort, asked.grouped, asked.folded, asked.facets) == ("newest", True, False, False)
    assert asked.spelling and asked.sentences
    client.get("/api/search?q=gloves")
    asked = library.searcher.requests[-1]
    assert asked.folded and not (asked.grouped or asked.facets or asked.spelling or asked.sentences)
    refused = client.get("/api/search?q=gloves&group=perhaps")
    assert refused.status_code == 400 and refused.json["detail"] == "group must be true or false."
    refused = client.get("/api/search?q=gloves&sort=size")
    assert refused.status_code == 400 and "relevance, newest, oldest" in refused.json["detail"]


def test_more_like_a_passage_and_completions(client: FlaskClient, library: StandIn) -> None:
    like = client.get("/api/similar?passage=lockout-0&filter=type=pdf&facets=true").json
    assert like["query"] == "Lockout procedure PPR-9087" and [hit["type"] for hit in like["hits"]] == ["pdf"]
    library.searcher.completions = ["Gloves", "gloves of class D"]
    assert client.get("/api/complete?q=glo&size=1").json == {"completions": ["Gloves"]}
    assert client.get("/api/complete?q=").json["completions"] == ["Gloves", "gloves of class D"]
    assert client.get("/api/complete").status_code == 400


def test_search_passes_on_everything_it_was_asked(client: FlaskClient, library: StandIn) -> None:
    client.get(
        "/api/search?q=gloves&mode=keyword&size=3&from=6&filter=type%3Dpdf&filter=type%3Dhtml&filter=path%3D/srv/"
    )
    request = library.searcher.requests[-1]
    assert (request.mode, request.size, request.offset) == (SearchMode.KEYWORD, 3, 6)
    assert request.filters.types == ("pdf", "html")
    assert request.filters.paths == ("/srv/",)


def test_chinese_stays_readable_in_the_response(client: FlaskClient, library: StandIn) -> None:
    assert "手套".encode() in client.get("/api/search?q=手套").data


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("q=", "query is empty"),
        ("q=x&mode=magic", "mode"),
        ("q=x&size=0", "size"),
        ("q=x&size=many", "size"),
        ("q=x&size=101", "size"),
        ("q=x&from=-1", "from"),
        ("q=x&filter=colour%3Dred", "colour"),
    ],
)
def test_a_wrong_search_is_a_problem_that_names_what_is_wrong(client: FlaskClient, query: str, named: str) -> None:
    response = client.get(f"/api/search?{query}")
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert named in response.json["detail"]
    assert response.json["remedy"]


def test_a_wrong_length_is_told_as_a_length_and_a_wrong_type_as_a_type(client: FlaskClient) -> None:
    def told(path: str, body: object = None) -> str:
        response = client.post(path, json=body) if body is not None else client.get(path)
        assert (response.status_code, response.json["code"]) == (400, "usage")
        return str(response.json["detail"])

    assert told("/api/judgements?q=") == "q must have 1 to 4,000 characters."
    assert told(f"/api/judgements?q={'x' * 4001}") == "q must have 1 to 4,000 characters."
    assert told(f"/api/documents?q={'x' * 201}") == "q must have at most 200 characters."
    assert (
        told("/api/judgements", {"query": "x", "document_id": "", "grade": 1})
        == "document_id must have 1 to 200 characters."
    )
    assert told("/api/judgements", {"query": "x", "document_id": 3, "grade": 1}) == "document_id must be a string."
    many = {"question": "x", "history": [{"question": "x"}] * 51}
    assert told("/api/ask", many) == "history must have at most 50 items."


def test_what_is_wrong_within_a_list_is_named_with_its_place(client: FlaskClient) -> None:
    def told(*history: object) -> str:
        response = client.post("/api/ask", json={"question": "x", "history": history})
        assert response.status_code == 400
        return str(response.json["detail"])

    assert told({"question": "x" * 4001}) == "history[0].question must have at most 4,000 characters."
    assert told({"question": "x"}, {"answer": "x"}) == "history[1].question is missing."
    assert told({"question": "x", "role": "system"}) == "There is no field 'history[0].role' here."
    assert told("x") == "history must be a list, each an object with question, answer."


# --- ask -----------------------------------------------------------------------------------------------------


def test_an_answer_arrives_as_typed_events(client: FlaskClient, library: StandIn) -> None:
    response = client.post("/api/ask", json={"question": "Which gloves?", "filter": ["type=pdf"], "size": 5})
    assert response.mimetype == "text/event-stream"
    assert response.headers["X-Accel-Buffering"] == "no"
    assert response.headers["Cache-Control"] == "no-cache"
    library.answerer.sentences = []
    found = events(client.post("/api/ask", json={"question": "gloves"}).data)
    assert [name for name, _ in found] == ["sources", "done"]


def test_the_events_carry_hits_words_sentences_and_the_answer(client: FlaskClient, library: StandIn) -> None:
    found = events(client.post("/api/ask", json={"question": "gloves"}).data)
    names = [name for name, _ in found]
    assert (names[0], names[-1]) == ("sources", "done")
    assert names.count("sentence") == 4
    sources, done = found[0][1], found[-1][1]
    assert list(sources["hits"][0]) == HIT_KEYS
    assert sources["passages_used"] == 4
    assert "".join(data["text"] for name, data in found if name == "token").strip() == done["answer"]
    assert done["citations"][0]["page"] == 12
    assert done["sentences"][3] == {
        "text": "New gloves are handed out at the gate every Monday [3].",
        "citations": [3],
        "supported": False,
        "support": "unsupported",
        "missing": ["Monday"],
    }
    assert [sentence["support"] for sentence in done["sentences"]] == ["supported", "supported", "weak", "unsupported"]
    assert (done["citations_removed"], done["notices"]) == (0, [])


def test_ask_passes_on_everything_it_was_asked(client: FlaskClient, library: StandIn) -> None:
    client.post("/api/ask", json={"question": "gloves", "filter": ["language=zh"], "size": 3, "model": "qwen3"})
    question, filters, size, model = library.answerer.asked[0]
    assert (question, filters.languages, size, model) == ("gloves", ("zh",), 3, "qwen3")


def test_a_follow_up_carries_its_conversation(client: FlaskClient, library: StandIn) -> None:
    turns = [{"question": "Which gloves?", "answer": "Those of class D."}]
    found = events(client.post("/api/ask", json={"question": "and at night?", "history": turns}).data)
    assert found[0] == (
        "query",
        {"question": "and at night?", "query": "Which gloves? and at night?", "rewriting": "joined"},
    )
    client.post("/api/ask", json={"question": "and at night?", "query": "gloves at night", "history": turns})
    assert library.answerer.conversations[1] == ("gloves at night", (Turn("Which gloves?", "Those of class D."),))


@pytest.mark.parametrize(
    "history", ["all", [{"answer": "x"}], [{"question": "x", "role": "system"}], [{"question": "x"}] * 51]
)
def test_a_conversation_that_is_none_is_a_problem(client: FlaskClient, history: object) -> None:
    response = client.post("/api/ask", json={"question": "gloves", "history": history})
    assert response.status_code == 400 and "history" in response.json["detail"]


def test_a_line_break_in_the_answer_does_not_break_the_event(client: FlaskClient, library: StandIn) -> None:
    library.answerer.sentences = [Sentence("one\n\nevent: done\ndata: {}", (), Support.WEAK)]
    names = [name for name, _ in events(client.post("/api/ask", json={"question": "gloves"}).data)]
    assert names.count("done") == 1


def test_what_fails_before_the_first_event_has_a_status_of_its_own(client: FlaskClient, library: StandIn) -> None:
    library.searcher.error = ServiceUnavailableError(
        "passed_on", text="Elasticsearch does not answer.", remedy="Start it."
    )
    response = client.post("/api/ask", json={"question": "gloves"})
    assert response.status_code == 503
    assert response.json["remedy"] == "Start it."


def test_what_fails_later_is_an_error_event(client: FlaskClient, library: StandIn) -> None:
    library.answerer.error = ServiceUnavailableError("passed_on", text="Ollama does not answer.", remedy="Start it.")
    name, data = events(client.post("/api/ask", json={"question": "gloves"}).data)[-1]
    assert name == "error"
    assert (data["status"], data["detail"], data["code"]) == (503, "Ollama does not answer.", "service_unavailable")


def test_an_unexpected_failure_tells_no_insides(client: FlaskClient, library: StandIn) -> None:
    library.answerer.error = RuntimeError("secret path /home/user")
    name, data = events(client.post("/api/ask", json={"question": "gloves"}).data)[-1]
    assert (name, data["status"]) == ("error", 500)
    assert "secret" not in json.dumps(data)


def test_the_answer_ends_when_the_response_is_closed(client: FlaskClient, library: StandIn) -> None:
    response = client.post("/api/ask", json={"question": "gloves"}, buffered=False)
    assert not library.answerer.closed.is_set()
    response.close()
    assert library.answerer.closed.is_set()


@pytest.mark.parametrize("body", ["", "[]", '{"question": 5}', '{"question": "x", "filter": "type=pdf"}'])
def test_a_wrong_question_is_a_problem(client: FlaskClient, body: str) -> None:
    response = client.post("/api/ask", data=body, content_type="application/json")
    assert response.status_code == 400


# --- documents -----------------------------------------------------------------------------------------------


def test_uploads_are_stored_queued_and_ingested(client: FlaskClient, app: StandIn, jobs: Jobs) -> None:
    files = [(io.BytesIO(b"# One"), "one.md"), (io.BytesIO(b"# Two"), "two.md")]
    response = client.post("/api/documents", data={"file": files})
    assert response.status_code == 202
    documents = response.json["documents"]
    assert [document["state"] for document in documents] == ["queued", "queued"]
    assert response.headers["Location"] == f"/api/documents/{documents[0]['id']}"
    jobs.wait()
    assert client.get(response.headers["Location"]).json["state"] == "indexed"
    assert (app.settings.data_dir / "uploads" / "two.md").read_bytes() == b"# Two"


def test_an_address_is_queued_in_its_one_spelling(client: FlaskClient, app: StandIn, jobs: Jobs) -> None:
    response = client.post("/api/documents", json={"url": " HTTPS://Example.org:443/a b#part "})
    assert response.status_code == 202
    jobs.wait()
    assert [one.source for one in app.store.known.values()] == ["https://example.org/a%20b"]
    assert app.ingester.batches == [["id-0"]]


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "file:///etc/passwd", "ftp://example.org/x", "https://u:p@example.org"]
)
def test_nothing_but_web_addresses_can_be_named(client: FlaskClient, app: StandIn, address: str) -> None:
    assert client.post("/api/documents", json={"url": address}).status_code == 422
    assert app.store.known == {}


@pytest.mark.parametrize("data", [{}, {"file": (io.BytesIO(b""), "")}, {"other": (io.BytesIO(b"x"), "x.md")}])
def test_an_upload_without_a_file_is_a_problem(client: FlaskClient, data: dict[str, Any]) -> None:
    assert client.post("/api/documents", data=data, content_type="multipart/form-data").status_code == 400


def test_an_upload_that_is_too_large_names_the_limit(client: FlaskClient) -> None:
    response = client.post("/api/documents", data={"file": (io.BytesIO(b"x" * 1_200_000), "x.txt")})
    assert response.status_code == 413
    assert "1 MiB" in response.json["detail"]
    assert "SEARCHAPP_MAX_FILE_MB" in response.json["remedy"]


def test_documents_are_listed_by_state_and_page(client: FlaskClient, app: StandIn) -> None:
    for n in range(5):
        app.store.put(entry(f"d{n}", f"/srv/{n}.md", state=DocumentState.FAILED if n == 3 else DocumentState.INDEXED))
    body = client.get("/api/documents?from=1&size=2").json
    assert body["total"] == 5
    assert [document["id"] for document in body["documents"]] == ["d1", "d2"]
    failed = client.get("/api/documents?state=failed").json
    assert [document["id"] for document in failed["documents"]] == ["d3"]
    several = client.get("/api/documents?state=failed,indexed").json
    assert several["total"] == body["total"]
    assert client.get("/api/documents?state=lost").status_code == 400


def test_a_list_is_counted_so_far_and_read_on_with_its_cursors(client: FlaskClient, app: StandIn) -> None:
    for n in range(10_201):
        app.store.put(entry(f"d{n}", f"/srv/{n:05}.md"))
    body = client.get("/api/documents?from=10000&size=200").json
    assert (body["total"], body["reachable"], len(body["documents"])) == (10_201, 10_200, 200)
    behind = client.get(f"/api/documents?size=200&cursor={body['next']}").json
    assert [one["id"] for one in behind["documents"]] == ["d10200"] and behind["next"] is None
    before = client.get(f"/api/documents?size=200&cursor={behind['previous']}").json
    assert before["documents"] == body["documents"]
    last = client.get("/api/documents?size=2&cursor=last&from=7").json
    assert [one["id"] for one in last["documents"]] == ["d10199", "d10200"]
    refused = client.get("/api/documents?from=10001")
    assert refused.status_code == 400
    assert "10,000 at most; those behind are reached with `cursor`" in refused.json["remedy"]
    narrowed = client.get("/api/documents?q=/srv/99").json
    assert narrowed["reachable"] == narrowed["total"] < 200
    first = client.get("/api/documents?size=5")
    assert first.json["previous"] is None
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/api/documents?size=5", headers=known).status_code == 304


def test_which_process_holds_a_document_is_nobodys_business(client: FlaskClient, app: StandIn) -> None:
    lease = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    held: dict[str, Any] = {"owner": "db-host-7:4242:ab12", "lease": lease}
    app.store.put(entry("d1", "/srv/1.md", state=DocumentState.RUNNING, **held))
    app.store.put(entry("d2", "/srv/2.md", state=DocumentState.FAILED, **held))
    answers = [
        client.get("/api/documents"),
        client.get("/api/documents/d1"),
        client.get("/api/documents/d1/passages"),
        client.post("/api/documents/d2/retry"),
    ]
    client.delete("/api/documents/d1")
    answers += [
        client.post("/api/documents/d1/restore"),
        client.post("/api/documents", json={"url": "https://example.org/"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 202, 200, 202]
    for answer in answers:
        assert "db-host-7" not in answer.text and lease.isoformat() not in answer.text


def token(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "é",
        "AAAA",
        token("title", False, "a", "/srv/1.md"),  # of another order
        token("newest", False, "a", "/srv/1.md"),
        token("newest", False, True, "/srv/1.md"),
        token("newest", False, 2**63, "/srv/1.md"),
        token("newest", 1, 5, "/srv/1.md"),
        token("newest", False, 5, None),
        token("newest", False, 5, "\ud800"),
        token("newest", False, 5),
        token({"newest": 1}),
        base64.urlsafe_b64encode(b"[" * 30_000).decode(),
    ],
)
def test_a_cursor_of_another_list_or_of_nobody_is_refused(client: FlaskClient, cursor: str) -> None:
    refused = client.get(f"/api/documents?cursor={quote(cursor)}")
    assert refused.status_code == 400
    assert refused.json["detail"] == "This cursor is not of a list by newest."


def test_a_site_is_queued_with_its_depth(client: FlaskClient) -> None:
    response = client.post("/api/documents", json={"url": "https://example.org/", "depth": 2})
    assert response.status_code == 202 and response.json["documents"][0]["depth"] == 2
    for wrong in (-1, 21, "deep", 1.5):
        assert client.post("/api/documents", json={"url": "https://example.org/", "depth": wrong}).status_code == 400


def test_what_failed_is_tried_again_and_nothing_else(client: FlaskClient, app: StandIn, jobs: Jobs) -> None:
    app.store.put(entry("bad", "/srv/bad.md", state=DocumentState.QUARANTINED, failures=3, error="No."))
    app.store.put(entry("good", "/srv/good.md"))
    response = client.post("/api/documents/bad/retry")
    assert response.status_code == 202 and response.json["state"] in ("queued", "indexed")
    jobs.wait()
    assert app.store.known["bad"].state is DocumentState.INDEXED
    assert client.post("/api/documents/good/retry").status_code == 400
    assert client.post("/api/documents/absent/retry").status_code == 404


def test_what_halts_ingestion_is_told_with_the_documents(client: FlaskClient, app: StandIn, jobs: Jobs) -> None:
    app.ingester.errors = [UsageError("passed_on", text="The index was built with another model.", remedy="Reindex.")]
    client.post("/api/documents", json={"url": "https://example.org/"})
    jobs.wait()
    problem = client.get("/api/documents").json["problem"]
    words = {"message": "The index was built with another model.", "remedy": "Reindex."}
    assert problem == {"code": "usage", "reason": "passed_on", **words}


def test_a_document_is_shown_and_deleted(client: FlaskClient, app: StandIn) -> None:
    app.add(hit("d", "text"))
    assert client.get("/api/documents/d").json["source"] == "/srv/d.md"
    assert client.delete("/api/documents/d").status_code == 204
    assert client.get("/api/documents/d").status_code == 404
    assert client.delete("/api/documents/d").status_code == 404


def test_a_change_may_name_the_content_that_it_is_meant_for(client: FlaskClient, app: StandIn) -> None:
    app.store.put(entry("d", "/srv/d.md", state=DocumentState.FAILED))
    seen = client.get("/api/documents/d").headers["ETag"]
    app.store.put(entry("d", "/srv/d.md", state=DocumentState.FAILED, chunks=7))
    for method, path in (("DELETE", "/api/documents/d"), ("POST", "/api/documents/d/retry")):
        refused = client.open(path, method=method, headers={"If-Match": seen})
        assert (refused.status_code, refused.json["code"]) == (412, "changed")
        assert "Get it again" in refused.json["remedy"]
    assert app.store.entry("d") is not None
    fresh = client.get("/api/documents/d").headers["ETag"]
    assert client.post("/api/documents/d/retry", headers={"If-Match": f'"other", {fresh}'}).status_code == 202
    assert client.delete("/api/documents/d", headers={"If-Match": "*"}).status_code == 204
