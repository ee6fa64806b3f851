"""``searchapp models compare``: its options, its table, its JSON, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from searchapp.cli.model_compare import compare
from searchapp.cli.run import app, text_and_examples
from searchapp.errors import UsageError
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an index of twelve documents, where commands are typed."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA_DIR": str(tmp_path / "data"), "EMBEDDING_MODEL": "hashed:256"}.items():
        monkeypatch.setenv(f"SEARCHAPP_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")
    for word in "abcdefghijkl":
        (tmp_path / f"{word}.md").write_text(f"# Rule {word * 5}\n\nIt says {word * 4}.", encoding="utf-8")
    outcomes = list(Application(load_settings()).ingester.ingest([str(tmp_path)]))
    assert len(outcomes) == 12 and not any(outcome.error for outcome in outcomes)
    return tmp_path


def typed(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["models", "compare", *arguments])


def test_a_sample_compares_the_model_in_use_with_others(index: Path) -> None:
    ended = typed("hashed:64", "--sample", "11")
    assert ended.exit_code == 0, ended.output
    assert "11 documents, 11 weakly judged headings of their own" in ended.stdout
    head = next(line for line in ended.stdout.splitlines() if "hashed:" in line)
    assert head.index("hashed:256") < head.index("hashed:64")
    (vectors,) = [line for line in ended.stdout.splitlines() if "bytes of a passage's vector" in line]
    assert vectors.index("1,024") < vectors.index(" 256")
    assert "hashed:256 and hashed:64 have" in ended.stdout


def test_judged_queries_are_measured_as_json(index: Path) -> None:
    (index / "own.tsv").write_text("Rule aaaaa\ta.md\t1\nRule bbbbb\tgone.md\t1\n", encoding="utf-8")
    ended = typed("hashed:64", "--on", "own.tsv", "--json")
    assert ended.exit_code == 0, ended.output
    told = json.loads(ended.stdout)
    assert told["dataset"] == "own" and told["weak_judgements"] is False and told["documents"] == 12
    assert told["unknown_documents"] == ["gone.md"]
    assert [one["model"] for one in told["models"]] == ["hashed:256", "hashed:64"]
    assert [one["ndcg@10"]["hybrid"] for one in told["models"]] == [0.5, 0.5]
    assert [one["models"] for one in told["agreement"]] == [["hashed:256", "hashed:64"]]


def test_some_that_cannot_be_measured_end_with_3_and_all_of_them_with_1(
    index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = typed("hashed:x", "--sample", "11")
    assert ended.exit_code == 3
    assert "hashed:256" in ended.stdout and "hashed:x" not in ended.stdout
    assert "hashed:x" in ended.stderr and "number of dimensions, 8 to 4096" in ended.stderr
    (index / "corpus").mkdir()
    (index / "corpus" / "qrels").mkdir()
    (index / "corpus" / "corpus.jsonl").write_text('{"_id": "d", "text": "gloves"}\n', encoding="utf-8")
    (index / "corpus" / "queries.jsonl").write_text('{"_id": "q", "text": "gloves"}\n', encoding="utf-8")
    (index / "corpus" / "qrels" / "test.tsv").write_text("q\td\t1\n", encoding="utf-8")
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", "hashed:y")
    ended = typed("hashed:x", "--on", "corpus", "--json")
    assert ended.exit_code == 1
    assert [set(one) for one in json.loads(ended.stdout)["models"]] == [{"model", "error"}] * 2


def test_without_queries_and_sample_there_is_nothing_to_compare_by(index: Path) -> None:
    ended = typed("hashed:64")
    assert isinstance(ended.exception, UsageError) and "--sample 200" in ended.exception.remedy


def test_its_help_has_examples() -> None:
    told, examples = text_and_examples(compare.__doc__ or "")
    assert told.startswith("Compare embedding models") and len(examples) == 3
    assert all(example.startswith("searchapp models compare ") for example in examples)
