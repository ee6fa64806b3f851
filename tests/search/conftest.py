"""One small library, in both stores."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.settings import load_settings
from searchapp.wiring import Application

NOTICE = (
    "Every visitor signs the book at the gate, wears a badge and a helmet, stays behind the yellow line, and leaves by "
    "the same gate before six in the evening."
)
LIBRARY = {
    "safety/gloves.md": "# Gloves\n\n"
    "## Choosing\n\nOperators wear cut-resistant gloves of class D whenever the press is open, even for a moment.\n\n"
    "## Replacing\n\nDamaged gloves are replaced at once, and every pair after six months, whoever has worn it.\n\n"
    "## Storing\n\nGloves are kept dry, away from the sun, in the cupboard beside the door of the press shop.",
    "safety/gate.md": f"# The gate\n\n{NOTICE}",
    "office/gate-copy.md": f"# Visitors\n\n{NOTICE}",
    "office/report.txt": "The quarterly report is due in March. Gloves cost 40 euros.",
    "zh/手套.md": "# 手套\n\n操作人员必须佩戴防割手套。数据库每天备份一次。",
    "zh/資料.md": "# 資料\n\n電腦網路與資料庫的檢索。全文檢索引擎。",
    "zh/full-width.md": "# Ｗｉｄｅ\n\nＥｌａｓｔｉｃ 的全角字符。",
}
YEARS = {"safety/gloves.md": 2023, "office/report.txt": 2025, "safety/gate.md": 2024}


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The library in a store; ``board.md`` in it belongs to the group ``board``."""
    folder = tmp_path_factory.mktemp("library")
    for name, text in LIBRARY.items():
        path = folder / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        moment = dt.datetime(YEARS.get(name, 2022), 5, 1, tzinfo=dt.UTC).timestamp()
        os.utime(path, (moment, moment))
    secret = folder / "secret" / "board.md"
    secret.parent.mkdir()
    secret.write_text("# Gloves of the board\n\nThe merger with Quicksilver is decided. Gloves off.", encoding="utf-8")
    settings = load_settings(
        data_dir=folder / "data",
        embedding_model="hashed:256",
        least_similarity=-1.0,  # hashed vectors know no meaning: whatever they bring is looked at here
        chunk_tokens=64,
        chunk_overlap_tokens=0,
        ollama_url="http://127.0.0.1:9",
        elasticsearch_url=request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else "",
        index_prefix=f"test-{uuid.uuid4().hex[:8]}",
    )
    running = Application(settings)
    assert {one.state for one in running.ingester.ingest([str(folder / "docs")])} == {"indexed"}
    assert {one.state for one in running.ingester.ingest([str(secret)], groups=["board"])} == {"indexed"}
    yield running
    running.store.drop()


@pytest.fixture(scope="module")
def folder(library: Application) -> Path:
    """The folder that the library was read from."""
    return library.settings.data_dir.parent / "docs"
