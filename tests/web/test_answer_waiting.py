"""Waiting for an answer in a real browser: what is seen meanwhile, leaving off, and everything that goes wrong."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from searchapp.errors import ModelMissingError, ServiceTimeoutError
from searchapp.model import Notice
from tests.web.browsing import NewPage, search
from tests.web.stand_in import StandIn
from tests.web.written import writing


def wait_for_model(page: Page, address: str, library: StandIn) -> None:
    """Ask, and come to where the model is waited for."""
    library.answerer.gate.clear()
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.locator("#answer-status")).to_have_text("Reading 4 passages…")


def test_the_sources_are_there_before_the_first_word(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    wait_for_model(page, address, library)
    expect(page.locator("#answer-question")).to_have_text("gloves")
    cards = page.locator("#answer-sources .source")
    expect(cards).to_have_count(4)
    expect(cards.first).to_contain_text("Press shop safety manual")
    expect(cards.first.locator(".source-where")).to_have_text("1Hands · page 12")
    expect(cards.nth(1).locator("use")).to_have_attribute("href", "#icon-globe")
    expect(page.locator("#answer-elapsed")).to_have_text(re.compile(r"[1-9] s"))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_role("combobox", name="Language model")).to_be_visible()
    expect(page.locator("#answer-text")).to_have_text("")
    cards.first.click()
    expect(page.locator("#viewer")).to_be_visible()
    library.answerer.gate.set()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


def test_quotes_take_the_place_of_a_model_that_is_slow(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    wait_for_model(page, address, library)
    library.answerer.closed.clear()
    page.get_by_role("button", name="Show quotes now").click()
    assert library.answerer.closed.wait(5), "the first question goes on"
    library.answerer.gate.set()
    expect(page.locator("#answer-label")).to_have_text("Quoted, not written")
    expect(page.locator("#answer-text")).to_contain_text("Operators must wear cut-resistant gloves of class D")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert library.answerer.quotes == [False, True]
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer-text")).to_contain_text("Operators wear cut-resistant gloves")
    assert library.answerer.quotes == [False, True, False]


def test_thinking_is_said(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address, ask=True)
    library.answerer.gate.clear()
    page.get_by_role("combobox", name="Language model").select_option("another:1b")
    page.get_by_role("checkbox", name="Think first").check()
    expect(page.locator("#answer-status")).to_have_text("Thinking…")
    library.answerer.gate.set()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")


def test_a_time_out_is_called_one(new_page: NewPage, address: str, library: StandIn) -> None:
    slow = ServiceTimeoutError("ollama_slow", server="http://127.0.0.1:11434")
    library.answerer.changes = {"extractive": True, "model": "", "notices": (Notice(slow.code, str(slow)),)}
    page = new_page()
    search(page, address, ask=True)
    expect(page.locator("#answer-notice")).to_contain_text("did not answer in time. It may be loading a large model")
    expect(page.locator("#answer-notice")).not_to_contain_text("Start it")


def test_a_model_that_is_removed_while_it_writes(new_page: NewPage, address: str, library: StandIn) -> None:
    answerer = writing(library, "Operators wear **cut-resistant gloves** of class D [1]. And more follows")
    answerer.error = ModelMissingError("ollama_model_missing", model="scripted:latest")
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    broken = page.get_by_role("alert")
    expect(broken).to_contain_text("scripted:latest")
    expect(broken).to_contain_text("What had come by then stays above.")
    expect(page.locator("#answer-text strong")).to_have_text("cut-resistant gloves")
    answerer.error = None
    broken.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(broken).to_be_hidden()


@pytest.mark.parametrize("begun", [True, False])
def test_a_connection_that_is_lost_is_said(new_page: NewPage, address: str, library: StandIn, *, begun: bool) -> None:
    page = new_page(tolerated="ERR_")
    if begun:
        whole = 'event: sources\ndata: {"hits": [], "passages_used": 0, "parts": []}\n\nevent: token\ndata: {"text": "Half of **an"}\n\n'
        page.route("**/api/ask", lambda route: route.fulfill(content_type="text/event-stream", body=whole))
    else:
        page.route("**/api/ask", lambda route: route.abort())
    page.goto(f"{address}/?q=gloves&ask=1")
    broken = page.get_by_role("alert")
    expect(broken).to_contain_text("broke off before the answer was whole" if begun else "The server does not answer.")
    expect(page.locator("#answer-text")).to_have_text("Half of an" if begun else "")
    page.unroute("**/api/ask")
    broken.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator("#answer-text .cite")).to_have_count(5)


def test_a_double_click_asks_once(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    page.goto(address)
    page.fill("#q", "gloves")
    page.get_by_role("button", name="Ask").dblclick()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    box = page.get_by_role("textbox", name="Ask a follow-up question")
    box.fill("and at night?")
    page.locator("#follow-up .ask").dblclick(force=True)
    expect(page.locator("#answer-question")).to_have_text("and at night?")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert [one[0] for one in library.answerer.asked] == ["gloves", "and at night?"]


def test_another_question_ends_the_one_that_is_answered(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    wait_for_model(page, address, library)
    library.answerer.closed.clear()
    page.fill("#q", "lockout")
    page.locator("#ask").click()
    expect(page.locator("#answer-question")).to_have_text("lockout")
    assert library.answerer.closed.wait(5), "the first question goes on"
    library.answerer.gate.set()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator("#answer-sources .source")).to_have_count(1)
    expect(page.locator("#answer-past > li")).to_have_count(0)


def test_a_session_that_ended_keeps_the_follow_up(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page(tolerated="Failed to load resource")
    search(page, address, ask=True)
    begun = page.url
    refused = {"status": 401, "detail": "Nobody is logged in.", "remedy": "", "code": "unauthenticated"}
    page.route("**/api/ask", lambda route: route.fulfill(status=401, json=refused))
    page.get_by_role("textbox", name="Ask a follow-up question").fill("and at night?")
    page.keyboard.press("Enter")
    page.wait_for_url("**/login?next=*")
    page.unroute("**/api/ask")
    page.goto(begun)  # as after the login
    expect(page.get_by_role("textbox", name="Ask a follow-up question")).to_have_value("and at night?")
    expect(page.locator("#answer-question")).to_have_text("gloves")


def test_what_was_asked_in_two_tabs_stays_apart(
    new_page: NewPage, library: StandIn, served: Callable[[object], str]
) -> None:
    address = served(library)
    one, other = new_page(), new_page()
    for page, query in ((one, "gloves"), (other, "lockout")):
        threading.Event().wait(0.01)
        search(page, address, query, ask=True)
    one.reload()
    expect(one.locator("#answer-question")).to_have_text("gloves")
    expect(one.locator("#answer-text .cite")).to_have_count(5)
