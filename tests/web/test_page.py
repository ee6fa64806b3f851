"""The search page in a real browser, over scripted hits."""

import re

import pytest
from playwright.sync_api import expect

from searchapp.errors import ServiceUnavailableError
from tests.web.browsing import NewPage, Serve, search, titles
from tests.web.stand_in import StandIn, hit


def test_typing_finds_without_asking(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    expect(titles(page)).to_have_count(4)
    expect(page.locator("#count")).to_contain_text("4 passages in 12 ms")
    expect(page.locator(".hit").first.locator("mark").first).to_have_text("gloves")
    expect(page).to_have_url(re.compile(r"\?q=gloves$"))
    assert library.answerer.asked == []


def test_a_hit_says_where_it_is_and_why(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address)
    first = page.locator(".hit").first
    expect(first.locator(".crumbs")).to_have_text("…›handbook›safety›press-safety.pdf")
    for fact in ("PDF", "English", "page 12", "Mar 5, 2024", "Protective equipment › Hands"):
        expect(first.locator(".facts")).to_contain_text(fact)
    first.get_by_text("Why this result").click()
    rows = first.locator("tr").all_inner_texts()
    assert [re.sub(r"\s+", " ", row) for row in rows] == [
        "Search Rank Score Weight",
        "Keyword 1 8.250 60%",
        "Semantic 2 0.610 40%",
        "Together 1 0.982 100%",
    ]
    expect(first.locator(".why")).to_contain_text("Its words put it at place 1, its meaning at place 2.")
    expect(first.locator(".why")).to_contain_text(
        "the scores count 60% for words and 40% for meaning; words that stand together"
    )
    second = page.locator(".hit").nth(1)
    expect(second.locator("table")).to_contain_text("not found")
    expect(second.locator(".why")).to_contain_text("its words alone would not have brought it")


def test_why_says_when_ranks_are_fused(new_page: NewPage, address: str, library: StandIn) -> None:
    library.searcher.weights = {}
    page = new_page(locale="zh-CN")
    search(page, address)
    page.get_by_text("为何有此结果").first.click()
    expect(page.locator(".why").first).to_contain_text("按词语排第 1 位，按含义排第 2 位。两个名次同等计算。")
    expect(page.locator(".why").first.locator("th").nth(2)).to_have_text("得分")


def test_filters_are_chips_and_live_in_the_address(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    page.locator("summary", has_text="Type").click()
    page.get_by_role("checkbox", name="PDF 1").check()
    expect(titles(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"filter=type%3Dpdf"))
    page.reload()
    expect(titles(page)).to_have_count(1)
    expect(page.locator(".chip[aria-pressed=true]")).to_have_text("PDF")
    page.go_back()
    expect(titles(page)).to_have_count(4)
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Source begins with").fill("/srv/handbook/audits")
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["Audit 2023, findings"])
    page.get_by_label("From").fill("2023-01-01")
    expect(page.locator(".chip", has_text="from 2023-01-01")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(titles(page)).to_have_count(4)


def test_the_kind_of_search_is_a_switch(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    with page.expect_response(re.compile("/api/search.*mode=semantic")):
        page.get_by_role("button", name="Semantic").click()
    expect(page.get_by_role("button", name="Semantic")).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile("mode=semantic"))
    assert library.searcher.requests[-1].mode == "semantic"


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
    page.get_by_role("button", name="Switch between light and dark").click()
    assert brightness() > 200
    page.reload()
    assert brightness() > 200


def test_a_chinese_browser_gets_a_chinese_page(new_page: NewPage, address: str) -> None:
    page = new_page(locale="zh-CN")
    search(page, address, "手套")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.locator("#count")).to_contain_text("1 个段落")
    expect(page.locator(".hit .facts")).to_contain_text("网页")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("#count")).to_contain_text("1 passage ")
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
    expect(page.get_by_role("listitem").filter(has_text="onerror")).to_be_visible()
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
    expect(page.locator("#home")).to_contain_text("No documents yet")
    expect(page.locator("#home")).to_contain_text("searchapp ingest")
    page.get_by_role("link", name="Add documents").click()
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
