"""The original beside the answer, in a real browser."""

import re

from playwright.sync_api import Locator, Page, expect

from searchapp.model import SourceType
from tests.web.browsing import NewPage, search
from tests.web.stand_in import StandIn, hit


def viewer(page: Page) -> Locator:
    return page.get_by_role("complementary")


def test_a_citation_opens_the_pdf_at_its_page_with_the_passage_marked(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    page.locator(".prose .cite").first.click()
    expect(viewer(page).get_by_role("heading")).to_have_text("Press shop safety manual")
    picture = viewer(page).get_by_role("img", name="Page 12 of Press shop safety manual")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") >= 800
    expect(page.locator(".page-mark")).to_have_count(4)
    sheet, mark = page.locator(".sheet[data-page='12']").bounding_box(), page.locator(".page-mark").first.bounding_box()
    assert sheet
    assert mark
    assert sheet["x"] < mark["x"] < sheet["x"] + sheet["width"]
    expect(page.locator(".page-mark").first).to_be_in_viewport()
    expect(page).to_have_url(re.compile(r"open=press-safety&page=12&passage=press-safety-0"))
    expect(page.locator("#answer")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('#answer').getBoundingClientRect().right") <= sheet["x"]


def test_pages_turn_and_grow(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&open=press-safety&page=12&passage=press-safety-0")
    panel = viewer(page)
    expect(panel.locator(".page-mark")).to_have_count(4)
    panel.get_by_role("button", name="Next page").click()
    expect(panel.get_by_role("img", name="Page 13")).to_be_visible()
    expect(panel.get_by_role("button", name="Next page")).to_be_disabled()
    expect(panel.locator(".page-mark")).to_have_count(4)  # the page before is near, and its marks stay
    expect(page).to_have_url(re.compile("page=13"))
    panel.get_by_label("Page number").fill("3")
    page.keyboard.press("Enter")
    expect(panel.get_by_role("img", name="Page 3")).to_be_visible()
    panel.focus()
    page.keyboard.press("ArrowLeft")
    expect(panel.get_by_role("img", name="Page 2")).to_be_visible()
    sheet = panel.locator(".sheet[data-page='2']")
    before = sheet.bounding_box()
    page.keyboard.press("+")
    after = sheet.bounding_box()
    assert before
    assert after
    assert after["width"] > before["width"]
    expect(panel.get_by_role("link", name="Whole original")).to_have_attribute(
        "href", re.compile("/documents/press-safety/file")
    )


def test_escape_closes_and_the_focus_goes_back(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    cite = page.locator(".prose .cite").first
    cite.focus()
    page.keyboard.press("Enter")
    expect(viewer(page)).to_be_focused()
    expect(page.locator(".page-mark").first).to_be_visible()
    page.keyboard.press("Escape")  # the card over the citation may be open still
    if viewer(page).is_visible():
        page.keyboard.press("Escape")
    expect(viewer(page)).to_be_hidden()
    expect(cite).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=gloves&ask=1(&c=[\w-]+)?$"))
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")


def test_back_and_forward_close_and_open(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    page.locator(".hit .title").nth(2).click()
    expect(viewer(page).locator("mark")).to_be_visible()
    page.locator(".hit .title").first.click()
    expect(viewer(page).locator(".page-mark").first).to_be_visible()
    searches = len(library.searcher.requests)
    page.go_back()
    expect(viewer(page)).to_be_hidden()
    page.go_forward()
    expect(viewer(page).locator(".page-mark").first).to_be_visible()
    assert len(library.searcher.requests) == searches  # the results beside it stayed
    page.fill("#q", "lockout")
    expect(page.locator(".hit")).to_have_count(1)
    expect(viewer(page)).to_be_hidden()


def test_markdown_reads_as_it_is_meant_with_the_passage_marked(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    words = library.store.chunks("audit-2023")[0].text
    library.originals.paths["audit-2023"].write_text(
        "# Findings\n\n" + "Before.\n\n" * 60 + words.replace("gloves", "**gloves**") + "\n\nAfter.\n", encoding="utf-8"
    )
    page = new_page()
    page.goto(f"{address}/?q=gloves&open=audit-2023&passage=audit-2023-0")
    panel = viewer(page)
    expect(panel.get_by_role("heading", name="Findings", exact=True)).to_be_attached()
    marked = panel.locator("mark")
    expect(marked.first).to_be_in_viewport()
    assert "".join(marked.all_inner_texts()).replace(" ", "") == words.replace(" ", "")
    expect(panel.locator("strong mark")).to_have_text("gloves")


def test_markdown_that_changed_since_shows_the_passage_as_it_was_found(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    library.originals.paths["audit-2023"].write_text("# Another text\n", encoding="utf-8")
    page = new_page()
    page.goto(f"{address}/?q=gloves&open=audit-2023&passage=audit-2023-0")
    expect(viewer(page).locator("mark.passage-mark")).to_have_text(library.store.chunks("audit-2023")[0].text)


def test_a_web_page_opens_live_at_the_passage(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=手套&open=gloves-zh&passage=gloves-zh-0")
    panel = viewer(page)
    expect(panel.locator("mark.passage-mark")).to_contain_text("防割手套")
    live = panel.get_by_role("link", name="Live page")
    expect(live).to_have_attribute("href", re.compile(r"^https://intranet\.example\.org/zh/.*#:~:text=%E6%93%8D"))


def test_long_texts_come_piece_by_piece_without_repeating(new_page: NewPage, address: str, library: StandIn) -> None:
    text = "".join(f"word{n:04} " for n in range(2000))
    for n in range(100):
        start, end = n * 180, min(n * 180 + 198, len(text))  # two words are shared
        changes = {"chunk_id": f"long-{n}", "type": SourceType.DOCX, "start": start, "end": end, "headings": ("H",)}
        library.add(hit("long", text[start:end], **changes))
    page = new_page()
    page.goto(f"{address}/?open=long&passage=long-50")
    panel = viewer(page)
    expect(panel.locator("mark.passage-mark")).to_contain_text("word1000")
    expect(panel.locator("mark.passage-mark")).to_be_in_viewport()
    expect(panel.locator(".passage-block")).to_have_count(40)
    panel.get_by_role("button", name="Earlier text").click()
    panel.get_by_role("button", name="Further text").click()
    expect(panel.locator(".passage-block")).to_have_count(100)
    assert panel.locator(".reading").inner_text().count("word") == 2000
    expect(panel.get_by_role("heading", name="H", exact=True)).to_have_count(1)


def test_what_cannot_be_drawn_is_shown_as_text(new_page: NewPage, address: str, library: StandIn) -> None:
    library.originals.paths["press-safety"].write_bytes(b"%PDF-1.7 torn")
    page = new_page(tolerated="422")
    page.goto(f"{address}/?open=press-safety&page=12&passage=press-safety-0")
    panel = viewer(page)
    expect(panel.get_by_role("status")).to_contain_text("does not read as a PDF")
    expect(panel.locator("mark.passage-mark")).to_contain_text("Operators must wear")


def test_a_document_that_is_gone_says_so(new_page: NewPage, address: str) -> None:
    page = new_page(tolerated="404")
    page.goto(f"{address}/?open=nobody")
    expect(viewer(page)).to_contain_text("There is no document nobody.")
    page.keyboard.press("Escape")
    expect(viewer(page)).to_be_hidden()


def test_on_a_phone_it_fills_the_screen(new_page: NewPage, address: str) -> None:
    page = new_page(viewport={"width": 390, "height": 780}, locale="zh-CN")
    page.goto(f"{address}/?q=gloves&open=press-safety&page=12&passage=press-safety-0")
    expect(page.locator(".page-mark").first).to_be_in_viewport()
    box = viewer(page).bounding_box()
    assert box
    assert (box["x"], box["height"]) == (0, 780)
    assert box["width"] == page.evaluate("document.body.clientWidth")
    assert viewer(page).evaluate("panel => panel.scrollWidth <= panel.clientWidth")
    page.get_by_role("button", name="关闭").click()
    expect(page.locator(".hit").first).to_be_visible()


def test_a_click_with_a_modifier_key_opens_a_tab(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address)
    with page.context.expect_page() as opened:
        page.locator(".hit .title").nth(1).click(modifiers=["Control"])
    assert "/documents/gloves-zh/file" in opened.value.url
    expect(viewer(page)).to_be_hidden()
