"""A document that takes long to parse is overtaken: the others do not wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from searchapp.ingest import parsing, reading
from searchapp.ingest.parsing import Overtaking
from searchapp.model import Document
from searchapp.sources import Loader, RawSource
from tests.ingest.worlds import World
from tests.sources.site import serving

LIMIT = 60


class Gates:
    """Parses names; what has a gate waits for it."""

    def __init__(self, *gated: str) -> None:
        self.gates = {name: threading.Event() for name in gated}
        self.begun: list[str] = []

    def parse(self, name: str) -> str:
        self.begun.append(name)
        if name in self.gates:
            assert self.gates[name].wait(LIMIT)
        return name.upper()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "OVERTAKEN_SECONDS", 0.01)
    monkeypatch.setattr(parsing, "PARSERS", 2)


def results(done: Iterator[tuple[str, Future[str]]]) -> list[tuple[str, str]]:
    return [(name, future.result(LIMIT)) for name, future in done]


def test_what_is_quick_comes_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "OVERTAKEN_SECONDS", LIMIT)
    parsed = Overtaking(Gates().parse)
    assert [results(parsed.add(name)) for name in "abc"] == [[("a", "A")], [("b", "B")], [("c", "C")]]
    assert results(parsed.rest()) == []
    parsed.close()


def test_what_takes_long_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    gates = Gates("slow")
    parsed = Overtaking(gates.parse)
    assert results(parsed.add("slow")) == []
    monkeypatch.setattr(parsing, "OVERTAKEN_SECONDS", LIMIT)
    assert [results(parsed.add(name)) for name in "ab"] == [[("a", "A")], [("b", "B")]]
    gates.gates["slow"].set()
    assert results(parsed.rest()) == [("slow", "SLOW")]
    parsed.close()


def test_no_more_than_two_are_parsed_at_a_time() -> None:
    gates = Gates("one", "two", "three")
    parsed = Overtaking(gates.parse)
    with ThreadPoolExecutor(1) as pool:
        assert results(parsed.add("one")) == []
        second = pool.submit(lambda: results(parsed.add("two")))
        while len(gates.begun) < 2:
            threading.Event().wait(0.01)
        gates.gates["one"].set()  # only then the second counts as one that takes long
        assert second.result(LIMIT) == [("one", "ONE")]
        third = pool.submit(lambda: results(parsed.add("three")))
        gates.gates["two"].set()
        gates.gates["three"].set()
        assert sorted([*third.result(LIMIT), *results(parsed.rest())]) == [("three", "THREE"), ("two", "TWO")]
    parsed.close()


def test_on_one_core_nothing_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parsing, "PARSERS", 1)
    gates = Gates("slow")
    parsed = Overtaking(gates.parse)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: results(parsed.add("slow")))
        gates.gates["slow"].set()
        assert waiting.result(LIMIT) == [("slow", "SLOW")]
    parsed.close()


def test_an_error_is_of_its_document_alone() -> None:
    def parse(name: str) -> str:
        raise ValueError(name)

    parsed = Overtaking(parse)
    ((name, future),) = parsed.add("torn")
    assert name == "torn" and isinstance(future.exception(), ValueError)
    parsed.close()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Parsing anything whose name has ``slow`` in it waits for this."""
    gate = threading.Event()
    parse = Loader.parse

    def gated(loader: Loader, raw: RawSource) -> Document:
        assert "slow" not in raw.ref.source or gate.wait(LIMIT)
        return parse(loader, raw)

    monkeypatch.setattr(Loader, "parse", gated)
    return gate


def test_a_run_goes_on_while_a_document_takes_long(tmp_path: Path, gate: threading.Event) -> None:
    world = World(tmp_path)
    world.write("a slow one.md", "# Slow\n\nAlpha.")
    for number in range(3):
        world.write(f"b{number}.md", f"# Quick\n\nBeta {number}.")
    run = world.ingester.ingest([str(world.library)])
    assert [Path(next(run).source).name for _ in range(3)] == ["b0.md", "b1.md", "b2.md"]
    gate.set()
    assert [Path(outcome.source).name for outcome in run] == ["a slow one.md"]
    assert world.store.count() == 4


def test_a_site_is_done_when_its_slowest_page_is(
    tmp_path: Path, gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "GROUP_DOCUMENTS", 1)
    world = World(tmp_path, allowed_networks="127.0.0.0/8", crawl_delay_seconds=0.0)
    with serving() as site:
        site.page("/", "/slow", "/a")
        site.page("/slow")
        site.page("/a")
        queued = world.ingester.queue(site.base + "/", depth=1)
        run = world.ingester.ingest([queued.id], queued=True)
        assert next(run).source == site.base + "/a"
        gate.set()
        assert [outcome.source.removeprefix(site.base) for outcome in run] == ["/slow", "/"]
