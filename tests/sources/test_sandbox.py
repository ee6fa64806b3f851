from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.sources import sandbox as sandbox_module
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.sandbox import Sandbox
from searchapp.sources.wire import WireError, pack, unpack

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


def test_a_parser_cannot_announce_steps_for_ever(sandbox: Sandbox) -> None:
    assert refusal(sandbox, b"steps 100 0") == "/in/a.txt made the parser crash."


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
    assert not {"torch", "numpy", "pypdf", "trafilatura", "httpx", "elasticsearch", "lancedb"} & set(loaded)


def test_an_answer_is_checked() -> None:
    good = {
        "title": "t", "type": "text", "text": "abc", "sections": [[0, 3, ["h"], 1]], "language": "", "modified": None,
        "pages": 1, "pages_without_text": [], "note": "", "lacking": "",
    }  # fmt: skip
    assert pack(unpack(good)) == good
    for field, value in [
        ("text", None),
        ("type", "exe"),
        ("sections", [[0, 4, [], None]]),
        ("sections", [[2, 3, [], None], [0, 1, [], None]]),
        ("sections", [[0, 3, [5], None]]),
        ("sections", "x"),
        ("pages", -1),
        ("modified", "yesterday"),
    ]:
        with pytest.raises(WireError):
            unpack({**good, field: value})
