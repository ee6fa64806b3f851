"""Thumbs on the page, and the routes behind them."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient
from playwright.sync_api import Route, expect

from searchapp.judgements import Judgements
from tests.web.browsing import NewPage, search
from tests.web.samples import fill
from tests.web.stand_in import StandIn, entry


def judge(client: FlaskClient, query: str, document_id: str, grade: object) -> int:
    body = {"query": query, "document_id": document_id, "grade": grade}
    return client.post("/api/judgements", json=body).status_code


def test_a_thumb_is_kept_changed_and_taken_back(app: StandIn, client: FlaskClient) -> None:
    fill(app)
    assert judge(client, " which\u00a0 gloves ", "lockout", 1) == 204
    assert client.get("/api/judgements?q=which gloves").json == {
        "query": "which gloves",
        "grades": {"lockout": 1},
        "answers": {},
    }
    assert judge(client, "which gloves", "lockout", 0) == 204
    (kept,) = app.judgements.all()
    assert (kept.query, kept.grade, kept.source) == ("which gloves", 0, app.store.known["lockout"].source)
    assert judge(client, "which gloves", "lockout", None) == 204
    assert app.judgements.all() == ()


def test_nonsense_is_refused(app: StandIn, client: FlaskClient) -> None:
    fill(app)
    assert judge(client, "gloves", "nowhere", 1) == 404
    assert judge(client, "\u200b", "lockout", 1) == 400
    for grade in (2, -1, "good", 0.5):
        assert judge(client, "gloves", "lockout", grade) == 400
    assert client.get("/api/judgements").status_code == 400
    assert app.judgements.all() == ()


def test_documents_of_other_groups_can_neither_be_judged_nor_seen(tmp_path: Path) -> None:
    from searchapp.access import Scope
    from searchapp.web.app import create_app
    from searchapp.web.jobs import Jobs

    app = StandIn(tmp_path, auth="required")
    app.store.known["secret"] = entry("secret", "/srv/secret.md", groups=("finance",))
    jobs = Jobs(app)  # type: ignore[arg-type]
    client = create_app(app, host="0.0.0.0", jobs=jobs).test_client()  # type: ignore[arg-type]

    def headers(group: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {app.access.keys.make(group, frozenset({Scope.READ}), (group,), None)[1]}"}

    body = {"query": "pay", "document_id": "secret", "grade": 1}
    sales, finance = headers("sales"), headers("finance")
    assert client.post("/api/judgements", json=body, headers=sales).status_code == 404
    assert client.post("/api/judgements", json=body, headers=finance).status_code == 204
    assert client.get("/api/judgements?q=pay", headers=sales).json["grades"] == {}  # type: ignore[index]
    assert client.get("/api/judgements?q=pay", headers=finance).json["grades"] == {"secret": 1}  # type: ignore[index]
    jobs.stop()


def test_thumbs_on_the_page_survive_a_reload(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    first = page.locator(".hit").first
    up = first.get_by_role("button", name="This is what I looked for")
    down = first.get_by_role("button", name="This is not what I looked for")
    with page.expect_response("**/api/judgements"):
        up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(up).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/api/judgements"):
        down.press("Enter")
    expect(up).to_have_attribute("aria-pressed", "false")
    kept = Judgements(library.settings.data_dir).of("gloves")
    assert [one.grade for one in kept] == [0]
    with page.expect_response("**/api/judgements"):
        down.click()
    expect(down).to_have_attribute("aria-pressed", "false")
    assert Judgements(library.settings.data_dir).all() == ()


def test_a_thumb_pressed_before_the_judgements_are_there_stays_pressed(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    held: list[Route] = []
    page.route("**/api/judgements?*", lambda route: held.append(route))
    with page.expect_request("**/api/judgements?*"):
        search(page, address)
    up = page.locator(".hit").first.get_by_role("button", name="This is what I looked for")
    up.click()
    expect(up).to_have_attribute("aria-pressed", "true")
    with page.expect_response(lambda response: response.request.method == "POST"):
        held[0].continue_()
    page.wait_for_timeout(200)  # what came with the answer is shown by now
    expect(up).to_have_attribute("aria-pressed", "true")
    assert [one.grade for one in Judgements(library.settings.data_dir).of("gloves")] == [1]
