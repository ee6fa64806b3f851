"""Reading a document in the viewer: scrolling, selecting, finding, and what people do by mistake; in a real browser."""

import dataclasses
import re
import textwrap

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from searchapp.answer.whole_document.question import Task, whole_question
from searchapp.messages.labels import labels
from searchapp.model import SourceType
from tests.sources.pdf_files import pdf, scanned
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn, hit

PAGES = 300
PROSE = (
    "Copyright was, at its birth, a very limited set of restrictions that forbade others to reprint a book, and the law "
    "was silent about every performance, translation and adaptation of it."
)


def lines(number: int) -> str:
    prose = "\n".join(textwrap.wrap(PROSE, 58)).replace("set\nof restrictions", "set of restric-\ntions")
    needle = f"\n\nThe needle {number} is here." if number % 50 == 0 else ""
    return f"Page number {number}\n\n{prose}{needle}"


@pytest.fixture
def book(library: StandIn) -> StandIn:
    """A PDF of many pages beside the others."""
    data = pdf(*(lines(number) for number in range(1, PAGES + 1)))
    place = {"title": "The book", "source": "/srv/books/the-book.pdf", "type": "pdf", "headings": ("Origins",)}
    library.add(hit("book", PROSE, page=7, **place), original=data, pages=PAGES)
    library.add(hit("book", "The needle", chunk_id="book-1", page=200, **{**place, "headings": ("Property",)}))
    return library


@pytest.fixture
def site(book: StandIn, served: Serve) -> str:
    return served(book)


def viewer(page: Page) -> Locator:
    return page.get_by_role("complementary")


def opened(new_page: NewPage, address: str, query: str = "q=gloves&open=book&page=7", **options: object) -> Page:
    page = new_page(**options)
    page.goto(f"{address}/?{query}")
    expect(viewer(page).get_by_role("img", name="Page 7 ")).to_be_visible()
    return page


def copied(page: Page) -> str:
    """What a copy of the selection puts on the clipboard."""
    text: str = page.evaluate(
        """() => {
          const data = new DataTransfer();
          document.dispatchEvent(new ClipboardEvent("copy", { clipboardData: data, cancelable: true }));
          return data.getData("text/plain");
        }"""
    )
    return text


def test_text_is_selected_with_the_mouse_and_copied_as_it_reads(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site)
    spans = page.locator(".sheet[data-page='7'] .text-layer > span")
    expect(spans.first).to_have_text("Page number 7")
    first, last = spans.nth(1).bounding_box(), spans.last.bounding_box()
    assert first
    assert last
    page.mouse.move(first["x"] + 1, first["y"] + first["height"] / 2)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] - 1, last["y"] + last["height"] / 2, steps=8)
    page.mouse.up()
    text = copied(page)
    assert text.startswith("Copyright was, at its birth, a very limited set of restric")
    assert "restrictions that forbade" in text
    assert "\n" not in text
    assert PROSE.startswith(text) or text == PROSE


def test_letters_lie_where_the_picture_has_them(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&open=press-safety&page=12&passage=press-safety-0")
    marks = page.locator(".page-mark")
    expect(marks).to_have_count(4)
    spans = page.locator(".sheet[data-page='12'] .text-layer > span")
    expect(spans).to_have_count(4)
    for zoom in ("0", "1.5"):
        page.get_by_label("Zoom").select_option(zoom)
        for number in range(4):
            mark, span = marks.nth(number).bounding_box(), spans.nth(number).bounding_box()
            assert mark
            assert span
            assert abs(mark["x"] - span["x"]) < 3
            assert abs(mark["width"] - span["width"]) < 0.03 * mark["width"] + 3
            assert abs(mark["y"] + mark["height"] / 2 - span["y"] - span["height"] / 2) < mark["height"] / 2


def test_the_viewers_own_find_reaches_pages_that_are_not_drawn(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site)
    viewer(page).focus()
    page.keyboard.press("Control+f")
    field = viewer(page).get_by_role("searchbox", name="Find in this document")
    expect(field).to_be_focused()
    page.keyboard.type("ＮＥＥＤＬＥ")  # full width
    count = page.locator(".viewer-count")
    expect(count).to_have_text("1 of 6", timeout=60_000)
    expect(viewer(page).get_by_role("img", name="Page 50 ")).to_be_visible()
    page.keyboard.press("Enter")
    expect(count).to_have_text("2 of 6")
    expect(viewer(page).get_by_label("Page number", exact=True)).to_have_value("100")
    expect(viewer(page).get_by_role("img", name="Page 100 ")).to_be_in_viewport()
    page.wait_for_function("CSS.highlights.get('viewer-chosen')?.size === 1")
    assert page.evaluate("[...CSS.highlights.get('viewer-chosen')][0].toString()") == "needle"
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    expect(count).to_have_text("6 of 6")
    field.fill("set of restrictions that")  # over a hyphen at a line's end
    expect(count).to_have_text(re.compile(rf"of {PAGES}$"), timeout=60_000)
    field.fill("nowhere to be found")
    expect(count).to_have_text("Not found")
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(viewer(page)).to_be_focused()
    assert page.evaluate("CSS.highlights.size") == 0


def test_chinese_is_found_across_lines_and_widths(new_page: NewPage, library: StandIn, served: Serve) -> None:
    data = pdf("操作人员在设备开启时必须佩戴防割手\n套。编号ＡＢＣ１２。", cjk=True)
    library.add(hit("zh", "操作人员", title="手册", source="/srv/zh.pdf", type="pdf", page=1), original=data, pages=1)
    page = new_page(locale="zh-CN")
    page.goto(f"{served(library)}/?q=gloves&open=zh")
    expect(page.locator(".text-layer")).to_be_visible()
    page.get_by_role("button", name="在此文档中查找").click()
    field = page.get_by_role("searchbox", name="在此文档中查找")
    field.fill("防割手套")
    expect(page.locator(".viewer-count")).to_have_text("第 1 处，共 1 处")
    field.fill("abc12")
    expect(page.locator(".viewer-count")).to_have_text("第 1 处，共 1 处")


def test_text_documents_are_searched_whole(new_page: NewPage, library: StandIn, served: Serve) -> None:
    for n in range(100):
        place = {"chunk_id": f"long-{n}", "type": SourceType.DOCX, "start": n * 20, "end": n * 20 + 15}
        library.add(
            hit(
                "long", f"passage {n} " + ("Zebra" if n in (3, 97) else "horse"), headings=(f"Part {n // 10}",), **place
            )
        )
    page = new_page()
    page.goto(f"{served(library)}/?q=gloves&open=long")
    expect(page.locator(".passage-block").first).to_be_visible()
    page.get_by_role("button", name="Find in this document").click()
    page.get_by_role("searchbox", name="Find in this document").fill("zebra")
    expect(page.locator(".viewer-count")).to_have_text("1 of 2")
    page.keyboard.press("Enter")
    expect(page.locator("[data-id='long-97']")).to_be_in_viewport()
    page.get_by_role("button", name="Contents").click()
    page.get_by_role("button", name="Part 5").click()
    expect(page.get_by_role("heading", name="Part 5")).to_be_in_viewport()


def test_few_pictures_are_there_however_far_one_scrolls(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site)
    body = page.locator(".viewer-body")
    most = 0
    for share in range(1, 21):
        body.evaluate(f"body => body.scrollTop = body.scrollHeight * {share / 20}")
        page.wait_for_timeout(150)
        most = max(most, page.locator(".sheet img").count())
    expect(viewer(page).get_by_role("img", name=f"Page {PAGES} ")).to_be_visible(timeout=20_000)
    assert most <= 12
    expect(page).to_have_url(re.compile(f"page={PAGES}"))
    page.reload()
    expect(viewer(page).get_by_role("img", name=f"Page {PAGES} ")).to_be_in_viewport()


def test_marks_stay_while_one_scrolls_zooms_and_turns(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&open=press-safety&page=12&passage=press-safety-0")
    marks = page.locator(".page-mark")
    expect(marks).to_have_count(4)
    page.get_by_label("Zoom").select_option("3")
    expect(marks).to_have_count(4)
    page.get_by_label("Zoom").select_option("0")
    page.get_by_label("Page number", exact=True).fill("1")
    page.keyboard.press("Enter")
    expect(marks).to_have_count(0)  # far away now
    page.get_by_label("Page number", exact=True).fill("12")
    page.keyboard.press("Enter")
    expect(marks).to_have_count(4)
    page.get_by_role("button", name="Rotate").click()
    box = page.locator(".sheet[data-page='12']").bounding_box()
    assert box
    assert box["width"] > box["height"]
    mark = marks.first.bounding_box()
    assert mark
    assert mark["height"] > mark["width"]
    assert box["x"] < mark["x"] < box["x"] + box["width"]


def test_small_pages_and_headings_lead_to_their_place(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site)
    page.get_by_role("button", name="Contents").click()
    side = page.get_by_role("navigation", name="Contents")
    expect(side.locator("[aria-current='page']")).to_contain_text("7")
    expect(side.locator("img").first).to_be_visible()
    assert side.locator("img").count() < 20
    side.get_by_role("button", name="9", exact=True).click()
    expect(viewer(page).get_by_role("img", name="Page 9 ")).to_be_in_viewport()
    side.get_by_role("button", name="Headings").click()
    side.get_by_role("button", name="Property").click()
    expect(viewer(page).get_by_role("img", name="Page 200 ")).to_be_in_viewport()


def test_what_can_be_done_with_a_document(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site)
    panel = viewer(page)
    expect(panel.get_by_role("link", name="Ask about this")).to_have_attribute(
        "href", "/?filter=document%3Dbook&open=book"
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel.get_by_role("button", name="Copy link").click()
    expect(panel.get_by_role("status").filter(has_text="copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{site}/?open=book&page=7"
    with page.expect_download() as saved:
        panel.get_by_role("link", name="Download").click()
    assert saved.value.suggested_filename == "the-book.pdf"
    panel.get_by_role("link", name="Summarise").click()
    expect(page).to_have_url(re.compile(r"q=Summarise\+this\+document&filter=document%3Dbook&ask=1.*&open=book"))
    expect(page.locator("#q")).to_have_value("Summarise this document")
    expect(panel.get_by_role("img", name="Page 1 ")).to_be_visible()


def test_what_summarise_asks_means_the_whole_document() -> None:
    for language in ("en", "zh"):
        asked = whole_question(labels(language)["summariseQuestion"])
        assert asked
        assert (asked.task, asked.pointed) == (Task.SUMMARY, True)


def test_a_document_deleted_while_it_is_read_is_told_and_what_is_drawn_stays(
    new_page: NewPage, site: str, book: StandIn
) -> None:
    page = opened(new_page, site, tolerated="404")
    book.store.known.pop("book")
    page.get_by_label("Page number", exact=True).fill("250")
    page.keyboard.press("Enter")
    expect(page.locator(".sheet[data-page='250']")).to_contain_text("There is no document book.")
    expect(viewer(page).get_by_role("heading", name="The book")).to_be_visible()


def test_a_lost_connection_is_told_and_tried_again(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site, tolerated="Failed to load resource")
    lost = {"is": True}

    def answer(route: Route) -> None:
        if lost["is"]:
            route.abort()
        else:
            route.continue_()

    page.route(re.compile("/pages/"), answer)
    page.get_by_label("Page number", exact=True).fill("120")
    page.keyboard.press("Enter")
    sheet = page.locator(".sheet[data-page='120']")
    expect(sheet.get_by_role("button", name="Try again")).to_be_visible()
    lost["is"] = False
    sheet.get_by_role("button", name="Try again").dblclick()
    expect(sheet.get_by_role("img")).to_be_visible()
    expect(sheet.locator("img")).to_have_count(1)
    expect(sheet.locator(".text-layer")).to_have_count(1)


def test_a_page_beyond_the_end_and_an_edited_file_are_told(new_page: NewPage, book: StandIn, served: Serve) -> None:
    page = new_page()
    address = served(book)
    page.goto(f"{address}/?q=gloves&open=book&page=9999")
    expect(page.locator(".viewer-note")).to_have_text(f"There is no page 9999; the last page is {PAGES}.")
    expect(viewer(page).get_by_role("img", name=f"Page {PAGES} ")).to_be_visible()
    manual = book.store.entry("press-safety")
    assert manual
    book.store.put(dataclasses.replace(manual, content_hash="0" * 64))
    page.goto(f"{address}/?q=gloves&open=press-safety&page=12")
    expect(page.locator(".viewer-note")).to_contain_text("edited since it was read")


def test_pages_without_text_are_counted_where_one_finds(new_page: NewPage, library: StandIn, served: Serve) -> None:
    data = scanned(pdf("gloves", "more"), dots_per_inch=60)
    library.add(hit("scan", "gloves", title="Scan", source="/srv/scan.pdf", type="pdf", page=1), original=data, pages=2)
    page = new_page()
    page.goto(f"{served(library)}/?q=gloves&open=scan")
    expect(page.get_by_role("img", name="Page 1 ")).to_be_visible()
    page.get_by_role("button", name="Find in this document").click()
    page.get_by_role("searchbox", name="Find in this document").fill("gloves")
    expect(page.locator(".viewer-count")).to_have_text("Not found · 2 pages are pictures without text")


def test_on_a_phone_a_swipe_turns_the_page_and_pinching_is_left_alone(new_page: NewPage, site: str) -> None:
    page = opened(new_page, site, viewport={"width": 390, "height": 780}, has_touch=True, is_mobile=True)
    assert "user-scalable" not in (page.locator("meta[name=viewport]").get_attribute("content") or "")
    client = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 330), ("touchMove", 200), ("touchMove", 80)):
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": 500}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(viewer(page).get_by_label("Page number", exact=True)).to_have_value("8")
    assert viewer(page).evaluate("panel => panel.scrollWidth <= panel.clientWidth")
