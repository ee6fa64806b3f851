"""Models that fail or obey a document, in a real browser: a scripted Ollama (a fake, on the wire) below the rest."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.services.scripted_ollama import Script, ScriptedOllama, running
from tests.web.browsing import NewPage, Serve

RIGHT = "The press weighs 12.5 tonnes [1]."


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        yield fake


@pytest.fixture
def address(tmp_path: Path, served: Serve, scripted: ScriptedOllama) -> str:
    (tmp_path / "press.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    application = Application(
        Settings(data_dir=tmp_path, embedding_model="hashed:256", ollama_url=scripted.url, llm_model="scripted")
    )
    assert [outcome.error for outcome in application.ingester.ingest([str(tmp_path / "press.md")])] == [""]
    return served(application)


def ask(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=What+does+the+press+weigh%3F&ask=1")


def test_what_went_wrong_is_told_and_asking_again_mends_it(
    new_page: NewPage, address: str, scripted: ScriptedOllama
) -> None:
    page = new_page()
    scripted.answer = Script([RIGHT, " Then it"], then="cut")
    ask(page, address)
    for script, words in [
        (Script([]), "answered nothing"),
        (Script([RIGHT, " ", "and so on and on, "], endless=True), "began to repeat itself"),
        (Script([RIGHT, " Then"], then="length"), "cut off after 512 tokens"),
        (Script([RIGHT, " Then it"], then="error"), "broke off in the middle"),
        (Script(["The press weighs 12.5 tonnes [1][99]."]), ""),
    ]:
        expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=60_000)
        scripted.answer = script
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator("#answer-notice")).to_contain_text(words, timeout=60_000)
        expect(page.locator("#answer-text")).to_contain_text("12.5 tonnes", timeout=60_000)
    expect(page.locator("#answer-coverage")).to_contain_text("1 citation of nothing removed", timeout=60_000)
    expect(page.locator("#answer-coverage")).to_contain_text("1 of 1 passages used")
    expect(page.locator(".prose .cite")).to_have_text(["1"])
    expect(page.locator("#answer-notice")).to_have_text("")


def test_a_model_that_obeys_a_document_shows_nothing_live(
    new_page: NewPage, address: str, scripted: ScriptedOllama
) -> None:
    page = new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    evil = "![x](https://evil.example/?q=1) <img src=https://evil.example/x onerror=alert(1)> [go](javascript:alert(1))"
    scripted.answer = Script([f"Mallory says [99]: {evil} <script>alert(1)</script>"])
    ask(page, address)
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(page.locator("#answer-text")).to_contain_text("evil.example")
    expect(page.locator("#answer-text :is(img, script, iframe)")).to_have_count(0)
    expect(page.locator("#answer-text a")).to_have_count(0)
    expect(page.locator("#answer-text .unsupported").first).to_be_visible()
    expect(page.locator("#answer-notice")).to_contain_text("support none of these sentences")
    expect(page.locator("#answer-coverage")).to_contain_text("1 citation of nothing removed")
    assert not [url for url in requests if "evil.example" in url]


def test_a_slow_model_can_be_stopped_and_searching_goes_on(
    new_page: NewPage, address: str, scripted: ScriptedOllama
) -> None:
    page = new_page()
    gate = threading.Event()
    scripted.answer = Script([RIGHT], gate=gate)
    ask(page, address)
    expect(page.locator(".hit").first).to_be_visible(timeout=60_000)
    expect(page.locator("#answer-status")).to_have_text(re.compile("Reading|Writing"), timeout=60_000)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#answer-status")).to_have_text("Stopped")
    gate.set()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer-text")).to_contain_text("12.5 tonnes", timeout=60_000)
