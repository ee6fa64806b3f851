"""The configured model is not there and another one answers, in a real browser over a scripted Ollama (a fake)."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.services.scripted_ollama import CHAT, EMBEDDING, OTHER, Model, Script, ScriptedOllama, running
from tests.web.browsing import NewPage, Serve

CONFIGURED = Settings().language_model.name


@pytest.fixture
def scripted() -> Iterator[ScriptedOllama]:
    with running() as fake:
        fake.answer = Script(["The press weighs 12.5 tonnes [1]."])
        fake.models = {EMBEDDING: Model(("embedding",)), CHAT: Model()}
        yield fake


@pytest.fixture
def address(tmp_path: Path, served: Serve, scripted: ScriptedOllama) -> str:
    (tmp_path / "press.md").write_text("# Press\n\nThe press weighs 12.5 tonnes.", encoding="utf-8")
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:256", ollama_url=scripted.url))
    assert [outcome.error for outcome in application.ingester.ingest([str(tmp_path / "press.md")])] == [""]
    return served(application)


def ask(page: Page, address: str, language: str = "en") -> None:
    page.goto(f"{address}/?lang={language}&q=What+does+the+press+weigh%3F&ask=1")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=60_000)


@pytest.mark.parametrize(
    ("language", "notice", "label"),
    [
        (
            "en",
            f"The configured model {CONFIGURED} is not there; {CHAT} answered. ollama pull {CONFIGURED} fetches it.",
            f"{CHAT} (in place of {CONFIGURED})",
        ),
        (
            "zh",
            f"没有配置的模型 {CONFIGURED}，由 {CHAT} 回答。获取它：ollama pull {CONFIGURED}",
            f"{CHAT}（代替 {CONFIGURED}）",
        ),
    ],
)
def test_the_page_says_which_model_answered(
    new_page: NewPage, address: str, language: str, notice: str, label: str
) -> None:
    page = new_page()
    ask(page, address, language)
    expect(page.locator("#answer-notice")).to_have_text(notice)
    expect(page.locator("#answer-coverage")).to_contain_text(CHAT)
    models = page.locator("#answer-model")
    expect(models).to_be_visible()
    expect(models.locator("option")).to_have_text([label])
    assert httpx.get(f"{address}/readyz").json() == {"status": "ok"}


def test_the_choice_begins_with_the_model_that_answers(
    new_page: NewPage, address: str, scripted: ScriptedOllama
) -> None:
    scripted.models[OTHER] = Model(modified="2026-05-01T00:00:00Z")
    page = new_page()
    ask(page, address)
    models = page.locator("#answer-model")
    expect(models.locator("option")).to_have_text([f"{OTHER} (in place of {CONFIGURED})", CHAT])
    models.select_option(CHAT)
    expect(page.locator("#answer-coverage")).to_contain_text(CHAT, timeout=60_000)
    expect(page.locator("#answer-notice")).to_have_text("")
    scripted.models[CONFIGURED] = Model()
    listed = httpx.get(f"{address}/api/models").json()
    assert listed["models"] == [
        {"name": CONFIGURED, "configured": True, "answers": True, "thinks": False},
        {"name": CHAT, "configured": False, "answers": False, "thinks": False},
        {"name": OTHER, "configured": False, "answers": False, "thinks": False},
    ]


def test_a_model_that_can_think_is_let_think_by_a_check(
    new_page: NewPage, address: str, scripted: ScriptedOllama
) -> None:
    scripted.models[OTHER] = Model(("completion", "thinking"), modified="2025-05-01T00:00:00Z")
    scripted.answer = Script(["<think>Hm", "m</think>\n\n", "The press weighs 12.5 tonnes [1]."], thoughts=["Well. "])
    page = new_page()
    ask(page, address)
    check = page.locator("#answer-think")
    expect(page.locator("#answer-model")).to_be_visible()
    expect(check).to_be_hidden()
    page.locator("#answer-model").select_option(OTHER)
    expect(check).to_be_visible()
    expect(check).not_to_be_checked()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=60_000)
    check.check()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=60_000)
    assert [(call["model"], call["think"]) for call in scripted.asked[-2:]] == [(OTHER, False), (OTHER, True)]
    expect(page.locator("#answer-text")).not_to_contain_text("Hm")
    page.reload()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=60_000)
    expect(check).to_be_checked()
    assert scripted.asked[-1]["think"] is True
