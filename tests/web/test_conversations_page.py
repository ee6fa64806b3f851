"""Kept conversations in a real browser: addresses, the list, sharing, and what people do in two tabs."""

from __future__ import annotations

import dataclasses
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.browsing import NewPage, search
from tests.web.stand_in import StandIn

DONE = ("data-state", "done")


def follow(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Ask a follow-up question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#answer-question")).to_have_text(question)
    expect(page.locator("#answer")).to_have_attribute(*DONE)


def test_an_answer_has_an_address_and_a_reload_asks_no_model(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address, ask=True)
    expect(page).to_have_url(re.compile(r"[?&]c=[\w-]{16}"))
    begun = page.url
    follow(page, "and at night?")
    assert page.url == begun and len(library.answerer.asked) == 2
    page.reload()
    expect(page.locator("#answer-question")).to_have_text("and at night?")
    expect(page.locator("#answer")).to_have_attribute(*DONE)
    expect(page.locator("#answer-past .asked")).to_have_text("gloves")
    expect(page.get_by_role("textbox", name="Searched for")).to_have_value("gloves and at night?")
    page.goto(address)
    page.go_back()
    expect(page.locator("#answer-question")).to_have_text("and at night?")
    assert len(library.answerer.asked) == 2, "no model was asked again"
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer")).to_have_attribute(*DONE)
    page.reload()
    expect(page.locator("#answer-past .asked")).to_have_text("gloves")  # it took the place of the first answer
    assert len(library.answerer.asked) == 3


def test_what_is_stopped_by_a_reload_is_kept_as_far_as_it_came(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    library.answerer.pause = 0.15
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page).to_have_url(re.compile("[?&]c="))
    expect(page.locator("#answer-text")).to_contain_text("Operators wear")
    page.reload()
    expect(page.locator("#answer")).to_have_attribute("data-state", "stopped", timeout=20_000)
    expect(page.locator("#answer-text")).to_contain_text("Operators wear")
    expect(page.locator("#follow-up")).to_be_visible()
    assert len(library.answerer.asked) == 1


def test_the_list_finds_renames_deletes_and_brings_back(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address, ask=True)
    first = page.url
    page.goto(f"{address}/?q=lockout&ask=1")
    expect(page.locator("#answer")).to_have_attribute(*DONE)
    page.get_by_role("link", name="Conversations").click()
    titles = page.locator(".conversations .title")
    expect(titles).to_have_text(["Lockout", "Gloves"])
    expect(page.locator(".conversations h2")).to_have_text(["Today"])
    page.get_by_role("searchbox").fill("gloves")
    expect(titles).to_have_text(["Lockout", "Gloves"])  # the answer of the stand-in is about gloves
    page.get_by_role("searchbox").fill("lockout")
    expect(titles).to_have_text(["Lockout"])
    page.get_by_role("searchbox").fill("")
    expect(titles).to_have_count(2)

    page.get_by_role("button", name="Rename: Gloves").click()
    page.get_by_role("textbox", name="Title").fill("手套 <b>for</b> hands")
    page.keyboard.press("Enter")
    expect(titles.nth(1)).to_have_text("手套 <b>for</b> hands")
    expect(titles.nth(1)).to_be_focused()
    page.get_by_role("button", name="Delete: Lockout").click()
    expect(page.locator(".gone")).to_have_text("“Lockout” is deleted.")
    assert library.conversations.find("local").total == 1
    page.get_by_role("button", name="Undo").click()
    expect(titles).to_have_count(2)
    assert library.conversations.find("local").total == 2
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as Markdown: 手套").click()
    assert download.value.path().read_text("utf-8").startswith("# 手套")
    titles.nth(1).click()
    expect(page.locator("#answer-question")).to_have_text("gloves")
    assert page.url == first and len(library.answerer.asked) == 2


def test_a_shared_address_shows_it_as_it_was_and_what_has_changed(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address, ask=True)
    page.locator("#answer-share").click()
    dialog = page.get_by_role("dialog", name="Share this conversation")
    expect(dialog.get_by_role("textbox")).to_have_value(re.compile(re.escape(address) + r"/c/[\w-]{32}"))
    shared = dialog.get_by_role("textbox").input_value()
    dialog.get_by_role("button", name="Close").click()
    follow(page, "and at night?")
    library.store.delete_document("audit-2023")

    reader = new_page()
    reader.goto(shared)
    expect(reader.get_by_role("heading", level=1)).to_have_text("Gloves")
    expect(reader.locator("#answer-past > li")).to_have_count(1)
    expect(reader.locator(".told")).to_contain_text("Operators wear cut-resistant gloves")
    expect(reader.locator(".changes")).to_contain_text(
        "1 of 3 cited documents are no longer there: Audit 2023, findings"
    )
    reader.locator(".told .cite").first.hover()
    expect(reader.locator("#passage")).to_contain_text("Gloves are replaced")
    page.reload()
    expect(page.locator(".changes")).to_contain_text("Audit 2023, findings")
    page.locator("#answer-share").click()
    page.get_by_role("dialog").get_by_role("button", name="Stop sharing").click()
    expect(page.get_by_role("dialog")).to_contain_text("It is no longer shared")


def test_an_address_that_leads_nowhere_says_so(new_page: NewPage, address: str) -> None:
    page = new_page(tolerated="404")
    page.goto(f"{address}/c/nowhere")
    expect(page.locator("#banner")).to_contain_text("Nothing is shared under this address")
    page.goto(f"{address}/?q=gloves&ask=1&c=nowhere")
    expect(page.locator("#banner")).to_contain_text("There is no such conversation of yours")
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.locator("#answer")).to_be_hidden()


def test_two_tabs_and_a_conversation_that_is_deleted_while_it_is_open(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page(tolerated="404")
    search(page, address, ask=True)
    other = page.context.new_page()
    other.goto(page.url)
    expect(other.locator("#answer")).to_have_attribute(*DONE)
    follow(other, "and at night?")
    follow(page, "and by day?")
    assert [turn.question for turn in library.answerer.conversations[2][1]] == ["gloves"], "what this tab shows"
    (entry,) = library.conversations.find("local").conversations
    assert entry.turns == 3
    library.conversations.delete("local", entry.id)
    follow(page, "and in winter?")
    expect(page.locator("#banner")).to_contain_text("This conversation was deleted")
    expect(page.locator("#answer-past > li")).to_have_count(2)
    (anew,) = library.conversations.find("local").conversations
    assert anew.id != entry.id and anew.question == "and in winter?"
    expect(page).to_have_url(re.compile(f"c={anew.id}"))
    other.close()


def test_none_is_kept_in_the_browser(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    assert "Operators" not in page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")


@pytest.mark.parametrize("how", [("light", "en"), ("dark", "zh")])
def test_axe_finds_no_barrier(new_page: NewPage, address: str, library: StandIn, how: tuple[str, str]) -> None:
    scheme, language = how
    page = new_page(color_scheme=scheme, bypass_csp=True)
    search(page, address, ask=True)
    (entry,) = library.conversations.find("local").conversations
    shared = library.conversations.share("local", entry.id).shared
    press = library.store.known["press-safety"]
    library.store.put(dataclasses.replace(press, content_hash="another"))
    for path, seen in (
        (f"/conversations?lang={language}", ".conversations .title"),
        (f"{shared}?lang={language}", ".told"),
    ):
        page.goto(address + path)
        expect(page.locator(seen)).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
