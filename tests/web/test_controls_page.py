"""The one row of controls above the results, in a real browser: menus, the tree of folders, dates, chips."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browsing import NewPage, search, titles
from tests.web.many_samples import fill_many
from tests.web.stand_in import StandIn, hit


def menu(page: Page, name: str) -> Locator:
    """Opens a menu and gives it."""
    page.locator("#controls").get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("dialog", name=name)


def option(within: Locator, name: str) -> Locator:
    return within.get_by_role("option").filter(has_text=re.compile(f"^{re.escape(name)}"))


def chips(page: Page) -> Locator:
    return page.locator("#chips .chip")


def test_types_count_and_combine(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address)
    expect(page.locator("#controls button")).to_have_text(["Type", "Folder", "Date", "More"])
    types = menu(page, "Type")
    expect(option(types, "Markdown")).to_have_text("Markdown2")
    option(types, "Markdown").click()
    expect(titles(page)).to_have_count(2)
    expect(option(types, "Markdown")).to_have_attribute("aria-selected", "true")
    expect(option(types, "Markdown")).to_be_focused()
    option(types, "PDF").click()  # still offered, though the filter leaves none of it
    expect(titles(page)).to_have_count(3)
    expect(chips(page)).to_have_text(["Markdown", "PDF"])
    page.keyboard.press("Escape")
    expect(types).to_be_hidden()
    expect(page.get_by_role("button", name="Type", exact=True)).to_be_focused()
    expect(page).to_have_url(re.compile("filter=type%3Dmarkdown&filter=type%3Dpdf"))
    page.reload()
    expect(titles(page)).to_have_count(3)
    page.get_by_role("button", name="Remove filter: PDF").click()
    expect(titles(page)).to_have_count(2)
    page.go_back()
    expect(titles(page)).to_have_count(3)


def test_a_menu_is_worked_by_keys(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address)
    page.get_by_role("button", name="Type", exact=True).focus()
    page.keyboard.press("Enter")
    types = page.get_by_role("dialog", name="Type")
    expect(types.get_by_role("option").first).to_be_focused()
    page.keyboard.press("End")
    expect(types.get_by_role("option").last).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(types.get_by_role("option").last).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("w")
    expect(option(types, "Web page")).to_be_focused()
    page.keyboard.press("Space")
    expect(titles(page)).to_have_text(["冲压车间安全手册：手套 gloves"])
    expect(option(types, "Web page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(4)
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("gloves")


def test_two_folders_of_one_name_are_told_apart(new_page: NewPage, address: str, library: StandIn) -> None:
    fill_many(library)
    page = new_page()
    search(page, address, "lamp")
    folders = menu(page, "Folder")
    rows = folders.get_by_role("treeitem")
    expect(rows).to_have_text(
        [
            re.compile(row)
            for row in ("^/srv21$", "^museum/guides12$", "^20239$", "^20243$", "^archive/20239$", "^museum")
        ]
    )
    rows.filter(has_text=re.compile("^archive/2023")).click()
    expect(titles(page)).to_have_count(3)
    expect(chips(page)).to_have_text(["in archive/2023"])
    expect(page).to_have_url(re.compile(re.escape("filter=path%3D%2Fsrv%2Farchive%2F2023%2F")))
    rows.filter(has_text=re.compile("^20239?")).first.click()
    expect(chips(page)).to_have_text(["in archive/2023", "in guides/2023"])


def test_the_tree_is_worked_by_keys(new_page: NewPage, address: str, library: StandIn) -> None:
    fill_many(library)
    page = new_page()
    search(page, address, "lamp")
    folders = menu(page, "Folder")
    rows = folders.get_by_role("treeitem")
    expect(rows).to_have_count(6)
    expect(rows.first).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(rows).to_have_count(2)
    expect(rows.first).to_have_attribute("aria-expanded", "false")
    expect(rows.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(rows).to_have_count(6)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(rows.nth(2)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(["in museum/guides"])


def test_dates_are_presets_years_and_two_days(new_page: NewPage, address: str, library: StandIn) -> None:
    today = dt.datetime.now(dt.UTC)
    for days in (2, 20, 200):
        library.add(hit(f"bolts-{days}", f"bolts of {days} days", modified=today - dt.timedelta(days=days)))
    page = new_page()
    search(page, address, "bolts")
    dates = menu(page, "Date")
    for preset, days in (("Past week", 7), ("Past year", 365)):
        option(dates, preset).click()
        expect(option(dates, preset)).to_have_attribute("aria-selected", "true")
        (filters,) = [library.searcher.requests[-1].filters]
        assert filters.after is not None
        assert abs((today - filters.after).days - days) <= 2
        expect(chips(page)).to_have_count(1)
    option(dates, "Any time").click()
    expect(chips(page)).to_have_count(0)
    dates.get_by_label("From").fill("2023-01-01")
    expect(chips(page)).to_have_text(["from Jan 1, 2023"])
    dates.get_by_label("To").fill("2023-12-31")
    expect(chips(page)).to_have_text(["from Jan 1, 2023", "to Dec 31, 2023"])
    expect(page).to_have_url(re.compile("filter=after%3D2023-01-01&filter=before%3D2024-01-01"))  # which is left out
    page.reload()
    expect(chips(page)).to_have_text(["from Jan 1, 2023", "to Dec 31, 2023"])


def test_more_holds_the_rest(new_page: NewPage, address: str, library: StandIn) -> None:
    for number, author in enumerate(("Li", "Wu"), 1):
        text = f"Gloves of contract {number}."
        library.add(hit(f"contract-{number}", text, tags=("contract",), fields={"author": (author,)}))
    page = new_page()
    search(page, address)
    more = menu(page, "More")
    option(more, "#contract").click()
    expect(titles(page)).to_have_count(2)
    option(more, "author: Wu").click()
    expect(titles(page)).to_have_text(["contract-2"])
    expect(chips(page)).to_have_text(["#contract", "author: Wu"])
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Remove filter: author: Wu").click()
    expect(titles(page)).to_have_count(2)
    chinese = new_page(locale="zh-CN")
    search(chinese, address)
    expect(menu(chinese, "更多").get_by_role("listbox", name="标签")).to_be_visible()


def test_the_kind_of_search_and_the_order_are_chips_where_they_are_not_the_usual(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address)
    more = menu(page, "More")
    with page.expect_response(re.compile("/api/search.*mode=semantic")):
        option(more, "Only the meaning").click()
    option(more, "Oldest first").click()
    expect(titles(page).first).to_have_text("Audit 2023, findings")
    expect(chips(page)).to_have_text(["Only the meaning", "Oldest first"])
    page.reload()
    expect(chips(page)).to_have_text(["Only the meaning", "Oldest first"])
    expect(page).to_have_url(re.compile("mode=semantic&sort=oldest"))
    page.get_by_role("button", name="Remove filter: Only the meaning").click()
    page.get_by_role("button", name="Remove filter: Oldest first").click()
    expect(page).to_have_url(re.compile(r"\?q=gloves$"))
    assert [one.mode for one in library.searcher.requests[-2:]] == ["hybrid", "hybrid"]


def test_documents_that_were_chosen_are_one_chip(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&filter=document%3Dlockout&filter=document%3Daudit-2023&filter=type%3Dmarkdown")
    expect(chips(page)).to_have_text(["Markdown", "in 2 chosen documents"])
    page.get_by_role("button", name="Remove filter: in 2 chosen documents").click()
    expect(page).to_have_url(re.compile(r"\?q=gloves&filter=type%3Dmarkdown$"))


def test_one_document_is_named_by_its_title(new_page: NewPage, address: str) -> None:
    page = new_page(tolerated="404")
    page.goto(f"{address}/?q=gloves&filter=document%3Dlockout")
    expect(chips(page)).to_have_text(["Lockout procedure PPR-9087"])
    expect(page.get_by_role("button", name="Remove filter: Lockout procedure PPR-9087")).to_be_visible()
    page.goto(f"{address}/?q=gloves&filter=document%3Dgone")
    expect(chips(page)).to_have_text(["in 1 chosen document"])


def test_a_double_click_takes_one_filter_away(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&filter=type%3Dpdf&filter=year%3D2024&filter=language%3Den")
    expect(chips(page)).to_have_text(["PDF", "2024", "English"])
    chips(page).first.dblclick()
    expect(chips(page)).to_have_text(["2024", "English"])
    types = menu(page, "Type")
    option(types, "Markdown").dblclick()
    expect(option(types, "Markdown")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("filters", ["", "&filter=year%3D2024"])
def test_on_a_phone_the_first_hit_starts_above_200_px(
    new_page: NewPage, address: str, library: StandIn, filters: str
) -> None:
    fill_many(library)
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"{address}/?q=lamp{filters}")
    box = page.locator(".hit").first.bounding_box()
    assert box is not None and box["y"] < 200
    dates = menu(page, "Date")
    sheet = dates.bounding_box()
    assert sheet is not None and (sheet["x"], sheet["width"]) == (0, 390)  # it comes up from below
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
