"""What reads as a question is answered on Enter; all else is searched for, at once."""

import re

from playwright.sync_api import expect

from searchapp.web.static_files import version
from tests.web.browsing import NewPage, titles
from tests.web.stand_in import StandIn

QUESTIONS = [
    "how are backups made",
    "what does the warranty cover",
    "What’s the price of a child's ticket?",
    "who may enter the cell",
    "is the museum open on Mondays",
    "does the hut take dogs",
    "can I bring a dog",
    "please explain the lockout procedure",
    "And which glove is for hot parts",
    "summarise the audit of 2023",
    "opening hours today?",
    "怎么更换手套",
    "手套多久更换一次",
    "为什么要挂牌上锁",
    "可以带狗进小屋吗",
    "周一是否开放",
    "請總結2023年的審計",
    "博物馆几点开门",
    "开放时间？",
]
SEARCHES = [
    "gloves",
    "lockout procedure PPR-9087",
    '"what does it say"',
    "press?",
    "can opener manual",
    "may 2024 report",
    "list of suppliers",
    "Will Smith",
    "how-to guide",
    "whatever works",
    "do not enter",
    "how to",
    "手套",
    "安全手册",
    "哪吒",
    "几何学教材",
    "",
]


def test_questions_are_told_from_searches(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(address)
    told = page.evaluate(
        f"async (texts) => texts.filter((await import('/static/{version()}/question.js')).readsAsQuestion)",
        QUESTIONS + SEARCHES,
    )
    assert told == QUESTIONS


def test_enter_searches_at_once_and_ask_answers(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    page.goto(address)
    page.keyboard.type("gloves")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=gloves$"), timeout=200)  # without the pause of typing
    expect(titles(page)).to_have_count(4)
    assert library.answerer.asked == []
    page.get_by_role("button", name="Ask", exact=True).dblclick()
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert [question for question, *_ in library.answerer.asked] == ["gloves"]


def test_a_question_is_answered_on_enter(new_page: NewPage, address: str, library: StandIn) -> None:
    page = new_page()
    page.goto(address)
    page.keyboard.type("when are gloves replaced")
    page.keyboard.press("Enter")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    assert [question for question, *_ in library.answerer.asked] == ["when are gloves replaced"]
    expect(page.get_by_role("heading", name="Results (4 documents)")).to_be_visible()
