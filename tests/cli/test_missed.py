"""What readers did not find, and how judged queries went, at the command line."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from searchapp.missed import Found, Missed
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.cli.conftest import Type
from tests.test_judged_runs import run


def test_what_was_missed_is_listed_and_cleared(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "SEARCHAPP_MISSED_QUERIES=true counts" in typed("missed", "list").out
    monkeypatch.setenv("SEARCHAPP_MISSED_QUERIES", "true")
    assert typed("missed", "list").out.strip() == "No query was missed on two days or more."
    settings = load_settings()
    for day in (0, 1):
        today = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1 - day)
        Missed(settings, lambda today=today: today).count("emergency exit plan", Found.NOTHING)  # type: ignore[misc]
    Missed(settings).count("asked once", Found.WEAK)
    out = typed("missed", "list").out
    assert "2 nothing      0 weak" in out and "emergency exit plan" in out
    assert "asked once" not in out and "1 more asked on one day alone" in out
    told = json.loads(typed("missed", "list", "--json").out)
    assert (told["total"], told["kept"], told["rare"]) == (1, True, 1)
    assert told["queries"][0]["query"] == "emergency exit plan" and told["queries"][0]["days"] == 2
    assert json.loads(typed("missed", "list", "--from", "1", "--json").out)["queries"] == []
    assert json.loads(typed("missed", "clear", "--json").out) == {"removed": 2}
    assert typed("missed", "clear").out.strip() == "removed 0"


def test_the_history_of_judged_queries_says_what_was_new(typed: Type, tmp_path: Path) -> None:
    assert "No judged query was asked yet" in typed("judgements", "history").out
    (tmp_path / "note.txt").write_text("With Elasticsearch there has to be an index first.")
    assert typed("ingest", "note.txt").code == 0
    application = Application(load_settings())
    application.judged_runs.remember(run(0))
    application.judged_runs.remember(run(1, ndcg_at_10=0.6, model="another"))
    application.judged_runs.remember(run(2, str(tmp_path / "judged.tsv")))
    lines = typed("judgements", "history").out.splitlines()
    assert len(lines) == 3 and str(tmp_path / "judged.tsv") in lines[0]
    assert "nDCG@10 0.6000" in lines[1] and "below 0.7" in lines[1] and lines[1].endswith("new model")
    told = json.loads(typed("judgements", "history", "--of", "judged.tsv", "--json").out)
    assert told["total"] == 1 and told["runs"][0]["ndcg_at_10"] == 0.8
    assert json.loads(typed("judgements", "history", "--size", "1", "--json").out)["total"] == 3
