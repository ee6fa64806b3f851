"""Answers in a real browser: streaming, citations, doubts, stopping, coming back."""

import re

from playwright.sync_api import expect

from searchapp.errors import ServiceUnavailableError
from searchapp.model import Citation, Notice
from tests.web.browsing import NewPage, search, titles
from tests.web.stand_in import StandIn


def test_an_answer_streams_with_citations_that_open_the_page(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    chips = page.locator(".prose .cite")
    expect(chips).to_have_text(["1", "1", "2", "3", "3"])
    expect(chips.first).to_have_attribute("href", "/documents/press-safety/file#page=12")
    expect(chips.first).to_have_attribute("target", "_blank")
    chips.first.hover()
    expect(page.locator("#passage")).to_contain_text("Operators must wear cut-resistant gloves")
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()
    chips.nth(2).focus()
    expect(page.locator("#passage")).to_contain_text("手套")
    expect(page.locator("#answer-coverage")).to_contain_text("4 of 7 passages used")
    expect(page.locator("#answer-sources li:not(.uncited)")).to_have_count(3)
    expect(page.locator("#answer-sources .uncited")).to_contain_text("Lockout procedure")


def test_a_citation_leads_to_the_words_in_a_text(new_page: NewPage, address: str, library: StandIn) -> None:
    original = library.originals.paths["audit-2023"]
    original.write_text("\n\n".join(["Nothing of interest."] * 300) + "\n\n" + original.read_text())
    page = new_page(tolerated="favicon")
    search(page, address, ask=True)
    with page.context.expect_page() as opened:
        page.locator(".prose .cite").nth(3).click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(f"{address}/documents/audit-2023/file")
    assert "only size 9 was at hand" in opened.value.inner_text("body")
    opened.value.wait_for_function("scrollY > 1000")
    href = page.locator(".prose .cite").nth(3).get_attribute("href") or ""
    assert href.endswith("#:~:text=The%20audit%20found%20that%20gloves%20were%20kept%20in")


def test_a_sentence_that_nothing_supports_is_marked(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    expect(page.locator(".unsupported").first).to_have_text("New gloves are handed out at the gate every Monday ")
    expect(page.locator(".weak").first).to_contain_text("In 2023 two operators at press 3 worked without")
    expect(page.locator("#answer-coverage")).to_contain_text("2 of 4 sentences confirmed")
    doubts = page.locator(".prose .doubt")
    expect(doubts).to_have_count(2)
    why = page.get_by_role("button", name="Not confirmed: why?")
    page.locator(".prose .cite").last.focus()
    page.keyboard.press("Tab")
    expect(why).to_be_focused()
    card = page.get_by_role("tooltip")
    expect(card).to_contain_text("The cited passages do not bear this sentence out. Not in them: Monday")
    expect(why).to_have_accessible_description(re.compile("do not bear this sentence out"))
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    why.click()
    expect(card).to_be_visible()


def test_notices_stand_after_each_other(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.changes = {
        "extractive": True,
        "citations_removed": 2,
        "notices": (
            Notice("quoted", "摘自文档原文。"),
            Notice("service_unavailable", "Ollama 没有响应。", "http://127.0.0.1:9"),
        ),
    }
    page = new_page()
    search(page, f"{address}/?lang=zh", ask=True)
    expect(page.locator("#answer-notice")).to_have_text("摘自文档原文。Ollama 没有响应。")
    expect(page.locator("#answer-coverage")).to_contain_text("删除了 2 处无效引用")


def test_quoted_and_refused_answers_say_what_they_are(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.changes = {
        "extractive": True,
        "model": "",
        "notices": (Notice("service_unavailable", "Ollama does not answer at http://127.0.0.1:9."),),
    }
    page = new_page()
    search(page, address, ask=True)
    expect(page.locator("#answer-label")).to_have_text("Quoted, not written")
    expect(page.locator("#answer-notice")).to_contain_text("Ollama does not answer at http://127.0.0.1:9.")
    nearest = Citation(2, "c2", "d2", "Lathe manual", "/lathe.md", None, "The lathe weighs 900 kg.")
    library.answerer.changes = {
        "refused": True,
        "answer": "Nothing found answers this.",
        "citations": (),
        "lacking": ("colour",),
        "nearest": nearest,
    }
    library.answerer.sentences = []
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer-label")).to_have_text("No answer in your documents")
    expect(page.locator("#answer-text")).to_have_text("Nothing found answers this.")
    expect(page.locator("#answer-sources li")).to_contain_text("nearest passage")


def test_escape_stops_the_writing(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.pause = 0.1
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.locator("#answer-text")).to_contain_text("Operators")
    page.keyboard.press("Escape")
    expect(page.locator("#answer-status")).to_have_text("Stopped")
    assert library.answerer.closed.wait(5)
    expect(page.locator("#answer-again")).to_be_visible()


def test_an_answer_that_breaks_off_keeps_what_was_said(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.error = ServiceUnavailableError(
        "passed_on", text="Ollama does not answer.", remedy="Start it: ollama serve."
    )
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.get_by_role("alert")).to_contain_text("Start it: ollama serve.")
    expect(page.locator("#answer-text")).to_contain_text("Operators wear cut-resistant gloves")
    expect(titles(page)).to_have_count(4)


def test_the_way_back_shows_the_same_answer_without_asking_again(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address, ask=True)
    page.fill("#q", "lockout")
    expect(titles(page)).to_have_count(1)
    expect(page.locator("#answer")).to_be_hidden()
    page.go_back()
    expect(page.locator(".prose .cite")).to_have_count(5)
    assert len(library.answerer.asked) == 1


def test_copying_takes_the_sources_along(new_page: NewPage, address: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    search(page, address, ask=True)
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.locator("#answer-status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Operators wear cut-resistant gloves")
    assert "Sources:\n\n1. Press shop safety manual, page 12, press-safety.pdf\n2. " in copied
    assert "2. 冲压车间安全手册：手套 gloves, <https://intranet.example.org/zh/safety/gloves.html>" in copied
