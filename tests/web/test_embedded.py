"""The whole application in a browser: real ingestion, the embedded store, a hashed embedder, and no Ollama."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.sources.site import serving
from tests.web.browsing import NewPage, Serve, search, titles

HANDBOOK = """# Press shop handbook

## Gloves

Operators must wear cut-resistant gloves of class D whenever the press is open. Damaged gloves are replaced at once.

## Lockout PPR-9087

Before entering the cell, lock the main switch and hang your personal tag on it.
"""
CHINESE = (
    "<!doctype html><html lang=zh><title>手套规定</title><body><h1>手套规定</h1>"
    "<p>操作人员在设备开启时必须佩戴防割手套。手套如有破损应立即更换。</p></body></html>"
)


@pytest.fixture
def address(tmp_path: Path, served: Serve) -> str:
    nobody = "http://127.0.0.1:9"  # the discard port: no Ollama is there
    return served(Application(Settings(data_dir=tmp_path, embedding_model="hashed:256", ollama_url=nobody)))


@pytest.fixture
def library(new_page: NewPage, address: str) -> Page:
    """A page after two documents were uploaded through it."""
    page = new_page()
    page.goto(f"{address}/documents")
    files = [("handbook.md", "text/markdown", HANDBOOK), ("手套.html", "text/html", CHINESE)]
    page.set_input_files(
        "#files", [{"name": name, "mimeType": kind, "buffer": text.encode()} for name, kind, text in files]
    )
    expect(page.locator("#entries .state")).to_have_text(["Ready", "Ready"], timeout=60_000)
    return page


def test_from_upload_to_a_citation_and_to_deletion(library: Page, address: str, tmp_path: Path) -> None:
    page = library
    expect(page.locator("#entries")).to_contain_text("Press shop handbook")
    search(page, address, "Which gloves must operators wear?", ask=True)
    expect(page.locator("#answer-label")).to_have_text("Quoted, not written")
    expect(page.locator("#answer-text")).to_contain_text("cut-resistant gloves of class D")
    expect(page.locator(".hit mark").first).to_be_visible()
    page.locator(".prose .cite").first.click()
    expect(page.get_by_role("complementary").locator("mark").first).to_be_in_viewport()
    expect(page.get_by_role("complementary")).to_contain_text("cut-resistant gloves")

    page.goto(f"{address}/documents")
    page.get_by_role("checkbox", name="Choose Press shop handbook").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#entries tr")).to_have_count(1)
    search(page, address, "手套")
    page.goto(f"{address}/?q=PPR-9087&mode=keyword")
    expect(page.locator("#nothing")).to_be_visible()

    page.goto(f"{address}/documents")
    page.get_by_role("checkbox", name="Choose 手套规定").check()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#entries tr")).to_have_count(1)
    page.goto(f"{address}/?q=防割手套")
    expect(titles(page).first).to_have_text("手套规定")


def test_chinese_is_found_and_filtered(library: Page, address: str) -> None:
    search(library, address, "防割手套")
    expect(titles(library).first).to_have_text("手套规定")
    library.goto(f"{address}/?q=PPR-9087&mode=keyword&filter=type%3Dmarkdown")
    expect(titles(library)).to_have_count(1)
    expect(library.locator(".hit .snippet")).to_contain_text("PPR-9087")


def test_a_question_without_evidence_is_refused_plainly(library: Page, address: str) -> None:
    library.goto(f"{address}/?q=Who+won+the+cup+in+Lisbon%3F&ask=1")
    expect(library.locator("#answer-label")).to_have_text("No answer in your documents")
    expect(library.locator("#answer-text")).to_contain_text("no evidence")


@pytest.mark.slow
def test_a_site_is_added_and_its_pages_are_found(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    settings = Settings(
        data_dir=tmp_path, embedding_model="hashed:256", allowed_networks="127.0.0.0/8", crawl_delay_seconds=0.0
    )
    with serving() as site:
        site.page("/docs/", "part", "/ill")
        site.page("/docs/part")
        site.put("/ill", status=503)
        page = new_page()
        page.goto(f"{served(Application(settings))}/documents")
        page.get_by_role("button", name="Add", exact=True).click()
        page.get_by_role("textbox", name="Web address").fill(f"{site.base}/docs/")
        page.get_by_label("How much of the site").select_option("1")
        page.get_by_role("button", name="Add address").click()
        states = page.locator("#entries .state")
        expect(states).to_have_count(3, timeout=60_000)
        expect(page.locator("#entries .state.indexed")).to_have_count(2, timeout=60_000)
        failed = page.locator("#entries tr", has=page.locator(".state.failed"))
        expect(failed).to_contain_text("the server answered 503")
        site.page("/ill")
        failed.get_by_role("checkbox").check()
        page.get_by_role("button", name="Try again").click()
        expect(page.locator("#entries .state.indexed")).to_have_count(3, timeout=60_000)
