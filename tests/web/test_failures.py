"""The Chinese interface knows every sentence with which a document can fail."""

import ast
from collections.abc import Collection, Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import searchapp
from searchapp.errors import ServiceUnavailableError, SourceError
from searchapp.sources.sandbox import _refusal
from searchapp.sources.unlock import locked
from tests.web.browsing import NewPage
from tests.web.samples import fill_registry
from tests.web.stand_in import StandIn

ROOT = Path(searchapp.__file__).parent
SAID = (*(ROOT / "sources").glob("*.py"), ROOT / "ingest" / "pipeline.py")


def sentences() -> list[str]:
    """What the code raises SourceError with."""
    return written_by(SAID, ("SourceError", "NotThereError"))


def written_by(paths: Iterable[str | Path], makers: Collection[str]) -> list[str]:
    """The first argument of every call of ``makers`` in files below the package, a 7 for each name and number."""
    found = []
    for path in paths:
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in makers and node.args:
                text = written(node.args[0])
                if text and text != "7 7.":  # put together elsewhere
                    found.append(text)
    return sorted(set(found))


def written(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)
    return ""


@pytest.fixture
def chinese(new_page: NewPage, address: str) -> Page:
    page = new_page(locale="zh-CN")
    page.goto(f"{address}/documents")
    return page


def translated(page: Page, texts: list[str]) -> list[str]:
    told: list[str] = page.evaluate(
        "async (texts) => { const { sentence } = await import('/static/failures.js'); return texts.map(sentence); }",
        texts,
    )
    return told


def test_every_sentence_has_a_translation(chinese: Page) -> None:
    said = sentences()
    assert len(said) > 30
    untold = [text for text, told in zip(said, translated(chinese, said), strict=True) if text == told]
    assert untold == []


def test_names_and_numbers_are_kept(chinese: Page) -> None:
    errors: list[SourceError] = [
        locked("/in/合同.pdf", tried=False),
        locked("/in/a.pdf", tried=True),
        _refusal("/in/b.docx", {"memory": True}, 512),
        _refusal("/in/c.docx", {}, 512),
    ]
    told = translated(chinese, [str(error) for error in errors])
    for text, part in zip(
        told, ("/in/合同.pdf 有密码保护", "/in/a.pdf", "512 MiB", "/in/c.docx 无法解析"), strict=True
    ):
        assert part in text
    assert translated(chinese, ["Something that nobody foresaw."]) == ["Something that nobody foresaw."]


def test_a_failed_document_says_why_in_chinese(new_page: NewPage, address: str, library: StandIn) -> None:
    fill_registry(library)
    page = new_page(locale="zh-CN")
    page.goto(f"{address}/documents?state=failed,quarantined")
    row = page.locator(".entries li", has_text="old-contract")
    expect(row.locator(".state")).to_have_text("失败")
    expect(row.locator(".error")).to_have_text("文件有密码保护。请去除密码后重新添加。")
    expect(page.locator(".entries li", has_text="torn").locator(".error")).to_contain_text("torn.docx 已损坏")


def test_a_problem_is_told_in_chinese_with_the_servers_own_words(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    library.searcher.error = ServiceUnavailableError("Elasticsearch does not answer.", "Start it: docker compose up.")
    page = new_page(locale="zh-CN", tolerated="503")
    page.goto(f"{address}/?q=gloves")
    alert = page.get_by_role("alert")
    expect(alert.locator("strong")).to_have_text("所需的服务没有响应。")
    expect(alert).to_contain_text("Elasticsearch does not answer. Start it: docker compose up.")


def test_the_keys_are_listed(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves")
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("From result to result")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Keyboard").click()
    expect(dialog).to_be_visible()
