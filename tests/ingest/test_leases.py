"""Several processes on one set of documents: two installations over one store stand for two machines."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from searchapp.ingest import lifecycle, reading
from searchapp.ingest.leases import LeaseOwner, Leases
from searchapp.ingest.lifecycle import now
from searchapp.messages import Message, shown
from searchapp.model import DocumentEntry, DocumentState, document_id
from searchapp.sources import Loader, SourceRef
from tests.ingest.worlds import World
from tests.interleaving import before


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def running(world: World, path: Path, owner: str, seconds: float, **facts: object) -> DocumentEntry:
    """The document as another process has claimed it, ``seconds`` before the end of its lease."""
    world.ingester.queue(str(path))
    entry = dataclasses.replace(
        world.entry(path),
        state=DocumentState.RUNNING,
        owner=owner,
        lease=now() + dt.timedelta(seconds=seconds),
        started=now(),
        attempts=1,
        **facts,
    )
    world.store.put_entries([entry])
    return entry


def test_a_document_whose_lease_has_ended_is_taken_over(world: World) -> None:
    path = world.write("one.md", "# One\n\nAlpha.")
    running(world, path, "elsewhere-1", -1.0)
    assert world.ingest()["one.md"].state == "indexed"
    assert world.entry(path).attempts == 0


def test_what_another_process_works_on_comes_last_and_is_not_done_twice(world: World) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    world.write("b.md", "# Two\n\nBeta.")
    held = running(world, path, "elsewhere-1", 600.0)
    told: list[Message | None] = []
    run = world.ingester.ingest([str(world.library)], notify=told.append)
    assert Path(next(run).source).name == "b.md"
    done = dataclasses.replace(held, state=DocumentState.FAILED, error="It was elsewhere.", owner="", lease=None)
    threading.Timer(0.5, lambda: world.store.put_entries([done])).start()
    assert [Path(outcome.source).name for outcome in run] == ["a.md"]
    assert "another process" in str(told[0])


def test_what_another_process_worked_on_and_somebody_deleted_is_not_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.01)
    path = world.write("a.md", "# One\n\nAlpha.")
    held = running(world, path, "elsewhere-1", 600.0)

    def told(sentence: Message | None) -> None:
        if sentence:
            world.store.delete_document(held.id)

    assert list(world.ingester.ingest([str(path)], notify=told)) == []
    assert world.store.entry(held.id) is None


def test_what_another_process_gave_back_is_read(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.01)
    list(world.ingester.queue_all([]))  # prepares the store
    path = world.write("a.md", "# One\n\nAlpha.")
    ref = SourceRef(str(path), document_id(str(path)))
    with Leases(world.store, LeaseOwner(tmp_path / "elsewhere"), 600.0) as others:
        others.acquire([(None, lifecycle.enter(ref, None, DocumentState.RUNNING, ()))])
        run = world.ingester.ingest([str(path)], notify=lambda sentence: others.__exit__() if sentence else None)
        assert [outcome.state for outcome in run] == ["indexed"]


def test_one_that_does_not_wait_asks_the_other_to_look_again(world: World) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    held = running(world, path, "elsewhere-1", 600.0)
    assert list(world.ingester.ingest([document_id(str(path))], queued=True)) == []
    stored = world.entry(path)
    assert stored.state is DocumentState.RUNNING and stored.owner == held.owner
    assert stored.queued is not None and held.started is not None and stored.queued >= held.started


def test_a_document_that_is_queued_while_it_is_read_is_queued_again_afterwards(world: World) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    embed = world.embedder.embed_documents

    def edited_meanwhile(texts: list[str]) -> object:
        assert world.entry(path).state is DocumentState.RUNNING
        path.write_text("# One\n\nBeta.", encoding="utf-8")
        assert world.ingester.queue(str(path)).state is DocumentState.RUNNING
        return embed(texts)

    world.embedder.embed_documents = edited_meanwhile  # type: ignore[method-assign, assignment]
    assert world.ingest()["a.md"].state == "indexed"
    assert world.entry(path).state is DocumentState.QUEUED
    world.embedder.embed_documents = embed  # type: ignore[method-assign]
    assert world.ingest()["a.md"].state == "indexed" and world.found("beta")
    assert world.entry(path).state is DocumentState.INDEXED


def test_a_request_that_comes_while_a_document_is_written_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    before(monkeypatch, world.store, "write", lambda: world.ingester.queue(str(path)))
    assert world.ingest()["a.md"].state == "indexed"
    assert world.entry(path).state is DocumentState.QUEUED


def test_a_request_that_comes_while_a_document_fails_is_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = world.write("a.pdf", "no pdf \x00\x01\x02")
    before(monkeypatch, Loader, "parse", lambda: world.ingester.queue(str(path)))
    assert world.ingest()["a.pdf"].state == "failed"
    entry = world.entry(path)
    assert (entry.state, entry.failures, entry.error) == (DocumentState.QUEUED, 3, "")


def test_a_request_that_comes_before_a_document_is_given_back_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    world.ingest()
    path.write_text("# One\n\nBeta.", encoding="utf-8")

    def interrupted(*_: object) -> None:
        world.ingester.queue(str(path))
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Loader, "parse", interrupted)
        with pytest.raises(KeyboardInterrupt):
            world.ingest()
    assert world.entry(path).state is DocumentState.QUEUED and world.found("alpha")


def test_what_somebody_asked_for_since_a_document_was_looked_up_holds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    list(world.ingester.ingest([str(path)], groups=["hr"]))
    path.write_text("# One\n\nBeta.", encoding="utf-8")
    before(monkeypatch, Loader, "read", lambda: world.ingester.queue(str(path), groups=["sales"]))
    assert world.ingest()["a.md"].state == "indexed"
    assert world.entry(path).groups == ("sales",)


def test_what_another_process_works_on_is_left_to_it_also_when_it_cannot_be_read_here(world: World) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    held = running(world, path, "elsewhere-1", 600.0)
    path.unlink()
    assert list(world.ingester.ingest([document_id(str(path))], queued=True)) == []
    assert world.entry(path).owner == held.owner


def test_a_request_by_a_machine_whose_clock_is_slow_is_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    slow = now() - dt.timedelta(hours=1)

    def asked() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(lifecycle, "now", lambda: slow)
            world.ingester.queue(str(path))

    before(monkeypatch, Loader, "parse", asked)
    assert world.ingest()["a.md"].state == "indexed"
    assert world.entry(path).state is DocumentState.QUEUED


def test_leases_are_renewed_while_a_document_takes_long(tmp_path: Path) -> None:
    world = World(tmp_path, lease_seconds=1)
    path = world.write("a.md", "# One\n\nAlpha.")
    embed = world.embedder.embed_documents
    leases: list[dt.datetime] = []

    def slow(texts: list[str]) -> object:
        first = world.entry(path).lease
        assert first is not None
        while (later := world.entry(path).lease) is None or later <= first:
            threading.Event().wait(0.05)
        leases.extend((first, later))
        return embed(texts)

    world.embedder.embed_documents = slow  # type: ignore[method-assign, assignment]
    assert world.ingest()["a.md"].state == "indexed"
    assert leases[0] < leases[1]


def test_a_run_that_lost_a_document_does_not_write_it(world: World) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    embed = world.embedder.embed_documents

    def suspended(texts: list[str]) -> object:
        """As a process that was suspended for longer than its leases: its document is another's by now."""
        taken = dataclasses.replace(world.entry(path), owner="elsewhere-1", lease=now() + dt.timedelta(seconds=600))
        world.store.put_entries([taken])
        (leases,) = [one for one in all_leases() if one._held]
        held, before = leases._held[taken.id]
        leases._held[taken.id] = (dataclasses.replace(held, lease=now()), before)
        return embed(texts)

    world.embedder.embed_documents = suspended  # type: ignore[method-assign, assignment]
    assert world.ingest() == {}
    assert world.store.count() == 0 and world.entry(path).owner == "elsewhere-1"


def all_leases() -> list:
    import gc

    from searchapp.ingest.leases import Leases

    return [one for one in gc.get_objects() if isinstance(one, Leases)]


def test_leaving_early_gives_back_what_was_not_done(world: World) -> None:
    for number in range(300):
        world.write(f"{number:03}.txt", f"Document number {number}.")
    run = world.ingester.ingest([str(world.library)])
    next(run)
    run.close()
    counts = world.store.state_counts()
    assert set(counts) == {DocumentState.INDEXED} and counts[DocumentState.INDEXED] < 300


def test_a_document_whose_processes_keep_dying_is_quarantined(world: World) -> None:
    path = world.write("a.md", "# One\n\nAlpha.")
    entry = running(world, path, "elsewhere-1", -1.0)
    world.store.put_entries([dataclasses.replace(entry, attempts=10)])
    assert world.ingest()["a.md"].state == "quarantined"
    assert "ended 10 times" in shown(world.entry(path).error)
    assert world.ingester.reset_failures([entry.id]) == [entry.id]
    assert world.ingest()["a.md"].state == "indexed"


def test_an_owner_is_gone_as_soon_as_its_process_is(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from searchapp.ingest.leases import LeaseOwner\n"
        "owner = LeaseOwner(Path(sys.argv[1])); print(owner.name, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        name = process.stdout.readline().strip()
        mine = LeaseOwner(tmp_path)
        asked = {name, "never-heard-of", mine.name, ""}
        assert mine.find_ended(asked) == set()
        process.kill()
        process.wait()
        assert mine.find_ended(asked) == {name}
        assert mine.find_ended(asked) == {name}
    mine.close(forgotten=True)
