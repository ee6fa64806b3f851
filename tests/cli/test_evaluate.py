"""``searchapp eval`` as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def _run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        _command(*arguments), env=_environment(folder, settings), cwd=folder, capture_output=True, text=True
    )


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "searchapp.cli.run", *arguments]


def _environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    ours = {"SEARCHAPP_DATA_DIR": str(folder / "data"), "SEARCHAPP_EMBEDDING_MODEL": "hashed:256", "COLUMNS": "160"}
    return {**os.environ, **ours, **settings}


def test_from_a_baseline_to_a_gate(tmp_path: Path) -> None:
    (tmp_path / "press.md").write_text("# The press\n\nIt weighs twelve tonnes.", encoding="utf-8")
    (tmp_path / "own.tsv").write_text("tonnes\tpress.md\t1\n", encoding="utf-8")
    assert _run(tmp_path, "ingest", "press.md").returncode == 0
    made = _run(tmp_path, "eval", "own.tsv", "--save", "before.json")
    assert made.returncode == 0 and "own (tsv): 1 queries, 1 passages" in made.stdout, made.stderr
    again = _run(
        tmp_path, "eval", "own.tsv", "--baseline", "before.json", "--fail-under", "nDCG@10=1", "--sweep", "fusion"
    )
    assert again.returncode == 0 and "Against the baseline, over 1 shared queries" in again.stdout
    assert "semantic_weight" in again.stdout and "in use" in again.stdout
    with (tmp_path / "own.tsv").open("a", encoding="utf-8") as file:
        file.write("tonnes\tlost.md\t1\n")
    short = _run(tmp_path, "eval", "own.tsv", "--baseline", "before.json", "--fail-under", "nDCG@10=1", "--json")
    assert short.returncode == 1 and "hybrid nDCG@10 is 0.61" in short.stderr
    told = json.loads(short.stdout)
    assert told["unknown_documents"] == ["lost.md"] and told["results"]["hybrid"]["recall@100"] == 0.5
    assert told["baseline"][0]["worse"] == 1 and told["baseline"][0]["measure"] == "nDCG@10"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("absent.tsv",), 1, "absent.tsv does not exist"),
        (("empty.tsv",), 2, "holds no judgement"),
        (("own.tsv", "--baseline", "absent.json"), 1, "There is no baseline"),
        (("own.tsv", "--fail-under", "speed=3"), 2, "is no lower bound"),
        (("own.tsv", "--sweep", "speed"), 2, "cannot be swept"),
        (("own.tsv",), 2, "holds none of the 1 documents"),
    ],
)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    (tmp_path / "empty.tsv").write_text("")
    (tmp_path / "own.tsv").write_text("tonnes\tpress.md\t1\n")
    run = _run(tmp_path, "eval", *arguments)
    assert (run.returncode, "Traceback" in run.stderr) == (code, False) and words in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_the_throw_away_index_goes_also_when_the_run_is_ended(
    tmp_path: Path, elasticsearch_url: str, number: signal.Signals, code: int
) -> None:
    from elasticsearch import Elasticsearch

    top = tmp_path / "many"
    (top / "qrels").mkdir(parents=True)
    with (top / "corpus.jsonl").open("w") as file:
        file.writelines(json.dumps({"_id": str(n), "text": f"word{n} " * 200}) + "\n" for n in range(50_000))
    (top / "queries.jsonl").write_text('{"_id": "q", "text": "word1"}')
    (top / "qrels" / "test.tsv").write_text("q\t1\t1\n")
    prefix = f"test-end-{number}-{os.getpid()}"
    settings = {"SEARCHAPP_ELASTICSEARCH_URL": elasticsearch_url, "SEARCHAPP_INDEX_PREFIX": prefix}
    client = Elasticsearch(elasticsearch_url)

    def left() -> list[str]:
        templates = client.options(ignore_status=404).cluster.get_component_template(name=f"{prefix}*")
        return [*client.indices.get(index=f"{prefix}*"), *templates["component_templates"]]

    environment = _environment(tmp_path, settings)
    with subprocess.Popen(
        _command("eval", "many"), env=environment, cwd=tmp_path, stderr=subprocess.PIPE, text=True
    ) as run:
        while not client.indices.get(index=f"{prefix}*") and run.poll() is None:
            time.sleep(0.1)
        run.send_signal(number)
        errors = run.communicate(timeout=120)[1]
    assert run.returncode == code, errors
    assert "Traceback" not in errors and left() == []
