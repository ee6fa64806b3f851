"""The start page: questions, searches that the caller did and keeps, files that are dropped, and what an empty one offers."""

from __future__ import annotations

import re
from pathlib import Path

from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from searchapp.access import Scope
from tests.web.browsing import NewPage, Serve, search
from tests.web.stand_in import StandIn

PASSWORD = "correct horse battery"
DROP = """async ([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/plain" }));
  for (const type of ["dragover", "drop"]) document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def test_questions_are_answered_at_a_click(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(address)
    questions = page.get_by_role("region", name="You might ask").get_by_role("link")
    expect(questions.first).to_be_visible()
    asked = questions.first.inner_text()
    questions.first.click()
    expect(page.locator("#q")).to_have_value(asked)
    expect(page.locator("#answer")).to_be_visible()


def test_a_search_is_remembered_with_its_filters_cleared_and_brought_back(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&filter=type%3Dpdf")
    expect(page.locator(".hit").first).to_be_visible()
    with page.expect_response("**/api/searches/recent"):
        page.locator("#q").press("Enter")
    page.goto(address)
    recent = page.get_by_role("region", name="Recent searches")
    link = recent.get_by_role("link", name="gloves pdf")
    assert "filter=type%3Dpdf" in (link.get_attribute("href") or "")
    recent.get_by_role("button", name="Clear").click()
    expect(recent).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(link).to_be_visible()
    link.click()
    expect(page.locator(".hit")).to_have_count(1)


def test_a_search_is_saved_renamed_deleted_and_brought_back_also_twice(new_page: NewPage, address: str) -> None:
    page, other = new_page(), new_page()
    search(page, address)
    page.get_by_role("button", name="Save this search").dblclick()
    expect(page.locator(".toast").first).to_contain_text("Saved as “gloves”")
    other.goto(address)  # another browser
    saved = other.get_by_role("region", name="Saved searches")
    expect(saved.get_by_role("link")).to_have_text(["gloves"])
    saved.get_by_role("button", name="Rename: gloves").click()
    saved.get_by_role("textbox").fill("For the hands")
    saved.get_by_role("textbox").press("Enter")
    expect(saved.get_by_role("link")).to_have_text(["For the hands"])
    saved.get_by_role("button", name="Delete: For the hands").click()
    expect(saved).to_be_hidden()
    other.get_by_role("button", name="Undo").click()
    expect(saved.get_by_role("link")).to_have_text(["For the hands"])


def test_a_link_is_copied(new_page: NewPage, address: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    search(page, address)
    page.locator("#copy-link").click()
    expect(page.locator(".toast")).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_an_empty_library_takes_the_sample_once(new_page: NewPage, served: Serve, app: StandIn) -> None:
    page = new_page()
    page.goto(served(app))
    expect(page.get_by_role("heading", name=re.compile("^Drop"))).to_be_visible()
    page.get_by_role("button", name="Try the sample").dblclick()
    expect(page.locator("#home-empty")).to_be_hidden()
    expect(page.locator("#home-count")).to_contain_text("documents")
    known = {Path(one.source).name for one in app.store.known.values()}
    assert len(known) == len(app.store.known) > 5


def test_a_file_dropped_on_the_search_page_is_added_and_the_page_stays(
    new_page: NewPage, library: StandIn, served: Serve
) -> None:
    page = new_page()
    search(page, served(library))
    before = len(library.store.known)
    with page.expect_response("**/api/documents") as sent:
        page.evaluate(DROP, ["notes.txt", "Gloves are kept in the hall."])
    assert sent.value.status == 202 and len(library.store.known) == before + 1
    expect(page.locator("#q")).to_have_value("gloves")
    expect(page.locator("#uploading")).to_contain_text("1")


def log_in(page: Page, name: str) -> None:
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def guarded(tmp_path: Path) -> StandIn:
    from tests.web.samples import fill

    app = StandIn(tmp_path, auth="required", requests_per_minute=100_000)
    fill(app)
    app.access.users.add("ada", PASSWORD, frozenset({Scope.READ}))
    app.access.users.add("boss", PASSWORD, frozenset(Scope))
    return app


def test_what_a_reader_may_not_do_is_not_shown(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    app = guarded(tmp_path)
    address = served(app)
    page = new_page()
    page.goto(address)
    log_in(page, "ada")
    expect(page.get_by_role("region", name="You might ask").get_by_role("link").first).to_be_visible()
    for path in ("/", "/?q=gloves", "/settings"):
        page.goto(f"{address}{path}")
        page.wait_for_load_state("networkidle")
        for name in ("Operations", "Users and keys", "Add", "Add files", "Delete"):
            expect(page.get_by_role("link", name=re.compile(f"^{name}"))).to_have_count(0)
            expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_have_count(0)
        expect(page.locator("#files:visible, #home-drop:visible")).to_have_count(0)
    page.goto(address)
    page.evaluate(DROP, ["notes.txt", "x"])
    expect(page.locator("#banner")).to_contain_text("You may not add documents here")
    assert page.url == f"{address}/" and len(app.store.known) == 4


def test_an_ended_session_says_so_and_leads_back(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    app = guarded(tmp_path)
    address = served(app)
    page = new_page(tolerated="401")
    page.goto(address)
    expect(page.get_by_text("Your session has ended")).to_have_count(0)
    log_in(page, "ada")
    search(page, f"{address}/?filter=type%3Dpdf")
    app.access.users.change("ada", frozenset({Scope.READ}), None)  # ends their sessions
    page.locator("#q").press("Enter")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    log_in(page, "ada")
    expect(page.locator("#q")).to_have_value("gloves")
    expect(page.locator(".hit")).to_have_count(1)
    assert "filter=type%3Dpdf" in page.url


def test_the_page_in_chinese(new_page: NewPage, address: str, client: FlaskClient) -> None:
    page = new_page(locale="zh-CN")
    page.goto(address)
    expect(page.get_by_role("region", name="您可以问").get_by_role("link").first).to_be_visible()
