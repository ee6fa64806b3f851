"""Quality on the operator's page in a real browser: judged queries over time, and what readers did not find."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from searchapp.missed import Found
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.test_judged_runs import run
from tests.web.browsing import NewPage, Serve
from tests.web.samples import fill
from tests.web.stand_in import StandIn
from tests.web.test_missed import before


@pytest.fixture
def app(tmp_path: Path) -> StandIn:
    app = StandIn(tmp_path, missed_queries=True)
    fill(app)
    return app


@pytest.fixture
def real(tmp_path: Path) -> Application:
    """The operator's page asks for all parts of an application."""
    settings = Settings(
        data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9", missed_queries=True
    )
    return Application(settings)


def test_judged_queries_are_drawn_and_listed(new_page: NewPage, served: Serve, real: Application) -> None:
    address = served(real)
    page = new_page()
    page.goto(f"{address}/operations")
    expect(page.locator("#judged-note")).to_contain_text("No judged query was asked yet")
    expect(page.locator("#judged-chart")).to_be_hidden()
    for number, (value, index) in enumerate([(0.81, "v1"), (0.82, "v1"), (0.66, "v2")]):
        real.judged_runs.remember(run(24 * number, ndcg_at_10=value, index=index))
    real.judged_runs.remember(run(96, "/srv/judged.tsv", ndcg_at_10=0.4, least=0.0))
    page.reload()
    page.locator("#judged-target").select_option("Thumbs of the page")
    chart = page.get_by_role("img", name="nDCG@10 of Thumbs of the page: 3 runs")
    expect(chart).to_be_visible()
    expect(chart).to_have_accessible_name(re.compile(r"the latest 0\.660, the lowest 0\.660, the highest 0\.820"))
    expect(chart.locator(".point")).to_have_count(3)
    expect(chart.locator(".point.low")).to_have_count(1)
    expect(chart.locator(".mark")).to_have_count(1)
    expect(chart.locator(".mark-text")).to_have_text("new: index")
    expect(chart.locator(".floor-text")).to_have_text("warned below 0.7")
    page.get_by_text("All runs as a table").click()
    rows = page.locator("#judged-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("0.660")
    expect(rows.first).to_contain_text("index")
    page.locator("#judged-target").select_option("/srv/judged.tsv")
    expect(page.locator("#judged-chart .point")).to_have_count(1)
    expect(page.locator("#judged-chart .floor")).to_have_count(0)


def test_on_a_phone_in_chinese_the_drawing_fits(new_page: NewPage, served: Serve, real: Application) -> None:
    for number in range(30):
        real.judged_runs.remember(run(24 * number, ndcg_at_10=0.5 + number / 100, model=f"m{number // 7}"))
    page = new_page(viewport={"width": 390, "height": 844}, locale="zh-CN", color_scheme="dark")
    page.goto(f"{served(real)}/operations")
    expect(page.get_by_role("img", name="页面上的赞与踩 的 nDCG@10")).to_be_visible()
    expect(page.locator("#judged-chart .point")).to_have_count(30)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ends = page.evaluate(
        "[...document.querySelectorAll('#judged-chart text')].every((one) => { const box = one.getBoundingClientRect();"
        "const own = document.querySelector('#judged-chart').getBoundingClientRect();"
        "return box.left >= own.left - 1 && box.right <= own.right + 1; })"
    )
    assert ends


def test_what_is_typed_counts_when_it_is_sent_off_alone(new_page: NewPage, served: Serve, app: StandIn) -> None:
    page = new_page()
    page.goto(served(app))
    page.locator("#q").press_sequentially("zeppelin hangar", delay=20)
    expect(page.locator("#nothing")).to_contain_text("Nothing found for “zeppelin hangar”")
    expect(page.locator("#nothing")).to_contain_text("is counted for those who care for the documents")
    assert app.missed.page().rare == 0
    with page.expect_response("**/api/searches/missed") as answer:
        page.locator("#q").press("Enter")
    assert answer.value.status == 204 and answer.value.request.post_data_json == {
        "query": "zeppelin hangar",
        "found": "nothing",
    }
    assert app.missed.page().rare == 1
    page.fill("#q", "gloves")
    with page.expect_response("**/api/searches/recent"):
        page.locator("#q").press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    page.fill("#q", "yacht")
    with page.expect_response("**/api/searches/missed") as answer:  # the first since: nothing was told of gloves
        page.locator("#q").press("Enter")
    assert answer.value.request.post_data_json["query"] == "yacht"
    app.searcher.hits = [dataclasses.replace(one, weak=True) for one in app.searcher.hits]
    page.fill("#q", "cut gloves")
    with page.expect_response("**/api/searches/missed") as answer:
        page.locator("#q").press("Enter")
    assert answer.value.request.post_data_json == {"query": "cut gloves", "found": "weak"}


def test_who_has_no_searches_remembered_tells_nothing_and_is_told_nothing(
    new_page: NewPage, served: Serve, app: StandIn
) -> None:
    address = served(app)
    page = new_page()
    page.goto(f"{address}/settings")
    expect(page.get_by_text("What you do not find is not counted either then.")).to_be_visible()
    with page.expect_response("**/api/preferences"):
        page.get_by_role("checkbox", name="Remember what I searched for").uncheck()
    page.goto(address)
    told: list[str] = []
    page.on("request", lambda request: told.append(request.url) if request.method == "POST" else None)
    page.fill("#q", "zeppelin hangar")
    page.locator("#q").press("Enter")
    expect(page.locator("#nothing")).to_contain_text("Nothing found for “zeppelin hangar”")
    expect(page.locator("#nothing")).not_to_contain_text("is counted")
    page.fill("#q", "gloves")
    page.locator("#q").press("Enter")
    expect(page.locator(".hit").first).to_be_visible()
    assert told == [] and app.missed.page().rare == 0


def test_operators_see_what_was_missed_search_it_and_clear_it(
    new_page: NewPage, served: Serve, real: Application
) -> None:
    address = served(real)
    page = new_page()
    page.goto(f"{address}/operations")
    expect(page.locator("#missed-note")).to_have_text("No search was missed on 2 days or more.")
    expect(page.get_by_role("button", name="Clear", exact=True)).to_be_hidden()
    for query in ("zeppelin hangar", *(f"yacht w{number}" for number in range(20))):
        before(real, query)
        real.missed.count(query, Found.WEAK)
    real.missed.count("zeppelin hangars", Found.NOTHING)
    real.missed.count("seen once", Found.NOTHING)
    page.reload()
    rows = page.locator("#missed tbody tr")
    expect(rows).to_have_count(20)
    expect(rows.first.locator("td").nth(0)).to_have_text("zeppelin hangar")
    expect(rows.first.locator("td").nth(1)).to_have_text("2")
    expect(rows.first.locator("td").nth(2)).to_have_text("1")
    expect(page.locator("#missed-note")).to_have_text("1 search of one day alone is not shown.")
    page.locator("#missed-after").click()
    expect(rows).to_have_count(1)
    page.locator("#missed-before").click()
    expect(rows).to_have_count(20)
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("dialog", name="Forget all of it?").get_by_role("button", name="Cancel").click()
    expect(rows).to_have_count(20)
    rows.first.get_by_role("link", name="Search for it: zeppelin hangar").click()
    expect(page.locator("#q")).to_have_value("zeppelin hangar")
    page.go_back()
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("dialog", name="Forget all of it?").get_by_role("button", name="Forget it").click()
    expect(page.locator("#missed-note")).to_have_text("No search was missed on 2 days or more.")
    expect(rows).to_have_count(0)
    assert real.missed.page().rare == 0
