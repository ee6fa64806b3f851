"""The chips of collections on the search page, in a real browser."""

import re

from playwright.sync_api import expect

from searchapp.access import LOCAL
from tests.web.browsing import NewPage, search, titles
from tests.web.stand_in import StandIn

ODD = 'Vorträge "2025" – 合集\'s 📚 <b>'


def fill(library: StandIn, name: str, *ids: str, description: str = "") -> None:
    library.collections.create(name, LOCAL, description=description)
    library.collections.put_in(name, ids, LOCAL)


def test_a_chip_bounds_the_search_and_takes_that_back(new_page: NewPage, address: str, library: StandIn) -> None:
    fill(library, ODD, "press-safety", "lockout")
    fill(library, "Empty")
    page = new_page()
    search(page, address)
    row = page.get_by_role("group", name="Collections")
    expect(row.get_by_role("button")).to_have_count(1)  # an empty one is no scope
    chip = row.get_by_role("button", name=f"{ODD} 2")
    expect(chip).to_have_attribute("aria-pressed", "false")
    before = titles(page).count()
    chip.click()
    expect(page).to_have_url(re.compile("filter=collection"))
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(chip).to_be_focused()
    expect(page.locator("#chips .chip")).to_have_count(0)  # it is drawn once
    assert 0 < titles(page).count() < before or before == 1
    page.reload()
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    assert library.searcher.requests[-1].filters.collections == (ODD,)
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    expect(titles(page)).to_have_count(before)
    page.go_back()
    expect(chip).to_have_attribute("aria-pressed", "true")


def test_a_question_is_asked_of_the_collection(new_page: NewPage, address: str, library: StandIn) -> None:
    fill(library, "Safety", "press-safety")
    page = new_page()
    page.goto(f"{address}/?q=gloves&filter=collection%3DSafety&ask=1")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert library.answerer.asked[0][1].collections == ("Safety",)


def test_one_that_is_deleted_while_it_bounds_the_search_can_be_taken_away(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    fill(library, "Safety", "press-safety")
    page = new_page()
    search(page, address)
    chip = page.locator("#collection-chips button")
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "true")
    library.collections.delete("Safety", LOCAL)
    page.reload()
    expect(chip).to_have_class(re.compile("gone"))
    expect(chip).to_have_attribute("title", "There is no such collection any more")
    expect(page.locator("#nothing")).to_be_visible()
    chip.click()
    expect(titles(page).first).to_be_visible()
    expect(page.locator("#collection-chips")).to_be_hidden()


def test_many_collections_are_some_chips_and_all_on_demand(new_page: NewPage, address: str, library: StandIn) -> None:
    for number in range(12):
        fill(library, f"合集 {number}", "press-safety", *(["lockout"] if number > 8 else []))
    page = new_page(locale="zh-CN", viewport={"width": 390, "height": 844}, color_scheme="dark")
    search(page, address)
    row = page.locator("#collection-chips button")
    expect(row).to_have_count(9)
    page.get_by_role("button", name="全部 12 个合集").click()
    expect(row).to_have_count(13)
    expect(page.get_by_role("button", name="收起合集")).to_be_focused()
    page.screenshot(path="/tmp/collections-phone-dark-zh.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_row_looks_right(new_page: NewPage, address: str, library: StandIn) -> None:
    fill(library, "Safety handbook", "press-safety", "lockout", description="What everybody must know.")
    fill(library, "x" * 190, "press-safety")
    page = new_page()
    search(page, address)
    page.locator("#collection-chips button").first.click()
    expect(page.locator("#collection-chips button").first).to_have_attribute("aria-pressed", "true")
    page.screenshot(path="/tmp/collections-light.png")
