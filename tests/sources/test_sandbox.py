from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from searchapp.errors import SourceError
from searchapp.messages import Message, read_in
from searchapp.model.json import to_plain_json
from searchapp.sources import replies
from searchapp.sources import sandbox as sandbox_module
from searchapp.sources.parsed import PagePlace, Parsed, ParserInput, ParserOptions, Png, SiteAnswer
from searchapp.sources.replies import noun
from searchapp.sources.sandbox import Sandbox
from searchapp.sources.worker import WireError

OPTIONS = ParserOptions(max_bytes=1 << 20, ocr_max_pages=40)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    monkeypatch.setattr(sandbox_module, "WORKER", "tests.sources.hanging_worker")
    with Sandbox(timeout_seconds=60.0, memory_mb=256, options=OPTIONS) as box:  # a busy machine is no hang
        yield box


def ask(box: Sandbox, data: bytes = b"pid") -> str:
    return box.parse(ParserInput("/in/a.txt", data)).text


def refusal(box: Sandbox, data: bytes) -> str:
    with pytest.raises(SourceError) as caught:
        ask(box, data)
    assert caught.value.remedy
    return caught.value.message


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or ") Z " not in stat.read_text()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows a process's environment")
@pytest.mark.parametrize(
    "name",
    [
        "SEARCHAPP_ELASTICSEARCH_API_KEY",
        "SEARCHAPP_DOCUMENT_PASSWORDS",
        "HF_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "PGPASSWORD",
    ],
)
def test_the_process_is_given_no_secret(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "sesame-41")
    pid = ask(sandbox).split()[1]
    environment = Path(f"/proc/{pid}/environ").read_bytes()
    assert b"sesame-41" not in environment and b"PATH=" in environment


def test_one_process_serves_many_documents(sandbox: Sandbox) -> None:
    assert ask(sandbox) == ask(sandbox) != f"pid {os.getpid()}"


@pytest.mark.parametrize("hang", [b"sleep", b"spin"])
def test_a_hanging_parser_is_stopped_and_replaced(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, hang: bytes
) -> None:
    first = ask(sandbox)
    with monkeypatch.context() as hurry:
        hurry.setattr(sandbox, "_timeout", 1.0)  # for this document alone: the others need not be quick
        assert refusal(sandbox, hang) == "/in/a.txt took longer than 1 s to parse."
    assert ask(sandbox) != first
    assert not is_running(int(first.split()[1]))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory limit for certain")
def test_a_greedy_parser_is_stopped_and_replaced(sandbox: Sandbox) -> None:
    first = ask(sandbox)
    assert refusal(sandbox, b"eat") == "/in/a.txt needs more than 256 MiB of memory to parse."
    assert ask(sandbox) != first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory limit for certain")
def test_a_file_larger_than_the_memory_limit(sandbox: Sandbox) -> None:
    assert refusal(sandbox, bytes(700 << 20)) == "/in/a.txt needs more than 256 MiB of memory to parse."


def test_a_parser_that_does_not_start(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "WORKER", "searchapp.no_such_module")
    assert refusal(sandbox, b"pid") == "The process that parses documents does not start."


def test_a_crash_costs_one_document(sandbox: Sandbox) -> None:
    assert refusal(sandbox, b"die") == "/in/a.txt made the parser crash."
    assert ask(sandbox).startswith("pid ")


def test_a_process_killed_between_documents_is_replaced(sandbox: Sandbox) -> None:
    os.kill(int(ask(sandbox).split()[1]), 9)
    time.sleep(0.2)
    assert ask(sandbox).startswith("pid ")


def test_a_librarys_words_do_not_reach_people(sandbox: Sandbox) -> None:
    message = refusal(sandbox, b"fail")
    assert message.startswith("/in/a.txt cannot be parsed") and "library" not in message


def test_each_announced_step_has_the_time_limit_to_itself(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(sandbox)
    monkeypatch.setattr(sandbox, "_timeout", 4.0)
    assert ask(sandbox, b"steps 6 1").startswith("pid ")  # six seconds in all, with a limit of four for each
    monkeypatch.setattr(sandbox, "_timeout", 1.0)
    assert refusal(sandbox, b"steps 1 60") == "/in/a.txt took longer than 1 s to parse."


def test_all_steps_together_have_a_limit_too(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(sandbox)
    monkeypatch.setattr(sandbox_module, "LONGEST", 2 - OPTIONS.ocr_max_pages)
    monkeypatch.setattr(sandbox, "_timeout", 3.0)
    assert refusal(sandbox, b"steps 60 0.7") == "/in/a.txt took longer than 6 s to parse."


def test_quick_steps_cost_nothing(sandbox: Sandbox) -> None:
    assert ask(sandbox, b"steps 200000 0").startswith("pid ")


def test_a_parser_that_was_taken_over_cannot_announce_steps_for_ever(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(sandbox)
    monkeypatch.setattr(sandbox, "_timeout", 1.0)
    assert refusal(sandbox, b"flood") == "/in/a.txt made the parser crash."


def test_printing_does_not_disturb(sandbox: Sandbox) -> None:
    assert ask(sandbox, b"print").startswith("pid ")


def test_threads_take_turns(sandbox: Sandbox) -> None:
    answers: list[str] = []
    threads = [threading.Thread(target=lambda: answers.append(ask(sandbox))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 and len(set(answers)) == 1


def test_the_process_outlives_the_thread_that_started_it(sandbox: Sandbox) -> None:
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(ask(sandbox)))
    thread.start()
    thread.join()
    assert ask(sandbox) == answers[0]


def test_close_ends_the_process_and_use_starts_another(sandbox: Sandbox) -> None:
    first = ask(sandbox)
    sandbox.close()
    assert not is_running(int(first.split()[1]))
    assert ask(sandbox) != first


@pytest.mark.skipif(os.name != "posix", reason="asks for process ids as POSIX has them")
@pytest.mark.parametrize("busy", [False, True])
def test_no_orphan_stays_when_the_parent_is_killed(busy: bool) -> None:
    code = (
        "import sys; from searchapp.sources import sandbox as s; from searchapp.sources.parsed import ParserInput, ParserOptions\n"
        "s.WORKER = 'tests.sources.hanging_worker'\n"
        "box = s.Sandbox(timeout_seconds=60, memory_mb=256, options=ParserOptions())\n"
        "print(box.parse(ParserInput('a', b'pid')).text, flush=True)\n"
        f"box.parse(ParserInput('a', b'sleep')) if {busy} else sys.stdin.read()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline().split()[1])
        time.sleep(0.2)
        parent.kill()
    for _ in range(50):
        if not is_running(pid):
            break
        time.sleep(0.1)
    assert not is_running(pid)


def test_the_process_loads_nothing_heavy() -> None:
    code = "import sys, searchapp.sources.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"torch", "numpy", "pypdf", "trafilatura", "httpx", "elasticsearch", "lancedb", "pydantic"} & set(loaded)


GOOD: dict[str, Any] = {
    "title": "t", "type": "text", "text": "abc", "sections": [{"start": 0, "end": 3, "headings": ["h"], "page": 1, "table": []}],
    "language": "", "modified": None, "pages": 1, "pages_without_text": [], "note": "", "lacking": "",
    "stated": {
        "title": "", "language": "", "modified": None, "tags": ["x"], "collections": ["c"], "fields": {"author": ["Li", "Wu"]},
    },
}  # fmt: skip


def section(start: int, end: int, **facts: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "headings": [], "page": None, "table": [], **facts}


def test_what_crosses_the_border_is_what_was_sent() -> None:
    assert json.loads(to_plain_json(noun(Parsed, json.dumps(GOOD).encode()))) == GOOD
    dated = {**GOOD, "modified": "2024-02-29T12:30:01.250000+08:00"}
    assert json.loads(to_plain_json(noun(Parsed, json.dumps(dated).encode()))) == dated


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stated", {**GOOD["stated"], "fields": {"author": "Li"}}),
        ("stated", {**GOOD["stated"], "collections": [5]}),
        ("text", None),
        ("text", 5),
        ("type", "exe"),
        ("sections", [section(0, 4)]),
        ("sections", [section(2, 3), section(0, 1)]),
        ("sections", [section(-1, 3)]),
        ("sections", [section(0, 3, headings=[5])]),
        ("sections", [section(0, 3, page=-1)]),
        ("sections", "x"),
        ("pages", -1),
        ("pages", True),
        ("pages", "1"),
        ("pages_without_text", [-1]),
        ("modified", "yesterday"),
    ],
)
def test_a_document_is_checked(field: str, value: object) -> None:
    with pytest.raises(WireError):
        noun(Parsed, json.dumps({**GOOD, field: value}).encode())


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"{", b"{}", b'"abc"'])
def test_what_is_no_document_is_refused(payload: bytes) -> None:
    with pytest.raises(WireError):
        noun(Parsed, payload)


def test_an_error_of_the_parser_is_shown_in_the_readers_language() -> None:
    with Sandbox(timeout_seconds=30, memory_mb=256, options=ParserOptions()) as sandbox:
        with pytest.raises(SourceError) as caught:
            sandbox.parse(ParserInput("a.docx.gz", b""))
        assert (caught.value.reason, str(caught.value)[:26]) == ("file_empty", "a.docx.gz is empty (0 byte")
        with read_in("zh"):
            assert caught.value.remedy == "请重新获取一份，或不添加它。"


@pytest.mark.parametrize(
    "error", ["plain", 7, [], ["x", ""], ["{}", ""], ['{"code": "', ""], [Message("plain", text="x").encoded(), 7]]
)
def test_an_error_that_cannot_be_read_counts_as_a_broken_document(error: object) -> None:
    assert replies.refusal("a.pdf", {"error": error}, 256).reason == "content_malformed"


def test_what_an_error_says_of_itself_is_not_taken_for_more() -> None:
    said = Message("plain", text="x", lacking="y")
    found = replies.refusal("a.pdf", {"error": [said.encoded(), "password"]}, 256)
    assert (found.sentence, found.lacking) == (said, "password")


def test_a_sites_addresses_are_web_addresses() -> None:
    answer = noun(SiteAnswer, b'{"addresses": ["HTTP://Example.org/a#b"]}')
    assert answer == SiteAnswer(("http://example.org/a",), (), 0.0, True)
    for wrong in (["file:///etc/passwd"], ["/etc/passwd"], [5], "http://example.org"):
        for name in ("addresses", "sitemaps"):
            with pytest.raises(WireError):
                noun(SiteAnswer, json.dumps({"addresses": [], name: wrong}).encode())


def test_a_place_lies_on_its_page() -> None:
    place = noun(PagePlace, b'{"pages": 2, "width": 600, "height": 800.5, "marks": [[-1, 0.25, 7, NaN]]}')
    assert place == PagePlace(2, 600.0, 800.5, ((0.0, 0.25, 1.0, 0.0),))
    for wrong in (b"[[0, 0, 1]]", b"[[0, 0, 1, null]]", b"[5]", b"null"):
        with pytest.raises(WireError):
            noun(PagePlace, b'{"pages": 2, "width": 600, "height": 800, "marks": ' + wrong + b"}")
    for size in (
        '"pages": -1, "width": 6, "height": 8',
        '"pages": 1, "width": NaN, "height": 8',
        '"pages": 1, "width": 6',
    ):
        with pytest.raises(WireError):
            noun(PagePlace, f'{{{size}, "marks": []}}'.encode())


def test_a_picture_is_a_png() -> None:
    png = b"\x89PNG\r\n\x1a\n and more"
    assert noun(Png, json.dumps(base64.b64encode(png).decode()).encode()) == png  # type: ignore[arg-type]
    for wrong in (b'"GIF89a"', b'"%%%"', json.dumps(base64.b64encode(b"GIF89a..").decode()).encode(), b"5"):
        with pytest.raises(WireError):
            noun(Png, wrong)  # type: ignore[arg-type]
