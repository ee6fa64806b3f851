"""Answers in Markdown in a real browser: what is drawn, what never is, and what is seen while it is written."""

import itertools
import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.browsing import NewPage
from tests.web.stand_in import StandIn
from tests.web.written import writing

MARKDOWN = """## Gloves at the press

Operators wear **cut-resistant gloves** of *class D* or higher while the press is open [1]. Use `max_map_count`, 2*3 and ~~no~~ more.

- Gloves are replaced after any visible damage [1]
  - at the latest after **six months** [1]
  - leather is no substitute
- Hands are protected
1. Lock the main switch [4].
2. Hang your personal tag on it [4].

| Press | Gloves | Size |
|:------|:------:|-----:|
| 1 | class D [1] | 10 |
| 3 | **only** size 9 [3] | 9 |

> The lock stays in place until the last person has left the cell [4].

```python
def wear(gloves):
    return "**not bold** [1]"
```

---

See [the manual](https://evil.example/steal?x=1), ![a picture](https://evil.example/p.png), <https://evil.example/> and [bad](javascript:alert(1)). <img src=x onerror=alert(1)> stays text.
"""

RECORD = """
addEventListener("DOMContentLoaded", () => {
  const text = document.getElementById("answer-text");
  window.seen = [];
  new MutationObserver(() => window.seen.push({
    words: text.innerText, blocks: [...text.children].map((one) => one.localName),
    code: [...text.querySelectorAll("pre")].map((one) => one.innerText).join(""),
  })).observe(text, { childList: true, subtree: true, characterData: true });
});
"""


def asked(page: Page, address: str, query: str = "gloves") -> None:
    page.goto(f"{address}/?q={query}&ask=1")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=20_000)


def test_markdown_is_drawn_and_nothing_of_it_is_a_link_or_markup(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    writing(library, MARKDOWN)
    page = new_page()
    asked(page, address)
    text = page.locator("#answer-text")
    expect(text.locator("> h3")).to_have_text("Gloves at the press")
    expect(text.locator("strong").first).to_have_text("cut-resistant gloves")
    expect(text.locator("em").first).to_have_text("class D")
    expect(text.locator("p code")).to_have_text("max_map_count")
    expect(text.locator("del")).to_have_text("no")
    expect(text.locator("> ul > li > ul > li")).to_have_count(2)
    expect(text.locator("> ol > li")).to_have_count(2)
    expect(text.locator("thead th")).to_have_text(["Press", "Gloves", "Size"])
    expect(text.locator("tbody tr")).to_have_count(2)
    expect(text.locator("tbody .cite")).to_have_text(["1", "3"])
    expect(text.locator("blockquote .cite")).to_have_text("4")
    expect(text.locator("pre")).to_have_text('def wear(gloves):\n    return "**not bold** [1]"')
    expect(text.locator("hr")).to_have_count(1)
    expect(text.locator("img, script, a:not(.cite)")).to_have_count(0)
    expect(text.locator("> p").last).to_contain_text("See the manual, a picture, https://evil.example/ and bad")
    expect(text.locator("> p").last).to_contain_text("<img src=x onerror=alert(1)> stays text.")
    shown = re.sub(r"def wear.*?\[1\]\"", "", text.inner_text(), flags=re.DOTALL)
    assert not re.search(r"\*\*|\[\d|```|\||^#|~~|\]\(", shown), shown


@pytest.mark.parametrize("size", [1, 5])
def test_while_it_is_written_no_mark_is_seen_and_no_block_changes_its_kind(
    new_page: NewPage, address: str, library: StandIn, size: int
) -> None:
    answerer = writing(library, MARKDOWN.partition("---\n\nSee")[0])
    answerer.size, answerer.pause = size, 0.004 * size
    page = new_page()
    page.add_init_script(RECORD)
    asked(page, address)
    seen = page.evaluate("seen")
    assert len(seen) > 20
    for one in seen:
        words = one["words"].replace(one["code"], "") if one["code"] else one["words"]
        assert not re.search(r"\*\*|\[\d|\[$|`|\||^#|~~|^>", words, re.MULTILINE), words[-200:]
    for before, after in itertools.pairwise(seen):
        assert before["blocks"] == after["blocks"][: len(before["blocks"])], (before["blocks"], after["blocks"])


def test_a_chip_in_focus_stays_in_focus_while_the_answer_grows(
    new_page: NewPage, address: str, library: StandIn
) -> None:
    answerer = writing(library, "Operators wear cut-resistant gloves of class D [1]. " + "And more is said here. " * 60)
    answerer.pause = 0.005
    page = new_page()
    page.goto(f"{address}/?q=gloves&ask=1")
    chip = page.locator("#answer-text .cite").first
    chip.focus()
    expect(page.locator("#passage")).to_be_visible()
    page.evaluate("window.chip = document.activeElement")
    expect(page.locator("#answer")).to_have_attribute("data-state", "done", timeout=20_000)
    assert page.evaluate("window.chip === document.activeElement && window.chip.isConnected")
    expect(page.locator("#passage")).to_be_visible()


def test_quotes_are_shown_as_they_stand(new_page: NewPage, address: str, library: StandIn) -> None:
    answerer = writing(library, "# of items: 5 * 3 * 2 are worn | by all [1].\n1. Gloves [1]")
    answerer.changes = {"extractive": True, "model": "", "answer": "# of items: 5 * 3 * 2 [1]\n1. Gloves [1]"}
    page = new_page()
    asked(page, address)
    expect(page.locator("#answer-text > p")).to_have_text(["# of items: 5 * 3 * 2 1", "1. Gloves 1"])
    expect(page.locator("#answer-text .cite")).to_have_count(2)
