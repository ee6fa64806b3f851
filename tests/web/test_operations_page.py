"""The operator's page in a real browser, over the real server and over the embedded store."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from searchapp.audit import Actor, Outcome, What
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
    expect(page.locator("#store")).to_contain_text("Elasticsearch")
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


def test_the_embedded_store_on_a_phone(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url=NOBODY))
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    list(application.ingester.ingest([str(torn)]))
    page = new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{served(application)}/operations")
    expect(page.locator("#store")).to_have_text("Embedded store")
    expect(page.locator("#queue")).to_contain_text("Failed")
    expect(page.get_by_role("button", name="Reindex")).to_have_count(0)
    expect(page.locator("#findings li").first).to_be_visible(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Retry failed").click()
    page.get_by_role("dialog").get_by_role("button", name="Begin").click()
    expect(page.locator("#history")).to_contain_text("1 documents are queued again.")


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
    page.goto(f"{address}/operations")
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
    chinese.goto(f"{address}/operations")
    expect(chinese.locator("#audit tbody tr").first).to_contain_text("登录失败")
    chinese.get_by_role("combobox", name="结果").select_option(label="完成")
    expect(chinese.locator("#audit tbody tr").first).to_contain_text("分组：hr")
    assert chinese.evaluate("document.documentElement.scrollWidth <= innerWidth")
