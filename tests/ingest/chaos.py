"""Tools for the tests that kill: a corpus that changes, processes that can be killed, a comparison of stores."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from searchapp.settings import Settings, load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application

MODEL = "hashed:256"
WORDS = "storm harbour ledger copper winter signal garden bridge 数据 检索 港口 冬天 engine letter window river".split()


class Starter(Protocol):
    def __call__(self, *arguments: str, **more: str) -> subprocess.Popen[str]: ...


def passage(seed: int) -> str:
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(60)) + "."


def write_corpus(folder: Path, documents: int, version: int) -> None:
    """Version 0 of a folder, or a later one: a third of the documents edited, some renamed, some new.

    The same version has the same times, which are kept with the passages.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(documents):
        edited = version if number % 3 == version % 3 else 0
        parts = [f"## Part {part}\n\n{passage(number * 100 + part + edited * 1000)}" for part in range(3)]
        path = folder / f"document-{number:03}.md"
        path.write_text(f"# Document {number}\n\n" + "\n\n".join(parts), encoding="utf-8")
    for number in range(documents, documents + version):
        (folder / f"new-{number:03}.md").write_text(f"# New {number}\n\n{passage(number)}", encoding="utf-8")
    if version:
        # One that was not edited: its passages move, with or without --sync.
        (folder / f"document-{version + 1:03}.md").rename(folder / f"renamed-{version + 1:03}.md")
    for path in folder.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))


def settings_for(folder: Path, url: str, prefix: str, **more: object) -> Settings:
    values: dict[str, object] = {
        "data_dir": folder,
        "elasticsearch_url": url,
        "index_prefix": prefix,
        "embedding_model": MODEL,
        "lease_seconds": 2,
        **more,
    }
    return load_settings(**values)


# --- processes -----------------------------------------------------------------------------------------------


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "searchapp.cli.run", *arguments]


def environment(settings: Settings, **more: str) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")},
        "SEARCHAPP_DATA_DIR": str(settings.data_dir),
        "SEARCHAPP_ELASTICSEARCH_URL": settings.elasticsearch_url,
        "SEARCHAPP_INDEX_PREFIX": settings.index_prefix,
        "SEARCHAPP_EMBEDDING_MODEL": settings.embedding_model,
        "SEARCHAPP_LEASE_SECONDS": str(settings.lease_seconds),
        "SEARCHAPP_REDIS_URL": settings.redis_url.get_secret_value(),
        "SEARCHAPP_METRICS_PORT": "0",
        "PYTHONFAULTHANDLER": "1",  # SIGABRT shows what each thread does
        **more,
    }


def searchapp(settings: Settings, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """A process of its own; what it prints goes to ``log``."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with _log_file(settings).open("a") as output:
        return subprocess.Popen(
            command(*arguments),
            env=environment(settings, **more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
            # A shell that runs the tests in its background has them ignore Ctrl-C, and their children with them.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )


def log(settings: Settings) -> str:
    return _log_file(settings).read_text(errors="replace")


def _log_file(settings: Settings) -> Path:
    return settings.data_dir / "log.txt"


def kill(process: subprocess.Popen[str]) -> None:
    """As a power cut: the process and its parser, without a word."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# --- what is in the store ------------------------------------------------------------------------------------


def chunks_of(settings: Settings) -> dict[str, tuple[dict[str, Any], np.ndarray]]:
    """Every chunk in the index with its vector, by id; the moment of writing is left out."""
    store = ElasticsearchStore(settings)
    store.refresh()
    found: dict[str, tuple[dict[str, Any], np.ndarray]] = {}
    after = None
    while True:
        hits = store.client.search(
            index=store.names.chunks,
            size=1000,
            sort=[{"document_id": "asc"}, {"position": "asc"}, {"hash": "asc"}],
            search_after=after,
            fields=["embedding"],
            source_excludes=["embedding", "written", "unembedded", "embedded_text"],  # null once it has its vector
        )["hits"]["hits"]
        for hit in hits:
            assert hit["_id"] not in found
            found[hit["_id"]] = (hit["_source"], np.asarray(hit["fields"]["embedding"], dtype=np.float32))
        if len(hits) < 1000:
            return found
        after = hits[-1]["sort"]


def assert_equal(got: dict[str, Any], wanted: dict[str, Any]) -> None:
    """The same chunks with the same content and the same vectors."""
    assert wanted
    missing, extra = wanted.keys() - got.keys(), got.keys() - wanted.keys()
    assert not missing and not extra, f"{len(missing)} missing, {len(extra)} too many: {sorted(missing | extra)[:6]}"
    for chunk_id, (source, vector) in wanted.items():
        assert got[chunk_id][0] == source, chunk_id
        assert np.allclose(got[chunk_id][1], vector, atol=1e-5), chunk_id


def undisturbed(settings: Settings, library: Path) -> dict[str, Any]:
    """The chunks of one quiet run over the folder, in an index of its own that is removed again."""
    quiet = settings.model_copy(
        update={"index_prefix": f"{settings.index_prefix}-quiet", "data_dir": settings.data_dir / "quiet"}
    )
    application = Application(quiet)
    try:
        for outcome in application.ingester.ingest([str(library)]):
            assert outcome.state == "indexed", outcome
        return chunks_of(quiet)
    finally:
        application.store.drop()


def assert_settled(application: Application) -> None:
    """No document is left on the way, and each entry counts its chunks rightly."""
    store = application.store
    entries = store.entries(size=10_000).entries
    assert {entry.state.value for entry in entries} <= {"indexed", "unchanged"}
    counted, found = sum(entry.chunks for entry in entries), store.count()
    assert counted == found, f"the entries count {counted} chunks, the store {found}"
    assert all(dataclasses.replace(entry, owner="", lease=None) == entry for entry in entries)
