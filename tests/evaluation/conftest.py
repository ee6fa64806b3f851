"""Small judged sets, checked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents, two judged queries and one that is not."""
    top = tmp_path / "tiny"
    (top / "qrels").mkdir(parents=True)
    corpus = [("d1", "Gloves", "Wear gloves."), ("d2", "Weight", "Twelve tonnes."), ("d3", "", "报告在三月提交。")]
    (top / "corpus.jsonl").write_text(
        "\n".join(json.dumps({"_id": i, "title": t, "text": x}) for i, t, x in corpus), encoding="utf-8"
    )
    queries = {"q1": "gloves", "q2": "报告提交", "q3": "not judged"}
    (top / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": i, "text": x}) for i, x in queries.items()), encoding="utf-8"
    )
    (top / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td3\t1\n", encoding="utf-8")
    return top


@pytest.fixture
def indexed(tmp_path: Path) -> Application:
    """An embedded index with three files in it."""
    notes = tmp_path / "notes"
    (notes / "old").mkdir(parents=True)
    (notes / "gloves.md").write_text("# Hand protection\n\nWear gloves at the press.", encoding="utf-8")
    (notes / "press.md").write_text("# The press\n\nIt weighs twelve tonnes.", encoding="utf-8")
    (notes / "old" / "gloves.md").write_text("# Old rules\n\nMittens were worn.", encoding="utf-8")
    application = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256"))
    outcomes = list(application.ingester.ingest([str(notes)]))
    assert len(outcomes) == 3
    return application
