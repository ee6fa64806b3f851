"""The page of documents in a real browser."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import expect

from searchapp.model import Space
from searchapp.web import requests
from tests.web.browsing import NewPage
from tests.web.samples import fill_registry
from tests.web.stand_in import StandIn, entry


@pytest.fixture
def documents(app: StandIn, served: Callable[[object], str]) -> str:
    return f"{served(app)}/documents"


def test_each_document_tells_its_state(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    expect(page.locator(".state")).to_have_text(
        ["Reading", "Waiting", "Failed", "Ready", "Given up", "Unchanged", "Waiting"]
    )
    rows = page.locator(".entries li")
    expect(rows.nth(2)).to_contain_text("Remove the password")
    expect(rows.nth(3)).to_contain_text("2 of 4 pages")
    expect(rows.nth(3)).to_contain_text("Pages 3 and 4 hold no text.")
    expect(rows.nth(4)).to_contain_text("3 attempts")
    expect(rows.nth(6)).to_contain_text("with its site, 2 links deep")
    states = page.get_by_role("group", name="State")
    states.get_by_role("button", name="Failed").click()
    expect(rows).to_have_count(1)
    states.get_by_role("button", name="Given up").click()
    expect(page.locator(".state")).to_have_text(["Given up"])
    states.get_by_role("button", name="Ready").click()
    expect(page.locator(".state")).to_have_text(["Ready", "Unchanged"])


def test_what_failed_can_be_tried_again(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    expect(page.get_by_role("button", name="Try again: Minutes 1998")).to_have_count(0)
    page.get_by_role("button", name="Try again: torn").click()
    row = page.locator(".entries li", has_text="torn")
    expect(row.locator(".state")).to_have_text("Ready")
    expect(row).not_to_contain_text("is damaged")


def test_a_site_is_added_with_its_depth(new_page: NewPage, app: StandIn, documents: str) -> None:
    app.ingester.gate.clear()
    page = new_page(locale="zh-CN")
    page.goto(documents)
    page.get_by_label("网址").fill("https://example.org/docs/")
    page.get_by_label("读取网站的范围").select_option("整个网站，2 层链接")
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("#progress")).to_contain_text("网站将逐页读取")
    expect(page.locator(".entries li")).to_contain_text("连同网站，2 层链接")
    assert [one.depth for one in app.store.known.values()] == [2]
    app.ingester.gate.set()
    expect(page.locator(".state")).to_have_text(["就绪"])


def test_files_are_uploaded_and_followed_until_they_are_ready(
    new_page: NewPage, app: StandIn, documents: str, tmp_path: Path
) -> None:
    app.ingester.gate.clear()
    files = [tmp_path / "one.md", tmp_path / "二.txt"]
    for file in files:
        file.write_text("words")
    page = new_page()
    page.goto(documents)
    page.set_input_files("#files", files)
    expect(page.locator("#progress")).to_contain_text("2 documents added")
    expect(page.locator(".state")).to_have_text(["Waiting", "Waiting"])
    app.ingester.gate.set()
    expect(page.locator(".state")).to_have_text(["Ready", "Ready"])  # without a reload
    expect(page.locator(".entries")).to_contain_text("二.txt")


def test_a_folder_gives_what_can_be_read_in_it(new_page: NewPage, app: StandIn, documents: str, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("one.md", "deep/two.md", ".hidden/three.md", "program.exe"):
        (folder / name).write_text(f"# {name}", encoding="utf-8")
    page = new_page()
    page.goto(documents)
    page.set_input_files("#folder", folder)
    expect(page.locator(".entries li")).to_have_count(2)
    for name in ("one.md", "two.md"):
        expect(page.locator(".entries")).to_contain_text(name)


def test_files_can_be_dropped_anywhere(new_page: NewPage, app: StandIn, documents: str) -> None:
    page = new_page()
    page.goto(documents)
    page.evaluate(
        """() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["words"], "dropped.md"));
          for (const name of ["dragover", "drop"]) {
            document.body.dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
          }
        }"""
    )
    expect(page.locator(".entries")).to_contain_text("dropped.md")
    expect(page.locator("#drop")).to_be_hidden()


def test_one_file_that_is_refused_does_not_keep_the_others_back(
    new_page: NewPage, app: StandIn, documents: str
) -> None:
    page = new_page()
    page.goto(documents)
    page.set_input_files(
        "#files",
        [
            {"name": "huge.txt", "mimeType": "text/plain", "buffer": b"x" * 1_100_000},
            {"name": "small.txt", "mimeType": "text/plain", "buffer": b"x"},
        ],
    )
    expect(page.get_by_role("alert")).to_contain_text("huge.txt")
    expect(page.get_by_role("alert")).to_contain_text("SEARCHAPP_MAX_FILE_MB")
    expect(page.locator(".entries li")).to_have_count(1)


def test_an_address_is_added(new_page: NewPage, app: StandIn, documents: str) -> None:
    page = new_page()
    page.goto(documents)
    page.get_by_label("Web address").fill("https://example.org/page")
    page.keyboard.press("Enter")
    expect(page.locator(".entries")).to_contain_text("example.org")
    expect(page.locator(".state")).to_have_text(["Ready"])


def test_a_deletion_is_undone(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    rows = page.locator(".entries li")
    expect(rows).to_have_count(7)
    page.get_by_role("button", name="Delete: Minutes 1998").click()
    expect(rows).to_have_count(6)
    assert "w4" not in app.store.known
    toast = page.locator(".toast")
    expect(toast).to_contain_text("“Minutes 1998” is deleted.")
    expect(toast.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(7)
    expect(page.locator(".entries")).to_contain_text("Minutes 1998")
    expect(toast).to_have_count(0)


def test_what_was_deleted_can_be_undone_one_by_one(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page(locale="zh-CN")
    page.goto(documents)
    page.get_by_role("button", name="删除: Minutes 1998").click()
    page.get_by_role("button", name="删除: torn").click()
    expect(page.locator(".toast")).to_have_count(2)
    page.locator(".toast", has_text="Minutes").get_by_role("button", name="撤销").click()
    expect(page.locator(".entries")).to_contain_text("Minutes 1998")
    expect(page.locator(".entries")).not_to_contain_text("torn")
    page.locator(".toast", has_text="torn").get_by_role("button", name="关闭").click()
    expect(page.locator(".toast")).to_have_count(0)
    assert set(app.trash.kept) == {"w5"}


def test_an_undo_that_comes_too_late_says_so(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page(tolerated="404")
    page.goto(documents)
    page.get_by_role("button", name="Delete: Minutes 1998").click()
    expect(page.locator(".toast")).to_be_visible()
    app.trash.kept.clear()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no document w4 that could come back.")


def test_a_list_is_read_further_than_the_server_counts(
    new_page: NewPage, app: StandIn, served: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "DEEPEST_OFFSET", 100)
    documents = f"{served(app)}/documents"
    for n in range(270):
        app.store.put(entry(f"d{n}", f"/srv/reports/{n:05}.md", title=f"Report {n:05}"))
    page = new_page()
    page.goto(f"{documents}?from=100&sort=title")
    titles, shown = page.locator(".entries .title"), page.locator("#range")
    expect(shown).to_have_text("101–150 of 270")
    for first in (150, 200, 250):
        page.get_by_role("button", name="Next page").click()
        expect(shown).to_have_text(f"{first + 1}–{min(first + 50, 270)} of 270")
        expect(titles.first).to_have_text(f"Report {first:05}")
    for name in ("Next page", "Last page"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.reload()
    expect(titles.first).to_have_text("Report 00250")
    for first in (200, 150, 100, 50):
        page.get_by_role("button", name="Previous page").click()
        expect(shown).to_have_text(f"{first + 1}–{first + 50} of 270")
        expect(titles.first).to_have_text(f"Report {first:05}")
    page.get_by_role("button", name="Last page").click()
    expect(shown).to_have_text("221–270 of 270")
    expect(titles.last).to_have_text("Report 00269")
    page.get_by_role("button", name="Previous page").click()
    expect(titles.first).to_have_text("Report 00170")
    page.go_back()
    expect(titles.last).to_have_text("Report 00269")
    page.get_by_role("button", name="First page").click()
    expect(titles.first).to_have_text("Report 00000")
    for name in ("Previous page", "First page"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()


def test_many_documents_are_filtered_sorted_and_paged(new_page: NewPage, app: StandIn, documents: str) -> None:
    for n in range(120):
        app.store.put(entry(f"d{n}", f"/srv/reports/{n:03}.md", title=f"Report {119 - n:03}"))
    app.store.put(entry("odd", "/srv/手套.md", title="Gloves"))
    page = new_page()
    page.goto(documents)
    rows = page.locator(".entries li")
    expect(rows).to_have_count(50)
    expect(page.locator("#range")).to_have_text("1–50 of 121")
    page.get_by_role("button", name="Next page").click()
    page.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(21)
    expect(page).to_have_url(re.compile("from=100"))
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    page.go_back()
    expect(page.locator("#range")).to_have_text("51–100 of 121")
    page.get_by_label("Sort by").select_option("By title")
    expect(rows.first).to_contain_text("Gloves")
    page.get_by_label("Filter by title or source").fill("手套")
    expect(rows).to_have_count(1)
    expect(page.locator("#total")).to_have_text("1 document matches")
    expect(page.locator("#pager")).to_be_hidden()
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Filter by title or source")).to_have_value("手套")
    expect(page.get_by_label("Sort by")).to_have_value("title")
    page.get_by_label("Filter by title or source").fill("nothing like it")
    expect(page.get_by_text("None", exact=True)).to_be_visible()


def test_an_upload_shows_how_far_it_is_and_can_be_stopped(new_page: NewPage, app: StandIn, documents: str) -> None:
    held = threading.Event()
    save = app.originals.save_upload

    def slow(filename: str, stream: IO[bytes], space: Space = None) -> str:
        if filename == "b.md":
            held.wait(60)
        return save(filename, stream, space)

    app.originals.save_upload = slow  # type: ignore[method-assign]
    page = new_page()
    page.goto(documents)
    files = [{"name": f"{name}.md", "mimeType": "text/markdown", "buffer": b"# words"} for name in "abcd"]
    page.set_input_files("#files", files)
    expect(page.locator("#progress")).to_contain_text("Uploading 2 of 4: b.md")
    bar = page.get_by_role("progressbar", name="Upload")
    assert 0.25 <= float(bar.evaluate("bar => bar.value")) <= 0.5
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#progress")).to_contain_text("1 document added")
    expect(page.locator("#progress")).to_contain_text("3 were not sent")
    expect(page.locator("progress")).to_be_hidden()
    held.set()
    page.set_input_files("#files", files[3:])
    expect(page.locator("#progress")).to_contain_text("1 document added")
    assert not (app.originals.uploads / "c.md").exists()
    assert (app.originals.uploads / "d.md").exists()


def test_a_document_opens_beside_the_list(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/documents")
    page.get_by_role("link", name="Press shop safety manual").click()
    expect(page.get_by_role("img", name="Page 1 of Press shop safety manual")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(page).to_have_url(re.compile("/documents$"))
