"""A few documents in each of the three stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from searchapp.settings import load_settings
from searchapp.stores.memory import MemoryStore
from searchapp.wiring import Application

STORES = ("memory", "embedded", "elasticsearch")


@contextmanager
def library_of(
    texts: Mapping[str, str], request: pytest.FixtureRequest, folder: Path, least: float = -1.0
) -> Iterator[Application]:
    """An application over ``texts`` by file name, in the store that ``request.param`` names.

    Vectors are hashed and know no meaning: whatever they bring is found, unless ``least`` is another similarity.
    """
    on_elasticsearch = request.param == "elasticsearch"
    running = Application(
        load_settings(
            data_dir=folder / "data",
            embedding_model="hashed:256",
            least_similarity=least,
            elasticsearch_url=request.getfixturevalue("elasticsearch_url") if on_elasticsearch else "",
            index_prefix=f"test-{uuid4().hex[:8]}",
        )
    )
    if request.param == "memory":
        running.__dict__["store"] = MemoryStore()
    (folder / "docs").mkdir()
    for name, text in texts.items():
        (folder / "docs" / name).write_text(text, encoding="utf-8")
    assert {one.state for one in running.ingester.ingest([str(folder / "docs")])} == {"indexed"}
    running.store.refresh()
    try:
        yield running
    finally:
        if request.param != "memory":
            running.store.drop()
