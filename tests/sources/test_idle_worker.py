"""The parser process that one run leaves to the next."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.settings import load_settings
from searchapp.sources import Loader
from searchapp.sources import sandbox as sandbox_module
from searchapp.sources.idle_worker import IdleWorker
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.sandbox import IDLE_WORKER, Sandbox
from tests.sources.test_loader import ref


class Pretended:
    """A process as ``IdleWorker`` sees it."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    @property
    def is_alive(self) -> bool:
        return not self.ended.is_set()

    def kill(self) -> None:
        self.ended.set()


def test_the_next_one_of_the_same_kind_gets_it_once() -> None:
    idle: IdleWorker[Pretended] = IdleWorker()
    left = Pretended()
    idle.leave("a", left)
    assert idle.take("b") is None
    assert idle.take("a") is left
    assert idle.take("a") is None
    assert left.is_alive


def test_one_is_kept_and_a_dead_one_is_not_given() -> None:
    idle: IdleWorker[Pretended] = IdleWorker()
    first, second = Pretended(), Pretended()
    idle.leave("a", first)
    idle.leave("a", second)
    assert not first.is_alive
    second.kill()
    assert idle.take("a") is None


def test_it_ends_when_nobody_wants_it() -> None:
    idle: IdleWorker[Pretended] = IdleWorker(seconds=0.01)
    left = Pretended()
    idle.leave("a", left)
    assert left.ended.wait(60)
    assert idle.take("a") is None


def test_one_that_was_taken_in_time_lives_on() -> None:
    idle: IdleWorker[Pretended] = IdleWorker(seconds=3600)
    left = Pretended()
    idle.leave("a", left)
    taken = idle.take("a")
    idle.end()
    assert taken is left and left.is_alive


def test_another_environment_wants_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    idle: IdleWorker[Pretended] = IdleWorker()
    left = Pretended()
    idle.leave("a", left)
    with monkeypatch.context() as changed:
        changed.setenv("TESSDATA_PREFIX", "/elsewhere")
        assert idle.take("a") is None
    assert idle.take("a") is left


def test_loaders_hand_on_their_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    begin = sandbox_module._Worker.__init__

    def counted(worker: object, limits: list[str]) -> None:
        started.append(worker)
        begin(worker, limits)

    monkeypatch.setattr(sandbox_module._Worker, "__init__", counted)
    page = tmp_path / "a.md"
    settings = load_settings(parse_memory_mb=300)  # a kind of its own
    for number in range(3):
        page.write_text(f"# Number {number}\n\nText.", encoding="utf-8")
        with Loader(settings) as loader:
            assert loader.load(ref(page)).title == f"Number {number}"
    assert len(started) == 1
    IDLE_WORKER.end()


def test_a_process_that_a_document_broke_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_module, "WORKER", "tests.sources.hanging_worker")
    idle: IdleWorker[sandbox_module._Worker] = IdleWorker()
    options = ParserOptions(max_bytes=1 << 20)

    def pid() -> str:
        with Sandbox(timeout_seconds=60, memory_mb=256, options=options, idle=idle) as box:
            return box.parse(ParserInput("a", b"pid")).text

    first = pid()
    assert pid() == first
    with Sandbox(timeout_seconds=60, memory_mb=256, options=options, idle=idle) as box, pytest.raises(SourceError):
        box.parse(ParserInput("a", b"die"))
    assert pid() != first
    idle.end()
