"""Hostile words in every place that a page shows, opened in real Chromium: no script runs and nothing is asked for."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from searchapp.model import Sentence, Support
from tests.web.browsing import NewPage, Serve, search
from tests.web.stand_in import StandIn, hit

PAYLOADS = [
    "<script>window.owned=1</script>",
    "<img src=x onerror=window.owned=1>",
    "<svg onload=window.owned=1>",
    "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
    '"><script>window.owned=1</script>',
    "'-window.owned=1-'",
    "{{constructor.constructor('window.owned=1')()}}",
    "javascript:window.owned=1",
    "[click](javascript:window.owned=1) ![x](https://evil.example/pixel.png)",
    "</title><script>window.owned=1</script>",
    "<a href='javascript:window.owned=1'>bolts</a>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=window.owned=1>",
]
ATTACK = " ".join(PAYLOADS)
MARKDOWN = f"# bolts\n\n{ATTACK}\n\n[link](javascript:window.owned=1) <b onclick=window.owned=1>x</b>\n"
HTML = f"<!doctype html><title>bolts</title><body onload='window.owned=1'><h1>bolts</h1>{ATTACK}"
SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='window.owned=1'><script>window.owned=1</script></svg>"


@pytest.fixture
def hostile(app: StandIn) -> StandIn:
    for number, (kind, original) in enumerate([("markdown", MARKDOWN), ("html", HTML), ("text", SVG)]):
        app.add(
            hit(
                f"attack{number}",
                f"bolts {ATTACK}",
                title=f"bolts {ATTACK}",
                source=f"/srv/{ATTACK}.md",
                type=kind,
                headings=(ATTACK, ATTACK),
                tags=(ATTACK, PAYLOADS[1]),
                fields={"author": (ATTACK,)},
                language="en",
                highlights=(f"\ue000bolts\ue001 {ATTACK}",),
            ),
            original=original.encode(),
            error=ATTACK,
            note=ATTACK,
            tags=(ATTACK,),
        )
    app.answerer.sentences = [
        Sentence(f"The bolts {payload} hold [1].", (1,), Support.SUPPORTED) for payload in PAYLOADS
    ]
    return app


def nothing_ran(page: Page) -> None:
    assert page.evaluate("window.owned") is None
    assert (
        page.locator("main script, main iframe, main object, main [onerror], main [onload], main [onclick]").count()
        == 0
    )
    assert page.locator("a[href^='javascript:' i]").count() == 0


def test_no_script_of_a_document_or_a_model_runs(new_page: NewPage, served: Serve, hostile: StandIn) -> None:
    address = served(hostile)
    page = new_page()
    elsewhere: list[str] = []
    dialogs: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((address, "data:", "about:")):
            elsewhere.append(request.url)

    page.context.on("request", note)
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    search(page, address, "bolts", ask=True)
    expect(page.locator(".hit")).to_have_count(3)
    expect(page.locator("#answer-text")).to_contain_text("window.owned=1")
    nothing_ran(page)
    for link in page.locator(".hit .title").all():
        link.hover()
    nothing_ran(page)
    page.goto(f"{address}/documents")
    expect(page.locator("#entries tr")).to_have_count(3)
    nothing_ran(page)
    assert elsewhere == [] and dialogs == []


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_script_of_an_original_runs(browser: Browser, served: Serve, hostile: StandIn, number: int) -> None:
    address = served(hostile)
    context = browser.new_context()  # Chromium's console tells what was stopped, which new_page takes for an error
    try:
        opened = context.new_page()
        asked: list[str] = []
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(f"{address}/documents/attack{number}/file")
        opened.wait_for_load_state("load")
        assert opened.evaluate("window.owned") is None
        assert [url for url in asked if "evil.example" in url] == []
        # In an origin of its own it reads none of ours either.
        if number == 1:
            assert opened.evaluate("self.origin") == "null"
    finally:
        context.close()


@pytest.mark.parametrize("number", [0, 1])
def test_no_script_runs_in_the_viewer(new_page: NewPage, served: Serve, hostile: StandIn, number: int) -> None:
    hostile.searcher.hits = [dataclasses.replace(one, text="bolts", highlights=()) for one in hostile.searcher.hits]
    page = new_page()
    page.goto(f"{served(hostile)}/?q=bolts&open=attack{number}&passage=attack{number}-0")
    expect(page.get_by_role("complementary")).to_contain_text("bolts")
    page.wait_for_load_state("networkidle")
    nothing_ran(page)
    assert page.evaluate("document.querySelectorAll('aside script, aside iframe:not([sandbox])').length") == 0
