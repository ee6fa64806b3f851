"""Ctrl-K: documents, saved searches, pages and actions by the keyboard."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from searchapp.access import Scope
from tests.web.browsing import NewPage, Serve
from tests.web.samples import fill
from tests.web.stand_in import StandIn


def opened(page: Page, typed: str = "") -> None:
    page.wait_for_load_state("networkidle")  # the page is seen before its scripts listen
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Go to, or do")).to_be_focused()
    if typed:
        page.keyboard.type(typed)


def test_a_document_is_opened_by_its_title(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(address)
    opened(page, "lockout")
    option = page.get_by_role("option", name="Lockout procedure PPR-9087")
    expect(option).to_have_attribute("aria-selected", "true")
    box = page.get_by_role("combobox", name="Go to, or do")
    expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
    page.keyboard.press("Enter")
    expect(page.locator("#viewer")).to_be_visible()


def test_saved_searches_pages_and_actions(new_page: NewPage, library: StandIn, served: Serve) -> None:
    library.personal.searches.save("local", "For the hands", "/?q=gloves&filter=type%3Dpdf")
    page = new_page(color_scheme="light")
    page.goto(served(library))
    opened(page, "hands")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_have_count(1)
    opened(page, "dark")
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    opened(page, "users")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Users and keys")).to_be_visible()
    opened(page, "nothing like this")
    expect(page.get_by_text("Nothing of that name")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_arrows_go_round_and_the_key_closes_it_again(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(address)
    opened(page)
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_hidden()


def test_a_reader_is_offered_what_they_may_do(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    app = StandIn(tmp_path, auth="required")
    fill(app)
    app.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    page = new_page()
    page.goto(served(app))
    page.fill("[name=name]", "ada")
    page.fill("[name=password]", "correct horse battery")
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("#q")).to_be_visible()
    opened(page)
    offered = page.get_by_role("option").all_inner_texts()
    assert any("Settings" in text for text in offered) and any("Log out" in text for text in offered)
    assert not any(word in text for text in offered for word in ("Operations", "Users and keys", "Add files"))
