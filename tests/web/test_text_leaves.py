"""The search page says that text leaves the machine to be embedded, and keeps silent where it does not."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn

REMOTE = {"embedding_model": "openai:text-embedding-3-small", "embedding_price": 0.02}


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en-US",
            "leaves this machine: it is sent to api.openai.com to be embedded. A million tokens cost 0.02 there.",
        ),
        ("zh-CN", "文档和查询的文本会离开本机：发送到 api.openai.com 计算嵌入。那里每百万词元收费 0.02。"),
    ],
)
def test_the_page_says_where_text_goes(
    new_page: NewPage, served: Serve, tmp_path: Path, locale: str, words: str
) -> None:
    page = new_page(locale=locale)
    page.goto(served(StandIn(tmp_path, **REMOTE)))
    expect(page.locator("[data-leaves]")).to_be_visible()
    expect(page.locator("[data-leaves]")).to_contain_text(words)


@pytest.mark.parametrize(
    "settings", [{}, {**REMOTE, "openai_base_url": "http://localhost:8000/v1"}, {"openai_api_key": "sk-unused"}]
)
def test_it_is_silent_where_nothing_leaves(
    new_page: NewPage, served: Serve, tmp_path: Path, settings: dict[str, object]
) -> None:
    page = new_page()
    page.goto(served(StandIn(tmp_path, **settings)))
    expect(page.locator("#home")).to_be_visible()
    expect(page.locator("[data-leaves]")).to_have_count(0)
