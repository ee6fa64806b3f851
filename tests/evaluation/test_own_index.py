"""Judgements of the documents in the index that is in use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.evaluation import Evaluation, evaluate, read_dataset
from searchapp.model import SearchMode
from searchapp.wiring import Application


def _judged(application: Application, path: Path, lines: str) -> Evaluation:
    path.write_text(lines, encoding="utf-8")
    return evaluate(application, read_dataset(path))


@pytest.mark.parametrize("name", ["{folder}/press.md", "notes/press.md", "press.md", "The press", "the PRESS"])
def test_documents_are_named_as_people_do(indexed: Application, tmp_path: Path, name: str) -> None:
    named = name.format(folder=tmp_path / "notes")
    evaluation = _judged(indexed, tmp_path / "own.tsv", f"how heavy is it, in tonnes\t{named}\t1\n")
    assert evaluation.results[SearchMode.HYBRID].ndcg_at_10 == 1.0
    assert evaluation.unknown == ()
    assert indexed.store.count() == 3  # the index is still there


def test_lines_of_json_and_a_folder_without_corpus(indexed: Application, tmp_path: Path) -> None:
    lines = [
        {"query": "tonnes", "document": "press.md", "grade": 2},
        {"query": "mittens", "relevant": ["old/gloves.md", "notes/gloves.md"]},
    ]
    evaluation = _judged(indexed, tmp_path / "own.jsonl", "\n".join(json.dumps(line) for line in lines))
    assert evaluation.queries == 2 and evaluation.results[SearchMode.KEYWORD].mrr_at_10 == 1.0
    (tmp_path / "set" / "qrels").mkdir(parents=True)
    (tmp_path / "set" / "queries.jsonl").write_text('{"_id": "1", "text": "tonnes"}')
    (tmp_path / "set" / "qrels" / "test.tsv").write_text("1\tpress.md\t1\n")
    assert evaluate(indexed, read_dataset(tmp_path / "set")).results[SearchMode.HYBRID].ndcg_at_10 == 1.0


def test_an_unknown_document_counts_as_not_found(indexed: Application, tmp_path: Path) -> None:
    evaluation = _judged(indexed, tmp_path / "own.tsv", "tonnes\tpress.md\t1\ntonnes\tlost.md\t1\n")
    assert evaluation.unknown == ("lost.md",)
    assert evaluation.results[SearchMode.HYBRID].recall_at_100 == 0.5


def test_what_cannot_be_placed_is_named(indexed: Application, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds none of the 1 documents that .*own\.tsv judges: lost\.md"):
        _judged(indexed, tmp_path / "own.tsv", "tonnes\tlost.md\t1\n")
    with pytest.raises(UsageError, match=r"2 documents of the index are called gloves\.md"):
        _judged(indexed, tmp_path / "own.tsv", "gloves\tgloves.md\t1\n")
    with pytest.raises(UsageError, match=r"own\.tsv holds no judgement"):
        _judged(indexed, tmp_path / "own.tsv", "")
    with pytest.raises(UsageError, match=r"The query type:md cannot be asked: The query only filters"):
        _judged(indexed, tmp_path / "own.tsv", "type:md\tpress.md\t1\n")
    with pytest.raises(UsageError, match=r"a line that names no document"):
        _judged(indexed, tmp_path / "own.jsonl", '{"query": "tonnes"}')
