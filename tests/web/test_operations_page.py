"""The operator's page in a real browser, over the real server and over the embedded store."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from searchapp.audit import Actor, Outcome, What
from searchapp.audit import Wanted as WantedRecords
from searchapp.doctor import History
from searchapp.findings import Finding, Severity
from searchapp.schedules import Every, Run, RunOutcome, ScheduleKind, TimeOfDay, Wanted
from searchapp.schedules.book import Kept, utc_now
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.web.browsing import NewPage, Serve

NOBODY = "http://127.0.0.1:9"


@pytest.mark.slow
def test_a_reindex_from_the_page_outlives_it_and_is_rolled_back(
    new_page: NewPage, served: Serve, clustered: Application
) -> None:
    address = served(clustered)
    page = new_page()
    page.goto(address)
    page.get_by_role("link", name="Operations").click()
    expect(page.locator("#vitals")).to_contain_text("Elasticsearch")
    expect(page.locator("#versions tbody tr")).to_have_count(1)
    expect(page.locator("#versions")).to_contain_text("hashed:64")
    expect(page.locator("#findings")).to_contain_text("Ollama does not answer", timeout=60_000)

    page.get_by_role("button", name="Reindex").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Build the next version of the index?")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#history")).to_contain_text("Nothing was started")

    page.get_by_role("button", name="Reindex").click()
    dialog.get_by_label("Model of the next version").fill("hashed:128")
    dialog.get_by_label("Most passages a second").fill("40")
    dialog.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("status").filter(has_text="Reindex:")).to_be_visible()
    page.close()  # nobody looks any more

    page = new_page(locale="zh-CN", color_scheme="dark")
    page.goto(f"{address}/operations")
    expect(page.locator("#history .state")).to_have_text(["完成"], timeout=120_000)
    expect(page.locator("#versions tbody .state")).to_have_text(["可回滚", "检索中"])
    page.get_by_role("button", name="回滚").click()
    page.get_by_role("dialog").get_by_role("button", name="开始").click()
    expect(page.locator("#versions tbody .state")).to_have_text(["检索中", "可回滚"], timeout=60_000)
    expect(page.locator("#history .state")).to_have_text(["完成", "完成"])
    page.locator(".toast").get_by_role("button", name="撤销").click()
    expect(page.locator("#versions tbody .state")).to_have_text(["可回滚", "检索中"], timeout=60_000)


def test_the_embedded_store_on_a_phone(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url=NOBODY))
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    list(application.ingester.ingest([str(torn)]))
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{served(application)}/operations")
    expect(page.locator("#vitals")).to_contain_text("Embedded store")
    expect(page.locator("#queue")).to_contain_text("Failed")
    expect(page.get_by_role("button", name="Reindex")).to_have_count(0)
    expect(page.locator("#findings li").first).to_be_visible(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Retry failed").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    expect(page.locator("#history")).to_contain_text("1 documents are queued again.")


@pytest.fixture
def embedded(tmp_path: Path) -> Application:
    return Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", ollama_url=NOBODY))


def looked(page: Page) -> None:
    """Until the doctor has looked, too."""
    expect(page.locator("#findings time")).to_be_visible(timeout=60_000)


def test_what_others_do_is_shown_without_a_reload_and_the_focus_stays(
    new_page: NewPage, served: Serve, embedded: Application, tmp_path: Path
) -> None:
    (tmp_path / "note.md").write_text("# Note\n\nNine bar.", "utf-8")
    list(embedded.ingester.ingest([str(tmp_path / "note.md")]))
    for kind in (ScheduleKind.DOCTOR, ScheduleKind.JUDGED):
        embedded.schedules.add(Wanted(kind, "thumbs" if kind is ScheduleKind.JUDGED else "", Every.DAY), "ada")
    page = new_page()
    page.goto(f"{served(embedded)}/operations")
    looked(page)
    expect(page.locator("#quality")).to_contain_text("Not run yet")
    page.evaluate("window.isTheSamePage = true")
    page.locator("#findings summary").click()
    pause = page.get_by_role("button", name="Pause the queue")
    pause.focus()
    embedded.audit.write(What.UPLOAD, Actor("ada", "10.0.0.7"), Outcome.DONE, "Handbook")
    figures = {"ndcg@10": 0.4321, "queries": 7}
    ran = Run(utc_now(), utc_now(), RunOutcome.WARNED, "", figures)

    def having(kept: Kept) -> Kept:
        changed = (dataclasses.replace(one, last=ran, least=0.5) for one in kept.schedules)
        return dataclasses.replace(kept, schedules=tuple(changed))

    embedded.schedules.change_kept(having)
    expect(page.locator("#records")).to_contain_text("Handbook", timeout=60_000)
    expect(page.locator("#quality")).to_contain_text("0.432 floor 0.500", timeout=60_000)
    expect(page.locator("#wants")).to_contain_text("schedules", timeout=60_000)
    expect(pause).to_be_focused()
    expect(page.locator("#findings details")).to_have_attribute("open", "")
    assert page.evaluate("window.isTheSamePage")


def test_what_the_doctor_found_new_and_gone_is_shown_on_request(
    new_page: NewPage, served: Serve, embedded: Application
) -> None:
    page = new_page()
    page.goto(f"{served(embedded)}/operations")
    looked(page)
    full = Finding("disk", Severity.WARNING, "disk_low", "3 GB are free.")
    embedded.settings.data_dir.mkdir(exist_ok=True)  # of an installation that has not begun nothing is kept
    for found in ([], [("disk", full)], []):
        History(embedded.settings).note(found, ["disk"])
    expect(page.locator("#changed")).to_be_empty()
    page.get_by_text("What changed lately").click()
    expect(page.locator("#changed li")).to_have_count(2)
    expect(page.locator("#changed li").first).to_contain_text("gone")
    expect(page.locator("#changed li").last).to_contain_text("3 GB are free.")


def test_a_paused_queue_and_a_removed_schedule_are_taken_back(
    new_page: NewPage, served: Serve, embedded: Application
) -> None:
    at = TimeOfDay("03:00", zone="Europe/Berlin")
    embedded.schedules.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY, at=at), "ada")
    page = new_page()
    page.goto(f"{served(embedded)}/operations")
    page.get_by_role("button", name="Pause the queue").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause the queue").click()
    expect(page.locator("#paused")).to_be_visible()
    page.locator(".toast").filter(has_text="The queue is paused.").get_by_role("button", name="Undo").click()
    expect(page.locator("#paused")).to_be_hidden()
    assert embedded.store.pause() is None
    list_ = page.locator("#schedules")
    expect(list_).to_contain_text("at 03:00 Europe/Berlin")
    list_.get_by_role("button", name="Remove").click()
    expect(list_).to_contain_text("Nothing is scheduled yet.")
    page.locator(".toast").filter(has_text="is removed").get_by_role("button", name="Undo").click()
    expect(list_).to_contain_text("at 03:00 Europe/Berlin")
    (again,) = embedded.schedules.all()
    assert (again.kind, again.every, again.at) == (ScheduleKind.DOCTOR, Every.DAY, at)
    changes = [one.what for one in embedded.audit.page(WantedRecords(), 10).records]
    assert changes[:2] == [What.SCHEDULE_ADDED, What.SCHEDULE_REMOVED] and What.QUEUE_RESUMED in changes


def test_a_schedule_gets_another_time_while_the_list_is_drawn_anew(
    new_page: NewPage, served: Serve, embedded: Application
) -> None:
    before = TimeOfDay("03:00", zone="Europe/Berlin")
    embedded.schedules.add(Wanted(ScheduleKind.DOCTOR, "", Every.WEEK, at=before), "ada")
    (once,) = embedded.schedules.all()
    page = new_page(tolerated="400")
    page.goto(f"{served(embedded)}/operations")
    list_, dialog = page.locator("#schedules"), page.get_by_role("dialog")

    list_.get_by_role("button", name="Change the time").click()
    expect(dialog.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    dialog.get_by_label("At (time of day)").fill("04:30")
    embedded.schedules.add(Wanted(ScheduleKind.JUDGED, "thumbs", Every.HOUR), "ben")  # which draws the list anew
    expect(list_.locator("li")).to_have_count(2, timeout=30_000)
    expect(list_.get_by_role("button", name="Change the time")).to_have_count(1)  # what is done every hour has none
    dialog.get_by_label("Time zone").fill("Nowhere/None")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nowhere/None")
    assert embedded.schedules.get(once.id).at == once.at
    dialog.get_by_label("Time zone").fill("Asia/Shanghai")
    dialog.get_by_role("combobox", name="On").select_option("Fri")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    expect(list_).to_contain_text("at Fri 04:30 Asia/Shanghai")
    page.locator(".toast").filter(has_text="is changed").get_by_role("button", name="Undo").click()
    expect(list_).to_contain_text("03:00 Europe/Berlin")
    assert embedded.schedules.get(once.id).at == once.at

    list_.get_by_role("button", name="Change the time").click()
    dialog.get_by_label("At (time of day)").fill("")
    dialog.get_by_role("button", name="Save").click()
    expect(list_).not_to_contain_text("03:00")
    assert embedded.schedules.get(once.id).at is None


def test_an_empty_installation_says_what_there_is_not(new_page: NewPage, served: Serve, embedded: Application) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(f"{served(embedded)}/operations")
    looked(page)
    for place, words in {
        "#trouble": "There is no index yet.",
        "#workers": "No documents yet.",
        "#schedules": "Nothing is scheduled yet.",
        "#records": "Nothing is recorded yet.",
        "#history": "Nothing was started",
        "#quality": "Not watched",
    }.items():
        expect(page.locator(place)).to_contain_text(words)
    expect(page.locator("#snapshots-panel")).to_be_hidden()  # there is no Elasticsearch
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_server_that_is_away_is_said_and_found_again(new_page: NewPage, served: Serve, embedded: Application) -> None:
    page = new_page(tolerated="ERR_")
    page.goto(f"{served(embedded)}/operations")
    looked(page)
    page.context.set_offline(True)
    expect(page.locator("#away")).to_contain_text("What stands here is from before", timeout=60_000)
    expect(page.locator("#vitals")).to_contain_text("Embedded store")
    page.context.set_offline(False)
    expect(page.locator("#away")).to_be_hidden(timeout=60_000)


def test_nothing_is_asked_while_nobody_looks(new_page: NewPage, served: Serve, embedded: Application) -> None:
    page = new_page()
    page.clock.install()
    page.goto(f"{served(embedded)}/operations")
    looked(page)
    hide = "Object.defineProperty(document, 'hidden', {value: %s, configurable: true}); "
    hide += "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(hide % "true")
    embedded.audit.write(What.UPLOAD, Actor("ada", "10.0.0.7"), Outcome.DONE, "Handbook")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.fast_forward("10:00")
    assert asked == []
    page.evaluate(hide % "false")
    expect(page.locator("#records")).to_contain_text("Handbook", timeout=60_000)
    assert asked


def test_the_queue_is_paused_on_one_page_and_resumed_on_another(
    new_page: NewPage, served: Serve, tmp_path: Path
) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url=NOBODY))
    address = served(application)
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/operations")
    expect(page.locator("#paused")).to_be_hidden()
    page.get_by_role("button", name="Pause the queue").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("nothing new is read, for anybody")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.locator("#paused")).to_be_hidden()
    page.get_by_role("button", name="Pause the queue").click()
    dialog.get_by_role("button", name="Pause the queue").click()
    expect(page.locator("#paused")).to_contain_text("by local. What is in hand is finished; nothing new is begun.")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    (tmp_path / "note.md").write_text("# Note\n\nNine bar.", "utf-8")
    page.goto(f"{address}/documents")
    page.set_input_files("#files", [tmp_path / "note.md"])
    expect(page.locator("#entries .state")).to_have_text(["Waiting"])
    expect(page.get_by_role("alert")).to_contain_text("The queue is paused since")

    chinese = new_page(locale="zh-CN")
    chinese.goto(f"{address}/documents")
    expect(chinese.get_by_role("alert")).to_contain_text("起暂停，不再读取新文档。")
    chinese.goto(f"{address}/operations")
    expect(chinese.locator("#paused")).to_contain_text("local 于")
    expect(chinese.locator("#findings")).to_contain_text("暂停了队列：不再开始新的文档。", timeout=60_000)
    chinese.get_by_role("button", name="恢复队列").click()
    expect(chinese.locator("#paused")).to_be_hidden()
    expect(chinese.get_by_role("button", name="暂停队列")).to_be_visible()
    expect(page.locator("#entries .state")).to_have_text(["Ready"], timeout=30_000)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_the_audit_log_is_filtered_and_paged_in_both_languages(
    new_page: NewPage, served: Serve, tmp_path: Path
) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url=NOBODY))
    address = served(application)
    page = new_page()
    page.goto(f"{address}/operations/audit")
    expect(page.locator("#audit-note")).to_have_text("Nothing is recorded yet.")
    for number in range(30):
        by = Actor(f"user{number}", "10.0.0.7")
        application.audit.write(What.UPLOAD, by, Outcome.DONE, f"Handbook {number}", groups=("hr",), size=number)
    application.audit.write(What.LOGIN_FAILED, Actor("", "10.0.0.9"), Outcome.REFUSED, error="password_wrong")
    page.locator("#audit-again").click()
    rows = page.locator("#audit tbody tr")
    expect(rows).to_have_count(25)
    expect(rows.first).to_contain_text("Failed login")
    expect(rows.first).to_contain_text("password_wrong")
    expect(rows.nth(1)).to_contain_text("groups hr")
    page.get_by_role("button", name="Older").click()
    expect(rows).to_have_count(6)
    page.get_by_role("button", name="Newer").click()
    expect(rows).to_have_count(25)
    filters = page.locator("#audit-filters")
    filters.get_by_label("Who").fill("user7")
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    rows.get_by_text("Details").click()
    expect(rows.locator("pre")).to_contain_text('"size": 7')
    filters.get_by_role("combobox", name="What").select_option(label="Login")
    expect(page.locator("#audit-note")).to_have_text("No such records.")

    chinese = new_page(locale="zh-CN", viewport={"width": 390, "height": 844})
    chinese.goto(f"{address}/operations/audit")
    expect(chinese.locator("#audit tbody tr").first).to_contain_text("登录失败")
    chinese.get_by_role("combobox", name="结果").select_option(label="完成")
    expect(chinese.locator("#audit tbody tr").first).to_contain_text("分组：hr")
    assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
