"""What the browser tests share."""

import re
from collections.abc import Callable
from typing import TypeAlias

from playwright.sync_api import Locator, Page, expect

Serve: TypeAlias = Callable[[object], str]
NewPage: TypeAlias = Callable[..., Page]


def search(page: Page, address: str, query: str = "gloves", *, ask: bool = False) -> None:
    page.goto(address)
    page.fill("#q", query)
    if ask:
        page.get_by_role("button", name=re.compile("^(Ask|提问)$")).first.click()
        expect(page.locator("#answer")).to_have_attribute("data-state", "done")
    expect(page.locator(".hit").first).to_be_visible()


def titles(page: Page) -> Locator:
    return page.locator(".hit .title")
