"""The page of documents in a real browser."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from playwright.sync_api import Page, expect
from pydantic import SecretStr

from searchapp.access import LOCAL, Scope
from searchapp.model import DocumentState, IngestOutcome, IngestState, Space
from searchapp.web import requests
from tests.web.browsing import NewPage
from tests.web.samples import fill_registry
from tests.web.stand_in import StandIn, entry


@pytest.fixture
def documents(app: StandIn, served: Callable[[object], str]) -> str:
    return f"{served(app)}/documents"


def add(page: Page) -> None:
    page.get_by_role("button", name="Add", exact=True).click()


def test_each_document_tells_its_state(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    state = page.locator("#entries .state")
    expect(state).to_have_text(["Reading", "Waiting", "Failed", "Ready", "Given up", "Unchanged", "Waiting"])
    rows = page.locator("#entries tr[data-id]")
    expect(rows.nth(2)).to_contain_text("Remove the password")
    expect(rows.nth(3)).to_contain_text("2 of 4 pages")
    expect(rows.nth(3)).to_contain_text("Pages 3 and 4 hold no text.")
    for n in (4, 6):
        rows.nth(n).get_by_role("button", name="Details").click()
    details = page.locator("#entries .details")
    expect(details.nth(0)).to_contain_text("3 attempts")
    expect(details.nth(1)).to_contain_text("with its site, 2 links deep")
    states = page.get_by_role("group", name="State")
    states.get_by_role("button", name="Failed").click()
    expect(rows).to_have_count(1)
    states.get_by_role("button", name="Given up").click()
    expect(state).to_have_text(["Given up"])
    states.get_by_role("button", name="Ready").click()
    expect(state).to_have_text(["Ready", "Unchanged"])


def test_what_failed_can_be_tried_again(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    page.get_by_role("checkbox", name="Choose Minutes 1998").check()
    bar = page.get_by_role("region", name="Chosen documents")
    expect(bar.get_by_role("button", name="Delete")).to_be_visible()
    expect(bar.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("checkbox", name="Choose torn").check()
    expect(bar).to_contain_text("2 chosen")
    bar.get_by_role("button", name="Try again").click()
    row = page.locator("#entries tr", has_text="torn")
    expect(row.locator(".state")).to_have_text("Ready")
    expect(row).not_to_contain_text("is damaged")
    expect(bar).to_be_hidden()


def test_a_site_is_added_with_its_depth(new_page: NewPage, app: StandIn, documents: str) -> None:
    app.ingester.gate.clear()
    page = new_page(locale="zh-CN")
    page.goto(documents)
    page.get_by_role("button", name="添加", exact=True).click()
    page.get_by_role("textbox", name="网址").fill("example.org/docs/")
    page.get_by_label("读取网站的范围").select_option("整个网站，2 层链接")
    page.get_by_role("button", name="添加网址", exact=True).click()
    expect(page.locator("#batch")).to_contain_text("https://example.org/docs/ 及其网站")
    assert [(one.source, one.depth) for one in app.store.known.values()] == [("https://example.org/docs/", 2)]
    app.ingester.gate.set()
    expect(page.locator("#entries .state")).to_have_text(["就绪"])
    expect(page.locator("#batch .state")).to_have_text(["已添加"])


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
    batch = page.get_by_role("region", name="What is being added")
    expect(batch.get_by_role("status")).to_have_text("2 being read")
    expect(page.locator("#entries .state")).to_have_text(["Waiting", "Waiting"])
    app.ingester.gate.set()
    expect(page.locator("#entries .state")).to_have_text(["Ready", "Ready"])  # without a reload
    expect(page.locator("#entries")).to_contain_text("二.txt")
    expect(batch.get_by_role("status")).to_have_text("2 added")
    expect(batch.locator("li")).to_have_count(2)
    page.set_input_files("#files", files)  # once more: they are on their way, or there
    expect(batch.locator("li")).to_have_count(2)
    batch.get_by_role("button", name="Dismiss").click()
    expect(batch).to_be_hidden()


def test_a_folder_gives_what_can_be_read_in_it(new_page: NewPage, app: StandIn, documents: str, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("one.md", "deep/two.md", ".hidden/three.md", "program.exe"):
        (folder / name).write_text(f"# {name}", encoding="utf-8")
    page = new_page()
    page.goto(documents)
    page.set_input_files("#folder", folder)
    expect(page.locator("#entries tr")).to_have_count(2)
    for name in ("one.md", "two.md"):
        expect(page.locator("#entries")).to_contain_text(name)
    expect(page.locator("#batch")).to_contain_text("1 file was passed over")
    expect(page.locator("#batch")).to_contain_text("1 × .exe (papers/program.exe)")


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
    expect(page.locator("#entries")).to_contain_text("dropped.md")
    expect(page.locator("#drop")).to_be_hidden()


def test_a_file_that_is_refused_comes_first_and_keeps_nothing_back(
    new_page: NewPage, app: StandIn, documents: str
) -> None:
    page = new_page()
    page.goto(documents)
    page.set_input_files(
        "#files",
        [
            {"name": "small.txt", "mimeType": "text/plain", "buffer": b"x"},
            {"name": "huge.txt", "mimeType": "text/plain", "buffer": b"x" * 1_100_000},
        ],
    )
    lines = page.locator("#batch li")
    expect(page.locator("#batch .summary")).to_have_text("1 added, 1 refused")
    expect(lines.first).to_contain_text("huge.txt")
    expect(lines.first).to_contain_text("SEARCHAPP_MAX_FILE_MB")
    expect(lines.first.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.locator("#entries tr")).to_have_count(1)


def test_an_address_is_added_and_a_mistyped_one_refused_at_once(
    new_page: NewPage, app: StandIn, documents: str
) -> None:
    page = new_page(tolerated="422")
    page.goto(documents)
    add(page)
    dialog = page.get_by_role("dialog", name="Add documents")
    dialog.get_by_role("textbox", name="Web address").fill("htps://example.org/page")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("only http:// and https:// addresses are")
    assert not app.store.known
    dialog.get_by_role("textbox", name="Web address").fill("https://example.org/page")
    page.keyboard.press("Enter")
    expect(page.locator("#entries")).to_contain_text("example.org")
    expect(page.locator("#entries .state")).to_have_text(["Ready"])
    expect(dialog).to_be_hidden()


def choose(page: Page, *titles: str) -> None:
    for title in titles:
        page.get_by_role("checkbox", name=f"Choose {title}", exact=True).check()


def test_a_deletion_is_undone(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    rows = page.locator("#entries tr")
    expect(rows).to_have_count(7)
    choose(page, "Minutes 1998")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(rows).to_have_count(6)
    assert "w4" not in app.store.known
    toast = page.locator(".toast")
    expect(toast).to_contain_text("“Minutes 1998” is deleted.")
    expect(toast.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows).to_have_count(7)
    expect(page.locator("#entries")).to_contain_text("Minutes 1998")
    expect(toast).to_have_count(0)


def test_many_are_deleted_after_a_question_and_come_back(new_page: NewPage, app: StandIn, documents: str) -> None:
    for n in range(230):
        app.store.put(entry(f"d{n}", f"/srv/reports/{n:03}.md", title=f"Report {n:03}"))
    page = new_page()
    page.goto(f"{documents}?sort=title")
    page.get_by_role("checkbox", name="Choose all on this page").check()
    bar = page.get_by_role("region", name="Chosen documents")
    expect(bar.get_by_role("status")).to_have_text("100 chosen")
    expect(bar.get_by_role("button", name="Ask about these")).to_be_enabled()
    bar.get_by_role("button", name="Choose all 230").click()
    expect(bar.get_by_role("status")).to_have_text("230 chosen")
    expect(bar.get_by_role("button", name="Ask about these")).to_be_disabled()
    bar.get_by_role("button", name="Delete").click()
    question = page.get_by_role("dialog", name="Delete 230 documents?")
    question.get_by_role("button", name="Cancel").click()
    expect(question).to_have_count(0)
    assert len(app.store.known) == 230
    bar.get_by_role("button", name="Delete").click()
    question.get_by_role("button", name="Delete 230").click()
    expect(page.get_by_text("No documents yet")).to_be_visible()
    assert not app.store.known
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#total")).to_have_text("230 documents")
    assert len(app.store.known) == 230


def test_what_another_tab_deleted_is_no_problem(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    choose(page, "Minutes 1998", "torn")
    app.store.delete_document("w4")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("“torn” is deleted.")
    expect(page.locator("#entries tr")).to_have_count(5)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_undo_that_comes_too_late_says_so(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    page = new_page()
    page.goto(documents)
    choose(page, "Minutes 1998")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".toast")).to_be_visible()
    app.trash.kept.clear()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("alert")).to_contain_text("There is no document w4 that could come back.")


def test_rows_are_chosen_by_keys_and_by_ranges(new_page: NewPage, app: StandIn, documents: str) -> None:
    for n in range(9):
        app.store.put(entry(f"d{n}", f"/srv/{n}.md", title=f"Report {n}"))
    page = new_page()
    page.goto(f"{documents}?sort=title")
    rows, count = page.locator("#entries tr"), page.locator("#chosen strong")
    rows.nth(1).locator(".columnState").click()
    rows.nth(4).locator(".columnState").click(modifiers=["Shift"])
    expect(count).to_have_text("4 chosen")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(rows.nth(6)).to_be_focused()
    page.keyboard.press(" ")
    expect(rows.nth(6)).to_have_attribute("aria-selected", "true")
    expect(count).to_have_text("5 chosen")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(count).to_have_text("7 chosen")
    page.keyboard.press("Escape")
    expect(page.locator("#chosen")).to_be_hidden()
    page.keyboard.press("Control+a")
    expect(count).to_have_text("9 chosen")
    page.keyboard.press("Home")
    expect(rows.nth(0)).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.locator("#entries tr")).to_have_count(0)


def test_the_chosen_are_asked_about(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/documents")
    choose(page, "Press shop safety manual", "Audit 2023, findings")
    page.get_by_role("button", name="Ask about these").click()
    expect(page).to_have_url(re.compile("filter=document%3D"))
    assert page.url.count("filter=document%3D") == 2
    expect(page.locator("#home-count")).to_have_text("in 2 chosen documents")


def test_the_tree_narrows_the_list(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/documents")
    tree = page.get_by_role("navigation", name="Folders and sites")
    tree.get_by_role("button", name="Unfold handbook").click()
    tree.get_by_role("link", name="audits/2023").or_(tree.get_by_role("link", name="2023")).first.click()
    expect(page.locator("#entries .title")).to_have_text(["Audit 2023, findings"])
    expect(page.locator("#total")).to_have_text("1 document matches")
    page.reload()
    expect(page.locator("#entries tr")).to_have_count(1)
    page.go_back()
    expect(page.locator("#entries tr")).to_have_count(4)


def test_a_list_is_read_further_than_the_server_counts(
    new_page: NewPage, app: StandIn, served: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "DEEPEST_OFFSET", 200)
    documents = f"{served(app)}/documents"
    for n in range(540):
        app.store.put(entry(f"d{n}", f"/srv/reports/{n:05}.md", title=f"Report {n:05}"))
    page = new_page()
    page.goto(f"{documents}?from=200&sort=title")
    titles, shown = page.locator("#entries .title"), page.locator("#range")
    expect(shown).to_have_text("201–300 of 540")
    for first in (300, 400, 500):
        page.get_by_role("button", name="Next page").click()
        expect(shown).to_have_text(f"{first + 1}–{min(first + 100, 540)} of 540")
        expect(titles.first).to_have_text(f"Report {first:05}")
    for name in ("Next page", "Last page"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    page.reload()
    expect(titles.first).to_have_text("Report 00500")
    for first in (400, 300, 200, 100):
        page.get_by_role("button", name="Previous page").click()
        expect(shown).to_have_text(f"{first + 1}–{first + 100} of 540")
        expect(titles.first).to_have_text(f"Report {first:05}")
    page.get_by_role("button", name="Last page").click()
    expect(shown).to_have_text("441–540 of 540")
    expect(titles.last).to_have_text("Report 00539")
    page.get_by_role("button", name="Previous page").click()
    expect(titles.first).to_have_text("Report 00340")
    page.go_back()
    expect(titles.last).to_have_text("Report 00539")
    page.get_by_role("button", name="First page").click()
    expect(titles.first).to_have_text("Report 00000")
    for name in ("Previous page", "First page"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()


def test_many_documents_are_filtered_sorted_and_paged(new_page: NewPage, app: StandIn, documents: str) -> None:
    for n in range(220):
        app.store.put(entry(f"d{n}", f"/srv/reports/{n:03}.md", title=f"Report {219 - n:03}"))
    app.store.put(entry("odd", "/srv/手套.md", title="Gloves", chunks=99))
    page = new_page()
    page.goto(documents)
    rows = page.locator("#entries tr")
    expect(rows).to_have_count(100)
    expect(page.locator("#range")).to_have_text("1–100 of 221")
    page.get_by_role("button", name="Next page").click()
    page.get_by_role("button", name="Next page").click()
    expect(rows).to_have_count(21)
    expect(page).to_have_url(re.compile("from=200"))
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    page.go_back()
    expect(page.locator("#range")).to_have_text("101–200 of 221")
    page.get_by_role("button", name="Folder", exact=True).click()
    expect(rows.first).to_contain_text("Report 219")
    page.get_by_role("button", name="Extent", exact=True).click()
    expect(rows.first).to_contain_text("99 passages")
    expect(page.get_by_role("columnheader", name="Extent")).to_have_attribute("aria-sort", "descending")
    page.get_by_role("button", name="Title", exact=True).click()
    expect(rows.first).to_contain_text("Gloves")
    page.get_by_label("Filter by title or source").fill("手套")
    expect(rows).to_have_count(1)
    expect(page.locator("#total")).to_have_text("1 document matches")
    expect(page.locator("#pager")).to_be_hidden()
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_label("Filter by title or source")).to_have_value("手套")
    expect(page.get_by_role("columnheader", name="Title")).to_have_attribute("aria-sort", "ascending")
    page.get_by_label("Filter by title or source").fill("nothing like it")
    expect(page.get_by_text("None", exact=True)).to_be_visible()


def test_an_upload_shows_how_far_it_is_and_can_be_stopped(new_page: NewPage, app: StandIn, documents: str) -> None:
    held = threading.Event()
    save = app.originals.save_upload

    def slow(filename: str, stream: IO[bytes], space: Space = None) -> str:
        if filename != "a.md":
            held.wait(60)
        return save(filename, stream, space)

    app.originals.save_upload = slow  # type: ignore[method-assign]
    page = new_page()
    page.goto(documents)
    files = [{"name": f"{name}.md", "mimeType": "text/markdown", "buffer": b"# words"} for name in "abcdefg"]
    page.set_input_files("#files", files)
    summary, lines = page.locator("#batch .summary"), page.locator("#batch li")
    expect(summary).to_contain_text("1 added")
    expect(lines.locator(".state", has_text="Sending")).to_have_count(3)
    expect(lines.locator(".state", has_text="Waiting")).to_have_count(3)
    assert 0.1 <= float(page.get_by_role("progressbar", name="Upload").evaluate("bar => bar.value")) <= 0.6
    page.get_by_role("button", name="Cancel").click()
    expect(summary).to_have_text("1 added, 6 not sent")
    expect(page.get_by_role("progressbar", name="Upload")).to_be_hidden()
    held.set()
    lines.nth(6).get_by_role("button", name="Try again").click()
    expect(summary).to_have_text("2 added, 5 not sent")
    assert (app.originals.uploads / "g.md").exists()


def test_a_document_opens_beside_the_list(new_page: NewPage, address: str) -> None:
    page = new_page()
    page.goto(f"{address}/documents")
    page.get_by_role("link", name="Press shop safety manual").click()
    expect(page.get_by_role("img", name="Page 1 of Press shop safety manual")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("complementary")).to_be_hidden()
    expect(page).to_have_url(re.compile("/documents$"))


def test_a_lost_connection_loses_no_file(new_page: NewPage, app: StandIn, documents: str) -> None:
    page = new_page(tolerated="Failed to load resource")
    page.goto(documents)
    expect(page.locator("#total")).to_be_visible()
    page.route("**/api/documents", lambda route: route.abort("connectionreset"))
    page.set_input_files("#files", [{"name": "a.md", "mimeType": "text/markdown", "buffer": b"# words"}])
    expect(page.locator("#batch li .state")).to_have_text("No connection")
    assert not app.store.known
    page.unroute("**/api/documents")
    expect(page.locator("#batch .summary")).to_have_text("1 added")


def test_a_file_that_changed_after_it_was_chosen_is_named(
    new_page: NewPage, app: StandIn, documents: str, tmp_path: Path
) -> None:
    file = tmp_path / "draft.md"
    file.write_text("# Draft")
    held = threading.Event()
    save = app.originals.save_upload

    def slow(filename: str, stream: IO[bytes], space: Space = None) -> str:
        held.wait(60)
        return save(filename, stream, space)

    app.originals.save_upload = slow  # type: ignore[method-assign]
    page = new_page()
    page.goto(documents)
    first = [{"name": f"{n}.md", "mimeType": "text/markdown", "buffer": b"# words"} for n in range(3)]
    page.set_input_files("#files", first)
    expect(page.locator("#batch li .state", has_text="Sending")).to_have_count(3)
    page.set_input_files("#files", file)
    expect(page.locator("#batch li", has_text="draft.md")).to_contain_text("Waiting")
    file.write_text("# Draft, and what was added to it since it was chosen")
    held.set()
    line = page.locator("#batch li", has_text="draft.md")
    expect(line).to_contain_text("changed or moved since you chose it")
    expect(page.locator("#batch .summary")).to_have_text("3 added, 1 refused")


def test_a_session_that_ended_leaves_the_files_where_they_are(
    new_page: NewPage, served: Callable[[object], str], tmp_path: Path
) -> None:
    app = StandIn(tmp_path / "data", auth="required")
    app.access.users.add("ada", "correct horse battery", frozenset(Scope))
    address = served(app)
    page = new_page(tolerated="401")

    def log_in(into: Page) -> None:
        into.get_by_label("Name").fill("ada")
        into.get_by_label("Password").fill("correct horse battery")
        into.get_by_role("button", name="Log in").click()

    page.goto(f"{address}/documents")
    log_in(page)
    expect(page.locator("#total")).to_have_text("0 documents")
    page.context.clear_cookies()
    page.set_input_files("#files", [{"name": "a.md", "mimeType": "text/markdown", "buffer": b"# words"}])
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Log in, in a new tab").click()
    log_in(opened.value)
    expect(opened.value.get_by_role("link", name="Documents").first).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#batch .summary")).to_have_text("1 added")


def test_a_password_is_typed_in_the_line(new_page: NewPage, app: StandIn, documents: str) -> None:
    app.store.put(
        entry("locked", "/srv/locked.pdf", state=DocumentState.FAILED, lacking="password", error="Protected.")
    )
    tried: list[str] = []

    def ingest(ids: list[str], *, passwords: list[SecretStr], **_: object) -> Iterator[IngestOutcome]:
        tried.extend(one.get_secret_value() for one in passwords)
        app.store.put(entry("locked", "/srv/locked.pdf"))
        yield IngestOutcome("/srv/locked.pdf", "locked", IngestState.INDEXED)

    app.ingester.ingest = ingest  # type: ignore[method-assign,assignment]
    page = new_page()
    page.goto(documents)
    page.get_by_role("button", name="Details: locked").click()
    page.get_by_label("Password of locked").fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.locator("#entries .state")).to_have_text(["Ready"])
    assert tried == ["open sesame"]


def test_what_a_reader_may_not_do_is_not_there(
    new_page: NewPage, served: Callable[[object], str], tmp_path: Path
) -> None:
    app = StandIn(tmp_path / "data", auth="required")
    fill_registry(app)
    app.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    page = new_page()
    page.goto(f"{served(app)}/documents")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#entries tr")).to_have_count(7)
    choose(page, "torn")
    expect(page.get_by_role("button", name="Ask about these")).to_be_visible()
    for name in ("Add", "Delete", "Try again", "Schedules", "File and tag"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)


def test_what_is_also_others_is_not_offered_for_deletion(
    new_page: NewPage, served: Callable[[object], str], tmp_path: Path
) -> None:
    app = StandIn(tmp_path / "data", auth="required")
    app.store.put(entry("ours", "/srv/ours.md", groups=("hut",)))
    app.store.put(entry("shared", "/srv/shared.md", groups=("club", "hut")))
    app.access.users.add("ada", "correct horse battery", frozenset({Scope.READ, Scope.WRITE}), ("hut",))
    page = new_page()
    page.goto(f"{served(app)}/documents")
    page.get_by_label("Name").fill("ada")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Log in").click()
    delete = page.get_by_role("button", name="Delete", exact=True)
    choose(page, "ours")
    expect(delete).to_be_visible()
    choose(page, "shared")
    expect(page.get_by_role("button", name="Ask about these")).to_be_visible()
    expect(delete).to_have_count(0)


def test_a_collection_is_renamed_deleted_and_brought_back(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    for name in ("Harbour", "合集"):
        app.collections.create(name, LOCAL)
    app.collections.put_in("Harbour", ["w5"], LOCAL)
    page = new_page(tolerated="409")
    page.goto(f"{documents}?collection=Harbour")
    tree = page.get_by_role("navigation", name="Folders and sites")
    edit = page.get_by_role("button", name="Change the collection “Harbour”")
    edit.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("合集")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("There is a collection 合集 already.")
    dialog.get_by_label("Name").fill('Docks "2"')
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(tree.get_by_role("link", name='Docks "2" 1')).to_have_attribute("aria-current", "true")
    expect(page.locator("#entries tr")).to_have_count(1)
    page.get_by_role("button", name='Change the collection “Docks "2"”').click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the collection").dblclick()
    expect(page.locator(".toast")).to_contain_text('The collection “Docks "2"” is deleted.')
    expect(tree.get_by_role("link", name="Docks")).to_have_count(0)
    expect(page.locator("#entries tr")).to_have_count(7)
    page.get_by_role("button", name="Undo").click()
    expect(tree.get_by_role("link", name='Docks "2" 1')).to_be_visible()


def test_documents_are_taken_out_of_a_collection(new_page: NewPage, app: StandIn, documents: str) -> None:
    fill_registry(app)
    app.collections.create("Harbour", LOCAL)
    app.collections.put_in("Harbour", ["w5", "w4"], LOCAL)
    page = new_page()
    page.goto(documents)
    choose(page, "torn")
    take_out = page.get_by_role("button", name="Take out of the collection")
    expect(page.get_by_role("button", name="Ask about these")).to_be_visible()
    expect(take_out).to_have_count(0)  # of which?
    page.get_by_role("link", name="Harbour 2").click()
    expect(page.locator("#entries tr")).to_have_count(2)
    take_out.click()
    expect(page.locator("#entries tr")).to_have_count(1)
    expect(page.get_by_role("link", name="Harbour 1")).to_be_visible()
