"""The search page in a real browser, over scripted hits."""

import re

import pytest
from playwright.sync_api import expect

from searchapp.errors import ServiceUnavailableError
from searchapp.web.static_files import version
from tests.web.browsing import NewPage, Serve, search, titles
from tests.web.stand_in import StandIn, hit


def test_typing_finds_without_asking(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    expect(titles(page)).to_have_count(4)
    expect(page.locator("#count")).to_have_text("4 documents, 4 passages")
    expect(page.locator(".hit").first.locator("mark").first).to_have_text("gloves")
    expect(page).to_have_url(re.compile(r"\?q=gloves$"))
    assert library.answerer.asked == []


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("/data/uploads/8da642507b0d663d/note.md", ["note.md"]),
        ("/data/uploads/8da642507b0d663d/pack.zip/parts.csv", ["pack.zip", "parts.csv"]),
        ("/data/uploads/8da642507b0d663d/包.zip/报告/二月/合同.md", ["…", "报告", "二月", "合同.md"]),
        ("C:\\data\\uploads\\8da642507b0d663d\\a.zip/b.md", ["a.zip", "b.md"]),
        ("/home/ada/uploads/plans/gate.pdf", ["…", "uploads", "plans", "gate.pdf"]),
    ],
)
def test_folders_of_our_own_are_not_shown(new_page: NewPage, address: str, source: str, shown: list[str]) -> None:
    page = new_page()
    page.goto(address)
    parts = page.evaluate(
        f"async (source) => (await import('/static/{version()}/links.js')).breadcrumb(source)", source
    )
    assert parts == shown


def test_a_hit_says_where_it_is_and_why(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address)
    first = page.locator(".hit").first
    expect(first.locator(".crumbs")).to_have_text("…›handbook›safety›press-safety.pdf")
    for fact in ("PDF", "page 12", "Mar 5, 2024", "Protective equipment › Hands"):
        expect(first.locator(".facts")).to_contain_text(fact)
    why = page.get_by_role("button", name="Why this result")
    first.hover()
    why.first.click()
    expect(first.locator(".why")).to_have_text(
        "It has “gloves”. By its words it is number 1, by its meaning number 2; both count."
    )
    second = page.locator(".hit").nth(1)
    second.hover()
    why.nth(1).click()
    expect(second.locator(".why")).to_contain_text(
        "By its meaning it is number 1; its words alone would not have brought it."
    )
    assert not re.search(r"\d\.\d", page.locator("#hits").inner_text())  # no scores


def test_why_is_told_in_chinese(new_page: NewPage, address: str) -> None:
    page = new_page(locale="zh-CN")
    search(page, address)
    page.locator(".hit").first.hover()
    page.get_by_role("button", name="为何有此结果").first.click()
    expect(page.locator(".why").first).to_have_text("其中有“gloves”。按词语排第 1 位，按含义排第 2 位，两者都计入。")


def test_more_results_follow_on_request(new_page: NewPage, address: str, library: StandIn) -> None:
    for n in range(23):
        library.add(hit(f"bulk-{n}", f"bolts of size {n}"))
    page = new_page()
    search(page, address, "bolts")
    expect(titles(page)).to_have_count(10)
    page.get_by_role("button", name="More results").click()
    expect(titles(page)).to_have_count(20)
    expect(titles(page).nth(10)).to_be_focused()
    page.get_by_role("button", name="More results").click()
    expect(titles(page)).to_have_count(23)
    expect(page.locator("#more")).to_be_hidden()


def test_everything_works_from_the_keyboard(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(address)
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("gloves")
    expect(titles(page)).to_have_count(4)
    page.keyboard.press("ArrowDown")
    expect(titles(page).first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(titles(page).nth(2)).to_be_focused()
    page.keyboard.press("k")
    expect(titles(page).nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_contain_text("防割手套")
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(titles(page).nth(1)).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator("#home")).to_be_visible()


@pytest.mark.parametrize("path", ["/?q=gloves&ask=1", "/", "/documents", "/nowhere"])
@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_never_scrolls_sideways(
    new_page: NewPage, address: str, library: StandIn, path: str, width: int
) -> None:
    library.add(hit("long", "gloves " + "x" * 300, title="y" * 200, source="/srv/" + "z" * 300, headings=("w" * 120,)))
    page = new_page(viewport={"width": width, "height": 700}, tolerated="404")
    page.goto(address + path)
    page.wait_for_load_state("networkidle")
    if "ask" in path:
        expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_dark_follows_the_system_and_the_switch_is_remembered(new_page: NewPage, address: str) -> None:
    def brightness() -> int:
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return int(re.findall(r"\d+", colour)[0])

    page = new_page(color_scheme="dark")
    page.goto(address)
    assert brightness() < 60
    with page.expect_response("**/api/preferences"):
        page.get_by_role("button", name="Switch between light and dark").click()
    assert brightness() > 200
    page.reload()
    assert brightness() > 200


def test_a_chinese_browser_gets_a_chinese_page(new_page: NewPage, address: str) -> None:
    page = new_page(locale="zh-CN")
    search(page, address, "手套")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#count")).to_have_text("1 个文档，1 个段落")
    expect(page.locator(".hit .facts")).to_contain_text("网页")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#count")).to_have_text("1 document, 1 passage")
    page.goto(f"{address}/?lang=zh")
    expect(page.get_by_role("button", name="提问")).to_be_visible()


def test_what_a_document_says_stays_text(new_page: NewPage, address: str, library: StandIn) -> None:
    attack = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    library.add(
        hit(
            "attack",
            f"bolts {attack}",
            title=f"bolts {attack}",
            source=f"/srv/{attack}.md",
            headings=(attack,),
            highlights=(f"\ue000bolts\ue001 {attack}",),
        ),
        error=attack,
        note=attack,
    )
    library.answerer.sentences = library.answerer.sentences[:0]
    page = new_page()
    search(page, address, "bolts", ask=True)
    expect(titles(page).first).to_contain_text(attack)
    expect(page.locator(".snippet").first).to_contain_text(attack)
    page.goto(f"{address}/documents")
    expect(page.locator("#entries tr", has_text="onerror")).to_be_visible()
    assert page.locator("img, body script").count() == 0
    assert "owned" not in page.title()


def test_what_went_wrong_is_told_with_what_to_do(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.error = ServiceUnavailableError(
        "passed_on", text="Elasticsearch does not answer.", remedy="Start it: docker compose up."
    )
    page = new_page(tolerated="503")
    page.goto(f"{address}/?q=gloves")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("Elasticsearch does not answer.")
    expect(banner).to_contain_text("Start it: docker compose up.")
    library.searcher.error = None
    banner.get_by_role("button", name="Try again").click()
    expect(titles(page)).to_have_count(4)
    expect(banner).to_be_hidden()


def test_an_empty_library_says_how_to_fill_it(new_page: NewPage, app: StandIn, served: Serve) -> None:
    page = new_page()
    page.goto(served(app))
    expect(page.get_by_role("heading", name="Drop files here")).to_be_visible()
    expect(page.get_by_role("button", name="Try the sample")).to_be_visible()
    page.get_by_role("link", name="A folder or a site").click()
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()


def test_nothing_found_offers_ways_on(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    page.goto(f"{address}/?q=gloves&mode=keyword&filter=type%3Dtext")
    expect(page.locator("#nothing")).to_contain_text("Nothing found for “gloves”")
    page.locator("#nothing").get_by_role("button", name="Clear filters").click()
    expect(titles(page)).to_have_count(4)


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
