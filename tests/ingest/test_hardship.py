"""Services and disks that refuse in the middle of a run: it says so, waits, and goes on where it was."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from searchapp.ingest import Ingester
from searchapp.messages import Message
from searchapp.model import DocumentEntry, DocumentState, IngestOutcome, document_id
from searchapp.settings import Settings
from searchapp.stores.lancedb import LanceStore
from searchapp.wiring import Application
from tests.ingest import chaos
from tests.ingest.proxy import Proxy
from tests.ingest.worlds import World, paragraphs

REJECTED = {
    "error": {"type": "es_rejected_execution_exception", "reason": "rejected execution of coordinating operation"},
    "status": 429,
}


@pytest.fixture
def settings(tmp_path: Path, elasticsearch_url: str) -> Iterator[Settings]:
    settings = chaos.settings_for(tmp_path / "data", elasticsearch_url, f"hardship-{uuid.uuid4().hex[:8]}")
    yield settings
    Application(settings).store.drop()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    chaos.write_corpus(tmp_path / "library", 80, 0)  # more than one window
    return tmp_path / "library"


def ingested(ingester: Ingester, library: Path, help_: Callable[[], None]) -> tuple[list[IngestOutcome], list[str]]:
    """Ingest; the first time that the run waits, ``help_`` takes the obstacle away."""
    told: list[str] = []

    def notify(sentence: Message | None) -> None:
        if sentence and not told:
            help_()
        told.append(str(sentence or ""))

    return list(ingester.ingest([str(library)], notify=notify)), told


def test_an_index_past_the_flood_stage_is_waited_for(settings: Settings, library: Path) -> None:
    wanted = chaos.undisturbed(settings, library)
    application = Application(settings)
    proxy = Proxy(settings.elasticsearch_url)

    def block(blocked: bool | None) -> None:
        """As Elasticsearch itself does when a disk is past the flood stage, and later lifts it."""
        url = f"{settings.elasticsearch_url}/{settings.index_prefix}-*/_settings"
        httpx.put(url, json={"index.blocks.read_only_allow_delete": blocked}).raise_for_status()

    behind = Application(settings.model_copy(update={"elasticsearch_url": proxy.url}))
    proxy.when("_bulk", 2, lambda: block(True))
    outcomes, told = ingested(behind.ingester, library, lambda: block(None))
    assert "read-only" in told[0] and "free space" in told[0] and told[-1] == ""
    assert {outcome.state for outcome in outcomes} == {"indexed"}
    chaos.assert_equal(chaos.chunks_of(settings), wanted)
    chaos.assert_settled(application)


def test_an_elasticsearch_that_has_too_much_to_do_is_asked_again(settings: Settings, library: Path) -> None:
    wanted = chaos.undisturbed(settings, library)
    application = Application(settings)
    proxy = Proxy(settings.elasticsearch_url)

    def relieved() -> None:
        proxy.answer = None

    def busy() -> None:
        proxy.answer = (429, json.dumps(REJECTED).encode())
        proxy.when("_bulk", 3, relieved)

    proxy.when("_bulk", 2, busy)
    behind = Application(settings.model_copy(update={"elasticsearch_url": proxy.url}))
    assert {outcome.state for outcome in behind.ingester.ingest([str(library)])} == {"indexed"}
    assert proxy.fired.is_set() and proxy.answer is None
    chaos.assert_equal(chaos.chunks_of(settings), wanted)
    chaos.assert_settled(application)


def test_a_full_disk_under_the_embedded_store_is_waited_for(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        world = World(tmp_path, LanceStore(disk / "index"))
        world.write("first.md", "# First\n\nAlpha.")
        world.ingest()
        filler = disk / "filler"
        fill(filler)
        for number in range(20):
            world.write(f"{number}.md", f"{paragraphs(3)}\n\nUnique {number}.")
        outcomes, told = ingested(world.ingester, world.library, filler.unlink)
        assert "No space left" in told[0] and told[-1] == ""
        assert [outcome.state for outcome in outcomes].count("indexed") == 20
        assert world.store.state_counts() == {DocumentState.INDEXED: 21}
        assert world.store.count() == sum(entry.chunks for entry in world.store.entries(size=100).entries)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(filler: Path) -> None:
    """Take up all the room that is left."""
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


@pytest.mark.slow
def test_what_may_not_be_read_fails_alone_and_is_not_forgotten(tmp_path: Path) -> None:
    library = tmp_path / "library"
    for name in ("open.md", "secret.md", "closed/inner.md"):
        (library / name).parent.mkdir(parents=True, exist_ok=True)
        (library / name).write_text(f"# {name}\n\nText of {name}.", encoding="utf-8")
    settings = chaos.settings_for(tmp_path / "data", "", "unused")
    assert ingest_without_privileges(settings, library)[0] == 0
    for path in (library / "secret.md", library / "closed"):
        path.chmod(0)
    code, lines = ingest_without_privileges(settings, library)
    failed = {Path(line["source"]).name: line["error"] for line in lines if line.get("state") == "failed"}
    assert code == 3 and set(failed) == {"secret.md", "closed"}
    assert all("may not be read" in sentence for sentence in failed.values())
    for path in (library / "secret.md", library / "closed"):
        path.chmod(0o700)
    code, lines = ingest_without_privileges(settings, library)
    assert code == 0
    assert {Path(line["source"]).name: line["state"] for line in lines[:-1]} == {
        **{"open.md": "unchanged", "inner.md": "unchanged", "secret.md": "indexed"},
        "closed": "deleted",  # the folder's own line in the registry, which told of its failure
    }
    assert lines[-1]["summary"]["embedded"] == 0
    store = Application(settings).store
    assert store.count() == 3 and store.state_counts() == {DocumentState.INDEXED: 3}


def test_a_folder_that_is_tried_again_and_can_be_read_now_waits_no_longer(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.ingest(world.write("first.md", "# First"))
    folder = world.write("closed/inner.md", "# Inner\n\nAlpha.").parent
    failed = DocumentEntry(document_id(str(folder)), str(folder), "closed", "text", DocumentState.FAILED)
    world.store.put_entries([failed])
    assert world.ingester.reset_failures(None) == [document_id(str(folder))]
    assert world.ingest(folder)["inner.md"].state == "indexed"
    assert world.store.state_counts() == {DocumentState.INDEXED: 2}


def ingest_without_privileges(settings: Settings, library: Path) -> tuple[int, list[dict[str, str]]]:
    """``ingest --sync`` by a process that may not read everything, as root may; returns its exit code and lines."""
    drop: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root may read everything, and there is no setpriv to change that")
        powers = "-dac_override,-dac_read_search"
        drop = ["setpriv", f"--inh-caps={powers}", f"--bounding-set={powers}"]
    done = subprocess.run(
        [*drop, *chaos.command("ingest", str(library), "--sync", "--json")],
        env=chaos.environment(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]
