"""Conversations in a real browser: follow-ups, what they became, another model, and beginning again."""

from playwright.sync_api import Page, expect

from searchapp.model import Turn
from tests.web.browsing import NewPage, search
from tests.web.stand_in import StandIn


def follow(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Ask a follow-up question").fill(question)
    page.keyboard.press("Enter")
    expect(page.locator("#answer-question")).to_have_text(question)
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")


def test_a_follow_up_shows_what_was_searched_for_and_can_be_edited(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address, ask=True)
    expect(page.locator("#answer-query")).to_be_hidden()
    follow(page, "and at night?")
    assert library.answerer.conversations[1] == ("", (Turn("gloves", library.answerer.conversations[1][1][0].answer),))
    expect(page.locator("#answer-past > li")).to_have_count(1)
    expect(page.locator("#answer-past .asked")).to_have_text("gloves")
    expect(page.locator("#answer-past .told")).to_contain_text("Operators wear cut-resistant gloves")
    searched = page.get_by_role("textbox", name="Searched for")
    expect(searched).to_have_value("gloves and at night?")
    expect(page.locator("#answer-rewriting")).to_have_text("put together from your questions")
    expect(page.locator("#answer-coverage")).to_contain_text("passages used")

    searched.fill("gloves at the press by night")
    page.get_by_role("button", name="Search again").click()
    expect(page.locator("#answer-rewriting")).to_have_text("")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(searched).to_have_value("gloves at the press by night")
    expect(page.locator("#answer-past > li")).to_have_count(1)
    query, history = library.answerer.conversations[2]
    assert query == "gloves at the press by night" and [turn.question for turn in history] == ["gloves"]

    follow(page, "and class D gloves?")
    assert [turn.question for turn in library.answerer.conversations[3][1]] == [
        "gloves",
        "gloves at the press by night",
    ]


def test_a_conversation_outlives_a_reload_and_ends_with_a_button(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    page = new_page()
    search(page, address, ask=True)
    follow(page, "and at night?")
    page.reload()
    expect(page.locator("#answer-past > li")).to_have_count(1)
    expect(page.locator("#answer-question")).to_have_text("and at night?")
    expect(page.get_by_role("textbox", name="Searched for")).to_have_value("gloves and at night?")
    expect(page.locator("#answer-text .cite")).to_have_count(5)
    assert len(library.answerer.asked) == 2
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#answer")).to_be_hidden()
    expect(page.locator("#q")).to_be_focused()
    search(page, address, "lockout", ask=True)
    expect(page.locator("#answer-past > li")).to_have_count(0)
    assert library.answerer.conversations[-1] == ("", ())


def test_each_turn_keeps_its_sources_and_can_be_copied(new_page: NewPage, address: str) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    search(page, address, ask=True)
    follow(page, "and at night?")
    turn = page.locator("#answer-past > li")
    expect(turn.locator(".told .cite")).to_have_count(5)
    titles = turn.locator(".source-title")
    expect(titles).to_have_text(page.locator("#answer-sources .source-title").all_text_contents())
    turn.locator(".cite").first.hover()
    expect(page.locator("#passage")).to_be_visible()
    turn.get_by_role("button", name="Copy with sources").click()
    expect(page.locator("#answer-status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Operators wear cut-resistant gloves") and f"1. {titles.first.text_content()}" in copied
    turn.locator("summary").click()
    expect(turn.locator(".told")).to_be_hidden()
    expect(turn.locator(".asked")).to_be_visible()


def test_another_model_answers_again_and_is_remembered(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address, ask=True)
    models = page.get_by_role("combobox", name="Language model")
    answering = f"scripted:latest (in place of {library.settings.language_model.name})"
    expect(models.locator("option")).to_have_text([answering, "another:1b"])
    with page.expect_response("**/api/ask"):
        models.select_option("another:1b")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert [asked[3] for asked in library.answerer.asked] == [None, "another:1b"]
    page.reload()
    expect(models).to_have_value("another:1b")


def test_what_a_follow_up_asks_stands_in_the_language_of_the_interface(new_page: NewPage, address: str) -> None:
    page = new_page()
    search(page, f"{address}/?lang=zh", ask=True)
    page.get_by_role("textbox", name="继续追问").fill("那 gloves 呢？")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="实际搜索")).to_have_value("gloves 那 gloves 呢？")
    expect(page.locator("#answer-rewriting")).to_have_text("由前后问题合并而成")


def test_a_stopped_follow_up_leaves_the_conversation_usable(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    search(page, address, ask=True)
    library.answerer.gate.clear()
    page.get_by_role("textbox", name="Ask a follow-up question").fill("and at night?")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-status")).to_have_text("Reading 4 passages…")
    page.keyboard.press("Escape")
    expect(page.locator("#answer-status")).to_have_text("Stopped")
    library.answerer.gate.set()
    follow(page, "and gloves by day?")
    expect(page.locator("#answer-past > li")).to_have_count(1)
