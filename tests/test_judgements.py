"""What readers said of hits, kept, written and read by eval."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from searchapp.errors import StorageError, UsageError
from searchapp.evaluation import evaluate, read_dataset
from searchapp.judgements import Judgements, usable, write_lines, write_qrels
from searchapp.model import SearchMode
from searchapp.settings import load_settings
from searchapp.wiring import Application


def test_the_last_word_counts_and_can_be_taken_back(tmp_path: Path) -> None:
    judgements = Judgements(tmp_path / "data")
    assert judgements.all() == ()
    judgements.put("手套", "d1", 1, "/srv/a.md", "A")
    Judgements(tmp_path / "data").put("手套", "d1", 0, "/srv/a.md", "A")
    judgements.put("手套", "d2", 1, "/srv/b.md", "B")
    assert [(one.document_id, one.grade) for one in judgements.of("手套")] == [("d1", 0), ("d2", 1)]
    judgements.put("手套", "d2", 0, "/srv/b.md", "B", ("hr",))
    judgements.put("手套", "d3", 1, "/srv/c.md", "C", ("hr",))
    assert [(one.document_id, one.grade) for one in judgements.of("手套")] == [("d1", 0), ("d2", 1)]
    assert [(one.document_id, one.grade) for one in judgements.of("手套", ("hr",))] == [("d2", 0), ("d3", 1)]
    assert judgements.of("手套", ()) == () == judgements.of("手套", ("sales",))
    assert [(one.document_id, one.grade) for one in judgements.all()] == [("d1", 0), ("d2", 0), ("d3", 1)]
    for document in ("d2", "d3"):
        judgements.take_back("手套", document, ("hr",))
    assert judgements.remove("手套", "d1") == 1 and judgements.remove("手套", "d1") == 0
    assert [one.document_id for one in judgements.all()] == ["d2"]
    with pytest.raises(UsageError, match="3 is no grade"):
        judgements.put("手套", "d1", 3, "", "")
    assert stat.S_IMODE((tmp_path / "data" / "judgements.sqlite").stat().st_mode) == 0o600


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "judgements.sqlite").write_text("no database, but long enough to be read as one" * 20)
    with pytest.raises(StorageError, match="cannot be read or written"):
        Judgements(tmp_path).all()


def test_what_is_exported_is_what_eval_reads(tmp_path: Path) -> None:
    (tmp_path / "press.md").write_text("# The press\n\nIt weighs twelve tonnes.", encoding="utf-8")
    (tmp_path / "gloves.md").write_text("# Hands\n\nWear gloves.", encoding="utf-8")
    application = Application(load_settings(data_dir=tmp_path / "data", embedding_model="hashed:256"))
    ids = {}
    for outcome in application.ingester.ingest([str(tmp_path / "press.md"), str(tmp_path / "gloves.md")]):
        ids[Path(outcome.source).stem] = (outcome.document_id, outcome.source)
    judgements = application.judgements
    judgements.put("how many tonnes", *_of(ids["press"], 1))
    judgements.put("how many tonnes", *_of(ids["gloves"], 0))
    judgements.put("nothing fits", *_of(ids["gloves"], 0))
    kept = usable(judgements.all())
    assert {one.query for one in kept} == {"how many tonnes"}
    write_qrels(kept, tmp_path / "judged")
    write_lines(kept, tmp_path / "judged.jsonl")
    assert json.loads((tmp_path / "judged.jsonl").read_text().splitlines()[0])["document"].endswith(".md")
    for place in ("judged", "judged.jsonl"):
        evaluation = evaluate(application, read_dataset(tmp_path / place))
        assert evaluation.queries == 1 and evaluation.results[SearchMode.HYBRID].ndcg_at_10 == 1.0


def _of(document: tuple[str, str], grade: int) -> tuple[str, int, str, str]:
    return document[0], grade, document[1], ""
