"""axe-core finds no serious barrier on any page, in light and dark, in English and Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from searchapp.access import Scope
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.web.browsing import NewPage, Serve
from tests.web.many_samples import fill_many
from tests.web.samples import fill_registry
from tests.web.stand_in import StandIn

SERIOUS = ("serious", "critical")


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    return new_page(color_scheme=request.param, bypass_csp=True)  # axe is put into the page as a script


def barriers(page: Page) -> list[str]:
    """What axe finds that keeps somebody out, with the elements it is about."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:200]} {node['failureSummary']}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def test_the_start_page(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#home-count")).to_have_text("4 documents")
    assert barriers(page) == []


def test_results_with_an_answer(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator(".hit")).to_have_count(4)
    page.locator(".hit").first.hover()
    page.get_by_role("button", name="Why this result").first.click()
    page.locator(".prose .cite").first.focus()
    expect(page.locator("#passage")).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize("menu", ["Type", "Folder", "Date", "More"])
def test_the_list_with_its_preview_and_menus(page: Page, address: str, library: StandIn, menu: str) -> None:
    fill_many(library, 12, weak=2)
    page.goto(f"{address}/?q=lamp&filter=type%3Dmarkdown")
    expect(page.locator("#preview dl")).to_be_visible()
    page.get_by_role("button", name="More results").click()
    page.locator("#loose > summary").click()
    page.locator("#controls").get_by_role("button", name=menu, exact=True).click()
    expect(page.get_by_role("dialog", name=menu)).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize("document", ["press-safety&page=12", "audit-2023", "gloves-zh"])
def test_the_original_beside_the_answer(page: Page, address: str, document: str) -> None:
    passage = document.split("&")[0]
    page.goto(f"{address}/?q=gloves&lang=zh&open={document}&passage={passage}-0")
    expect(page.locator(".viewer-body :is(.page-mark, mark)").first).to_be_visible()
    expect(page.locator(".hit")).to_have_count(4)
    assert barriers(page) == []


def test_nothing_found(page: Page, address: str) -> None:
    page.goto(f"{address}/?q=zebra")
    expect(page.locator("#nothing")).to_be_visible()
    assert barriers(page) == []


def test_the_documents(page: Page, address: str, library: StandIn) -> None:
    fill_registry(library)
    page.goto(f"{address}/documents")
    expect(page.locator("#entries tr")).to_have_count(11)
    page.get_by_role("checkbox", name="Choose torn").check()
    page.get_by_role("button", name="Details: torn").click()
    assert barriers(page) == []
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".toast")).to_be_visible()
    page.set_input_files("#files", [{"name": "big.md", "mimeType": "text/plain", "buffer": b"x" * 1_100_000}])
    expect(page.locator("#batch li")).to_contain_text("larger")
    assert barriers(page) == []
    page.get_by_role("button", name="Add", exact=True).click()
    assert barriers(page) == []


def test_the_login(page: Page, served: Serve, app: StandIn) -> None:
    guarded = StandIn(app.settings.data_dir, auth="required")
    page.goto(f"{served(guarded)}/login")
    expect(page.get_by_role("heading")).to_be_visible()
    assert barriers(page) == []


def test_the_error_page(new_page: NewPage, address: str) -> None:
    page = new_page(tolerated="404", bypass_csp=True)
    page.goto(f"{address}/nowhere")
    expect(page.get_by_role("heading")).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_the_operators_page(new_page: NewPage, served: Serve, clustered: Application, language: str) -> None:
    scheme = "dark" if language == "zh-CN" else "light"
    page = new_page(color_scheme=scheme, locale=language, bypass_csp=True)
    page.goto(f"{served(clustered)}/operations")
    expect(page.locator("#versions tbody tr")).to_have_count(1)
    expect(page.locator("#findings time")).to_be_visible(timeout=60_000)
    assert barriers(page) == []
    page.locator("#actions button").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert barriers(page) == []


def test_the_operators_page_over_the_embedded_store(page: Page, served: Serve, tmp_path: Path) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9"))
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    list(application.ingester.ingest([str(torn)]))
    page.goto(f"{served(application)}/operations")
    expect(page.locator("#queue-actions button").first).to_be_visible()
    expect(page.locator("#findings time")).to_be_visible(timeout=60_000)
    expect(page.locator("#history li")).to_have_count(1)  # that nothing was started
    assert barriers(page) == []
    page.locator("#queue-actions button").first.click()
    page.get_by_role("dialog").locator("button[value=yes]").click()
    expect(page.locator("#history")).to_contain_text("queued again")
    assert barriers(page) == []


def test_no_documents_yet(page: Page, served: Serve, app: StandIn) -> None:
    page.goto(f"{served(app)}/documents")
    expect(page.get_by_role("heading").first).to_be_visible()
    assert barriers(page) == []


@pytest.mark.parametrize("path", ["/settings", "/access"])
def test_settings_and_accounts(page: Page, address: str, library: StandIn, path: str) -> None:
    library.access.keys.make("reporting", frozenset(Scope))
    page.goto(f"{address}{path}")
    page.wait_for_load_state("networkidle")
    assert barriers(page) == []
    if path == "/access":
        page.get_by_role("button", name="Add a user").click()
        assert barriers(page) == []


def test_the_palette_over_the_start_page(page: Page, address: str, library: StandIn) -> None:
    library.personal.searches.save("local", "", "/?q=gloves")
    library.personal.searches.remember("local", "/?q=boots")
    page.goto(address)
    expect(page.locator("#home-questions")).to_be_visible()
    assert barriers(page) == []
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="gloves")).to_be_visible()
    assert barriers(page) == []
