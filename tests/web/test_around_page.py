"""Around the hits on the page, in a real browser: more like this, spelling, completion."""

import re

from playwright.sync_api import Page, expect

from searchapp.model import Notice
from tests.web.browsing import NewPage, search, titles
from tests.web.stand_in import StandIn


def test_no_combination_is_a_dead_end(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&filter=type%3Dpdf&filter=year%3D2023")
    expect(page.locator("#nothing")).to_contain_text("Nothing found")
    page.locator("#nothing").get_by_role("button", name="Clear filters").click()
    expect(titles(page)).to_have_count(4)


def test_more_like_a_hit_and_back(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    page.locator(".hit", has_text="Lockout").hover()
    page.locator(".hit", has_text="Lockout").get_by_role("button", name="More like this").click()
    expect(page.locator("#lead")).to_contain_text("Passages like one of “Lockout procedure PPR-9087”")
    expect(titles(page)).to_have_count(3)
    page.reload()
    expect(titles(page)).to_have_count(3)
    page.get_by_role("button", name="Back to “gloves”").click()
    expect(titles(page)).to_have_count(4)
    page.go_back()
    expect(page.locator("#lead")).to_contain_text("Lockout")


def test_what_was_meant_is_one_press_away(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.meant = {"glvoes": "gloves"}
    page = new_page()
    page.goto(f"{address}/?q=glvoes")
    expect(page.locator("#nothing")).to_contain_text("Nothing found")
    page.locator("#lead").get_by_role("button", name="gloves").click()
    expect(titles(page)).to_have_count(4)
    expect(page.locator("#q")).to_have_value("gloves")


def test_what_a_search_says_of_itself_stands_above_the_hits(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.notices = (Notice("operators_left_out", "Nothing was found with -press.", "-press"),)
    page = new_page()
    search(page, address)
    expect(page.locator("#lead")).to_have_text("Nothing was found with -press. ")
    expect(titles(page)).to_have_count(4)


def options(page: Page) -> list[str]:
    return page.get_by_role("listbox").get_by_role("option").all_inner_texts()


def test_completion_by_keyboard(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.completions = ["Gloves", "gloves of class D", "Lockout"]
    page = new_page()
    page.goto(address)
    box = page.get_by_role("combobox", name="Search your documents")
    page.keyboard.type("glo")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(2)
    expect(box).to_have_attribute("aria-expanded", "true")
    assert box.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator('#suggestions [aria-selected="true"]')
    expect(chosen).to_have_text("gloves of class D")
    expect(box).to_have_attribute("aria-activedescendant", chosen.get_attribute("id") or "?")
    expect(box).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_have_value("gloves of class D")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page).to_have_url(re.compile("q=gloves"))
    assert library.answerer.asked == []  # picked, not asked


def test_escape_closes_the_list_before_it_clears_the_box(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.completions = ["Gloves"]
    page = new_page()
    page.goto(address)
    page.keyboard.type("glove")
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(page.locator("#q")).to_have_value("glove")
    expect(titles(page)).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(titles(page).first).to_be_focused()


def test_an_input_method_is_left_alone(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.completions = ["手套", "手册"]
    page = new_page(locale="zh-CN")
    page.goto(address)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/complete" in request.url else None)
    # As a browser does while pinyin is being typed: composing input events, then the end with the characters.
    page.evaluate(
        """() => {
            const box = document.getElementById("q");
            box.dispatchEvent(new CompositionEvent("compositionstart"));
            for (const text of ["s", "sh", "shou"]) {
                box.value = text;
                box.dispatchEvent(new InputEvent("input", { isComposing: true }));
            }
            box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true }));
        }"""
    )
    page.wait_for_timeout(500)
    assert asked == []
    page.evaluate(
        """() => {
            const box = document.getElementById("q");
            box.value = "手";
            box.dispatchEvent(new CompositionEvent("compositionend"));
        }"""
    )
    expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["手套", "手册"])


def test_completion_that_fails_stands_in_nobodys_way(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page(tolerated="500")
    page.route("**/api/complete*", lambda route: route.fulfill(status=500, body="broken"))
    search(page, address)
    expect(titles(page)).to_have_count(4)
    expect(page.get_by_role("alert")).to_be_hidden()
    expect(page.get_by_role("listbox")).to_be_hidden()
