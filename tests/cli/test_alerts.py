"""Alerts at the command line: what was told, and whether webhooks take it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.alerts import Code
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.alerts.receiver import answering, receiving
from tests.alerts.samples import NOW, condition, saw
from tests.cli.conftest import Type


def test_each_webhook_is_tried_and_its_answer_told(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    unset = typed("alerts", "test")
    assert unset.code == 2 and "SEARCHAPP_WEBHOOK_URLS" in unset.err
    with receiving() as good, receiving() as bad:
        bad.then = [answering(403, b"action\x1b[2J_prohibited")]
        monkeypatch.setenv("SEARCHAPP_WEBHOOK_URLS", good.url)
        tried = typed("alerts", "test")
        assert tried.code == 0 and "answered 200. ok" in tried.out and "/hook" not in tried.out
        assert good.got[0].json["code"] == "test" and good.got[0].json["message"] == "This is a test: nothing is wrong."
        monkeypatch.setenv("SEARCHAPP_WEBHOOK_URLS", f"{good.url},{bad.url}")
        some = typed("alerts", "test", "--json")
        told = json.loads(some.out)
        assert some.code == 3 and told["total"] == 2
        assert [(one["status"], one["outcome"], one["form"]) for one in told["webhooks"]] == [
            (200, "delivered", "json"),
            (403, "given_up", "json"),
        ]
        assert told["webhooks"][1]["answer"] == "action [2J_prohibited" and "/hook" not in some.out
        monkeypatch.setenv("SEARCHAPP_WEBHOOK_URLS", bad.url)
        assert typed("alerts", "test").code == 1


def test_what_was_told_and_is_not_over_is_listed(typed: Type, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Gloves\n\nWith Elasticsearch there has to be an index first.")
    assert typed("ingest", "a.md").code == 0
    assert "Nothing is wrong" in typed("alerts", "list").out
    book = Application(load_settings()).alerts
    book.note(saw(condition()), saw(condition()), NOW, ("a",))
    assert "2026-05-01 12:00 UTC  warning disk_low" in typed("alerts", "list").out
    told = json.loads(typed("alerts", "list", "--json").out)
    assert told["total"] == 1 and told["alerts"][0]["condition"]["code"] == Code.DISK_LOW
    assert set(told["alerts"][0]) == {"id", "since", "notices", "condition"}


def test_the_doctor_tells_what_is_new_and_gone(typed: Type, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("SEARCHAPP_OLLAMA_URL", "http://127.0.0.1:9")
    assert "No run has found" in typed("doctor", "--history").out
    first = typed("doctor", "--quick")
    assert "since" not in first.out
    assert " since 20" in typed("doctor", "--quick").out
    monkeypatch.setenv("SEARCHAPP_LLM", "openai:absent")
    monkeypatch.setenv("SEARCHAPP_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SEARCHAPP_QUEUE_ALERT_MINUTES", "1")
    told = json.loads(typed("doctor", "--quick", "--json").out)["changed"]
    # Another sentence, and the same code; of a cluster other things may change meanwhile.
    assert told["since"] and "language model" not in {one["check"] for one in (*told["new"], *told["gone"])}
    listed = typed("doctor", "--history").out
    assert "new " in listed and "language model" in listed
    changes = json.loads(typed("doctor", "--history", "--json").out)
    first_new = changes["changes"][-1]["new"]
    assert changes["total"] == len(changes["changes"]) and "language model" in {one["check"] for one in first_new}
    assert "by" not in first_new[0]
