"""What is done with an answer in a real browser: its passages looked at, taken along, judged, asked on from."""

from __future__ import annotations

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from searchapp.answer.replay import Replay, read_answers
from searchapp.judged_answers import JudgedAnswers
from searchapp.model import AnswerReplayed
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.web.browsing import NewPage, Serve, search
from tests.web.stand_in import StandIn
from tests.web.written import writing

ANSWER = (
    "Operators wear cut-resistant gloves of class D or higher while the press is open [1]. They lock the switch [4]."
)


def test_a_chip_marks_the_quoted_sentence_and_hides_no_other_chip(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    writing(library, f"{ANSWER}\n\n" + "Gloves are replaced after any visible damage [1].\n\n" * 4)
    page = new_page()
    search(page, address, ask=True)
    chips = page.locator("#answer-text .cite")
    card = page.locator("#passage")
    for n in range(chips.count()):
        chips.nth(n).hover()
        expect(card).to_be_visible()
        expect(card.locator("mark").first).to_be_visible()
        covered = page.evaluate("""() => {
          const card = document.getElementById("passage").getBoundingClientRect();
          return [...document.querySelectorAll("#answer-text .cite")].filter((chip) => {
            const at = chip.getBoundingClientRect();
            return at.left < card.right && at.right > card.left && at.top < card.bottom && at.bottom > card.top;
          }).length;
        }""")
        assert covered == 0
    chips.first.hover()
    expect(card.locator("mark").first).to_contain_text("Operators must wear cut-resistant gloves of class D or higher")


def test_on_a_phone_a_tap_opens_the_passage_and_then_the_document(new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    page.locator("#answer-text .cite").first.tap()
    card = page.locator("#passage")
    expect(card).to_contain_text("Operators must wear cut-resistant gloves")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(page.locator("#viewer:not([hidden])")).to_have_count(0)
    page.locator("#answer-question").tap()
    expect(card).to_be_hidden()
    page.locator("#answer-text .doubt").last.tap()
    expect(card).to_contain_text("Not in them: Monday")
    card.get_by_role("button", name="Close").tap()
    expect(card).to_be_hidden()
    page.locator("#answer-text .cite").first.tap()
    card.get_by_role("link", name="Open the document").tap()
    expect(page.locator("#viewer")).to_be_visible()


def test_thumbs_are_kept_with_the_question_the_answer_and_its_sources(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address, ask=True)
    good, bad = (page.get_by_role("button", name=name) for name in ("Good answer", "Bad answer"))
    with page.expect_response("**/api/judgements/answers"):
        good.click()
    expect(good).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(good).to_have_attribute("aria-pressed", "true")
    with page.expect_response("**/api/judgements/answers"):
        bad.press("Enter")
    (kept,) = JudgedAnswers(library.settings.data_dir).all()
    assert (kept.question, kept.grade, kept.model) == ("gloves", 0, "scripted")
    assert kept.sources == ("press-safety", "gloves-zh", "audit-2023")
    assert kept.answer.startswith("Operators wear cut-resistant gloves")
    with page.expect_response("**/api/judgements/answers"):
        bad.click()
    expect(bad).to_have_attribute("aria-pressed", "false")
    assert JudgedAnswers(library.settings.data_dir).all() == ()


def test_an_answer_leaves_as_a_file_and_as_an_address(new_page: NewPage, address: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    search(page, address, ask=True)
    page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copy the address").click()
    assert re.fullmatch(f"{address}/c/[\\w-]+", page.evaluate("navigator.clipboard.readText()"))
    dialog.get_by_role("button", name="Close").click()
    name, text = exported(page, "Markdown file")
    assert name == "gloves.md"
    assert text.startswith("# gloves\n\nOperators wear cut-resistant gloves")
    assert "\n\nSources:\n\n1. Press shop safety manual, page 12, press-safety.pdf\n" in text


def test_questions_that_may_come_next_are_a_click_away(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.changes = {"follow_ups": ("What does Audit 2023 say about gloves?", "And the lockout?")}
    page = new_page()
    search(page, address, ask=True)
    suggested = page.get_by_role("list", name="Questions that may come next").get_by_role("button")
    expect(suggested).to_have_text(["What does Audit 2023 say about gloves?", "And the lockout?"])
    suggested.first.click()
    expect(page.locator("#answer-question")).to_have_text("What does Audit 2023 say about gloves?")
    expect(page.locator("#answer-past > li")).to_have_count(1)
    assert library.answerer.asked[-1][0] == "What does Audit 2023 say about gloves?"


def exported(page: Page, kind: str) -> tuple[str, str]:
    page.locator(".menu summary").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    return download.value.suggested_filename, Path(download.value.path()).read_text(encoding="utf-8")


def test_the_evidence_that_the_page_exports_is_what_verify_reads(
    new_page: NewPage, served: Serve, tmp_path: Path
) -> None:
    nobody = "http://127.0.0.1:9"  # the discard port: no Ollama is there
    application = Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:256", ollama_url=nobody))
    manual = tmp_path / "manual.md"
    manual.write_text("# Press shop\n\n## Gloves\n\nOperators must wear cut-resistant gloves at the press.\n")
    assert [one.chunks > 0 for one in application.ingester.ingest([str(manual)])] == [True]
    page = new_page()
    search(page, served(application), "Which gloves must operators wear?", ask=True)
    name, text = exported(page, "Evidence (JSON)")
    assert name == "which-gloves-must-operators-wear.json"
    assert json.loads(text)["citations"][0]["hash"]
    assert replayed(application, text).holds
    manual.write_text("# Press shop\n\nNothing is said of hands any more.\n")
    list(application.ingester.ingest([str(manual)]))
    assert not replayed(application, text).holds


def replayed(application: Application, text: str) -> AnswerReplayed:
    """As ``searchapp verify`` checks it."""
    replay = Replay(application.searcher, application.embedder, application.settings)
    return replay.check(read_answers(text.encode(), "answer.json")[0])
