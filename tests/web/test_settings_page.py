"""The page of what a person may set: it holds at once, in every tab and in every browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from searchapp.personal import Thinking
from tests.web.browsing import NewPage, Serve, search
from tests.web.stand_in import StandIn


def choose(page: Page, name: str, value: str) -> None:
    with page.expect_response("**/api/preferences"):
        page.locator(f"[name={name}]").select_option(value)
    page.get_by_text("Kept.").or_(page.get_by_text("已保存。")).wait_for()


def test_what_is_set_holds_in_every_tab_and_browser(new_page: NewPage, library: StandIn, served: Serve) -> None:
    address = served(library)
    page = new_page()
    page.goto(f"{address}/settings")
    tab = page.context.new_page()
    tab.goto(f"{address}/settings")
    choose(page, "theme", "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(tab.locator("html")).to_have_attribute("data-theme", "dark")
    expect(tab.locator("[name=theme]")).to_have_value("dark")
    choose(page, "results", "5")
    choose(page, "thinking", "yes")
    choose(page, "model", "another:1b")
    elsewhere = new_page()
    elsewhere.goto(f"{address}/settings")
    expect(elsewhere.locator("html")).to_have_attribute("data-theme", "dark")
    expect(elsewhere.locator("[name=model]")).to_have_value("another:1b")
    search(elsewhere, address)
    assert library.searcher.requests[-1].size == 5
    kept = library.personal.settings.of("local")
    assert (kept.results, kept.thinking, kept.model) == (5, Thinking.YES, "another:1b")


def test_the_language_is_kept_whatever_the_browser_asks_for(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/settings")
    with page.expect_navigation():
        page.locator("[name=language]").select_option("zh")
    expect(page.get_by_role("heading", name="设置")).to_be_visible()
    elsewhere = new_page()
    elsewhere.goto(address)
    expect(elsewhere.locator("#q")).to_have_attribute("placeholder", "搜索或提问")
    with elsewhere.expect_navigation():
        elsewhere.get_by_role("button", name="English").click()
    expect(elsewhere.locator("#q")).to_have_attribute("placeholder", "Search or ask a question")
    page.reload()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_nothing_is_remembered_once_that_is_switched_off(new_page: NewPage, library: StandIn, served: Serve) -> None:
    address = served(library)
    page = new_page()
    page.goto(f"{address}/settings")
    with page.expect_response("**/api/preferences"):
        page.get_by_label("Remember what I searched for").uncheck()
    search(page, address)
    page.locator("#q").press("Enter")
    page.wait_for_load_state("networkidle")
    assert library.personal.searches.recent("local") == ()


def test_a_setting_that_cannot_be_kept_goes_back(new_page: NewPage, address: str) -> None:
    page = new_page(tolerated="500")
    page.goto(f"{address}/settings")
    broken = {"status": 500, "content_type": "application/json", "body": '{"detail": "Not now.", "remedy": "Later."}'}
    page.route(
        "**/api/preferences",
        lambda route: route.fulfill(**broken) if route.request.method == "PATCH" else route.continue_(),
    )  # type: ignore[arg-type]
    page.locator("[name=results]").select_option("50")
    expect(page.locator("#banner")).to_contain_text("Not now.")
    expect(page.locator("[name=results]")).to_have_value("10")
