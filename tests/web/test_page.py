"""The search page in a real browser, over scripted hits and answers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from searchapp.errors import ServiceUnavailableError
from tests.web.stand_in import StandIn, hit

Serve = Callable[[object], str]
NewPage = Callable[..., Page]


@pytest.fixture
def address(library: StandIn, served: Serve) -> str:
    return served(library)


def search(page: Page, address: str, query: str = "gloves", *, ask: bool = False) -> None:
    page.goto(address)
    page.fill("#q", query)
    if ask:
        page.keyboard.press("Enter")
        expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator(".hit").first).to_be_visible()


def titles(page: Page) -> Locator:
    return page.locator(".hit .title")


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
        "Search Rank Score",
        "Keyword 1 8.250",
        "Semantic 2 0.610",
        "Together 1 0.982",
    ]
    expect(page.locator(".hit").nth(1).locator("table")).to_contain_text("not found")


def test_an_answer_streams_with_citations_that_open_the_page(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    chips = page.locator(".prose .cite")
    expect(chips).to_have_text(["1", "1", "2", "3", "3"])
    expect(chips.first).to_have_attribute("href", "/documents/press-safety/file#page=12")
    expect(chips.first).to_have_attribute("target", "_blank")
    chips.first.hover()
    expect(page.locator("#passage")).to_contain_text("Operators must wear cut-resistant gloves")
    page.keyboard.press("Escape")
    expect(page.locator("#passage")).to_be_hidden()
    chips.nth(2).focus()
    expect(page.locator("#passage")).to_contain_text("手套")
    expect(page.locator("#answer-coverage")).to_contain_text("4 of 7 passages used")
    expect(page.locator("#answer-sources li")).to_have_count(3)


def test_a_citation_leads_to_the_words_in_a_text(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    with page.context.expect_page() as opened:
        page.locator(".prose .cite").nth(3).click()
    opened.value.wait_for_load_state()
    assert opened.value.url.startswith(f"{address}/documents/audit-2023/file")
    assert "only size 9 was at hand" in opened.value.inner_text("body")
    href = page.locator(".prose .cite").nth(3).get_attribute("href") or ""
    assert href.endswith("#:~:text=The%20audit%20found%20that%20gloves%20were%20kept%20in")


def test_a_sentence_that_nothing_supports_is_marked(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, address, ask=True)
    doubtful = page.locator(".unsupported")
    expect(doubtful).to_have_count(1)
    expect(doubtful).to_have_text("New gloves are handed out at the gate every Monday 3.")
    expect(doubtful).to_have_attribute("title", re.compile("do not bear"))
    expect(page.locator(".prose .sr-only")).to_contain_text("do not bear this sentence out")
    expect(page.locator("#answer-coverage")).to_contain_text("1 sentence is not supported")


def test_quoted_and_refused_answers_say_what_they_are(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.changes = {"extractive": True, "model": "", "notice": "Ollama does not answer."}
    page = new_page()
    search(page, address, ask=True)
    expect(page.locator("#answer-label")).to_have_text("Quoted, not written")
    expect(page.locator("#answer-notice")).to_have_text("Ollama does not answer.")
    library.answerer.changes = {"refused": True, "answer": "Nothing found answers this.", "citations": ()}
    library.answerer.sentences = []
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("#answer-label")).to_have_text("No answer in your documents")
    expect(page.locator("#answer-text")).to_have_text("Nothing found answers this.")


def test_escape_stops_the_writing(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.pause = 0.1
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.locator("#answer-text")).to_contain_text("Operators")
    page.keyboard.press("Escape")
    expect(page.locator("#answer-status")).to_have_text("Stopped")
    assert library.answerer.closed.wait(5)
    expect(page.locator("#answer-again")).to_be_visible()


def test_filters_are_chips_and_live_in_the_address(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address)
    page.get_by_role("button", name="PDF 1").click()
    expect(titles(page)).to_have_count(1)
    expect(page).to_have_url(re.compile(r"filter=type%3Dpdf"))
    page.reload()
    expect(titles(page)).to_have_count(1)
    expect(page.locator(".chip[aria-pressed=true]")).to_have_text("PDF1")
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
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    assert "/documents/gloves-zh/file" in opened.value.url
    page.bring_to_front()
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
    page = new_page(viewport={"width": width, "height": 700})
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
    library.searcher.error = ServiceUnavailableError("Elasticsearch does not answer.", "Start it: docker compose up.")
    page = new_page(tolerated="503")
    page.goto(f"{address}/?q=gloves")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("Elasticsearch does not answer.")
    expect(banner).to_contain_text("Start it: docker compose up.")
    library.searcher.error = None
    banner.get_by_role("button", name="Try again").click()
    expect(titles(page)).to_have_count(4)
    expect(banner).to_be_hidden()


def test_an_answer_that_breaks_off_keeps_what_was_said(new_page: NewPage, address: str, library: StandIn) -> None:
    library.answerer.error = ServiceUnavailableError("Ollama does not answer.", "Start it: ollama serve.")
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.get_by_role("alert")).to_contain_text("Start it: ollama serve.")
    expect(page.locator("#answer-text")).to_contain_text("Operators wear cut-resistant gloves")
    expect(titles(page)).to_have_count(4)


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


def test_the_way_back_shows_the_same_answer_without_asking_again(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address, ask=True)
    page.fill("#q", "lockout")
    expect(titles(page)).to_have_count(1)
    expect(page.locator("#answer")).to_be_hidden()
    page.go_back()
    expect(page.locator(".prose .cite")).to_have_count(5)
    assert len(library.answerer.asked) == 1


def test_copying_takes_the_sources_along(new_page: NewPage, address: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    search(page, address, ask=True)
    page.get_by_role("button", name="Copy with sources").click()
    expect(page.locator("#answer-status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Operators wear cut-resistant gloves")
    assert "[1] Press shop safety manual, page 12, /srv/handbook/safety/press-safety.pdf" in copied
