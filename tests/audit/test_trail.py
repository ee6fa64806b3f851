"""The audit log's file: what is kept, found, dropped and refused."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import logging
import os
import stat
from pathlib import Path

import pytest

from searchapp.audit import (
    Actor,
    Audit,
    Outcome,
    Record,
    Wanted,
    What,
    note,
    read_moment,
    write_csv,
    write_lines,
)
from searchapp.audit.trail import Trail
from searchapp.errors import NotFoundError, ServiceUnavailableError, StorageError, UsageError
from searchapp.settings import Settings

ADA, BOB = Actor("ada", "10.0.0.7"), Actor("key:report (3f9c21d07b4e)", "10.0.0.8")


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(Settings(data_dir=tmp_path))


def found(audit: Audit, **wanted: object) -> list[Record]:
    return list(audit.page(Wanted(**wanted), 100).records)  # type: ignore[arg-type]


def old(when: str, outcome: Outcome = Outcome.DONE, on: str = "") -> Record:
    return Record(0, when, "ada", "10.0.0.7", What.DELETE, on, None, outcome, "", {})


def test_an_action_is_begun_and_ended(audit: Audit, tmp_path: Path) -> None:
    with audit.recorded(What.DELETE, ADA, "d1"):
        (begun,) = found(audit)
        note("d1 Handbook", groups=("hr",), source="/srv/handbook.md")
    (done,) = found(audit)
    assert (begun.outcome, begun.on, begun.id) == (Outcome.BEGUN, "d1", done.id)
    assert (done.who, done.where, done.what) == ("ada", "10.0.0.7", What.DELETE)
    assert (done.outcome, done.on, done.groups) == (Outcome.DONE, "d1 Handbook", ("hr",))
    assert done.details == {"source": "/srv/handbook.md"} and done.when.endswith("+00:00")
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "audit.sqlite").stat().st_mode) == 0o600
    note("nobody's")  # no action goes on any more
    assert found(audit) == [done]


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (UsageError("documents_unnamed"), (Outcome.REFUSED, "documents_unnamed")),
        (NotFoundError("document_unlisted", id="x"), (Outcome.REFUSED, "document_unlisted")),
        (ServiceUnavailableError("oidc_unreachable"), (Outcome.FAILED, "oidc_unreachable")),
        (ZeroDivisionError(), (Outcome.FAILED, "internal")),
        (KeyboardInterrupt(), (Outcome.FAILED, "interrupted")),
    ],
)
def test_what_is_raised_says_how_it_ended(audit: Audit, error: BaseException, ending: tuple[Outcome, str]) -> None:
    with pytest.raises(type(error)), audit.recorded(What.DELETE, ADA):
        raise error
    (record,) = found(audit)
    assert (record.outcome, record.error) == ending


def test_records_are_found_by_each_filter_and_paged(audit: Audit) -> None:
    audit.write(What.LOGIN, ADA, Outcome.DONE)
    audit.write(What.UPLOAD, BOB, Outcome.DONE, "d1 Handbook")
    audit.write(What.DELETE, BOB, Outcome.REFUSED, "d1 Handbook", "document_changed")
    assert [one.what for one in found(audit)] == [What.DELETE, What.UPLOAD, What.LOGIN]
    assert [one.what for one in found(audit, who="ADA")] == [What.LOGIN]
    assert len(found(audit, who="3f9c21d07b4e")) == len(found(audit, on="handBOOK")) == 2
    assert [one.what for one in found(audit, what=(What.LOGIN, What.DELETE))] == [What.DELETE, What.LOGIN]
    assert [one.error for one in found(audit, outcome=Outcome.REFUSED)] == ["document_changed"]
    assert found(audit, since=read_moment("2999-01-01")) == found(audit, until=read_moment("2000-01-01")) == []
    assert len(found(audit, since=read_moment("2000-01-01"), until=read_moment("2999-01-01T00:00+02:00"))) == 3
    assert found(audit, who="%") == found(audit, on="' OR 1=1 --") == []

    first = audit.page(Wanted(), 2)
    assert first.next is not None
    second = audit.page(Wanted(before=first.next), 2)
    assert [one.what for one in second.records] == [What.LOGIN] and second.next is None
    assert list(audit.all(Wanted())) == [*first.records, *second.records]


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "0001-01-01T00:00:00+23:59", "9" * 500])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_moment(text)
    assert refused.value.reason == "audit_moment_invalid"


def test_old_records_go_and_a_record_says_so(tmp_path: Path) -> None:
    trail = Trail(tmp_path, days=30, most=1000)
    trail.add(old("2026-01-01T00:00:00+00:00"))
    trail.add(old("2026-01-20T00:00:00+00:00"))
    trail.add(old("2026-02-10T00:00:00+00:00"))
    said, *kept = trail.find(Wanted(), 10)
    assert [one.when[:10] for one in kept] == ["2026-02-10", "2026-01-20"]
    assert said.what is What.ROTATED and said.details == {"too_old": 1, "too_many": 0, "days": 30, "records": 1000}


def test_the_bound_on_their_number_holds_and_what_was_refused_goes_first(tmp_path: Path) -> None:
    trail = Trail(tmp_path, days=30, most=100)
    moment = "2026-02-10T00:00:00+00:00"
    trail.add(old(moment, on="the first"))
    for _ in range(300):  # somebody is turned away, again and again
        trail.add(old(moment, Outcome.REFUSED))
    kept = list(trail.all(Wanted()))
    assert len(kept) <= 100 and kept[-1].on == "the first"
    assert {one.details["records"] for one in kept if one.what is What.ROTATED} == {100}
    for number in range(300):
        trail.add(old(moment, on=str(number)))
    kept = list(trail.all(Wanted()))
    assert len(kept) <= 100 and "the first" not in {one.on for one in kept} and "299" in {one.on for one in kept}


def test_an_end_is_written_once(tmp_path: Path) -> None:
    trail = Trail(tmp_path, days=30, most=100)
    moment = "2026-02-10T00:00:00+00:00"
    number = trail.add(old(moment, Outcome.BEGUN))
    trail.end(number, old(moment, Outcome.REFUSED, "true"))
    trail.end(number, old(moment, Outcome.DONE, "forged"))
    (record,) = trail.find(Wanted(), 5)
    assert (record.outcome, record.on) == (Outcome.REFUSED, "true")


def test_a_record_is_no_copy_of_what_it_is_about(audit: Audit) -> None:
    with audit.recorded(What.ES_APPLY, ADA, "x" * 10_000) as action:
        action.note(text="y" * 10_000, many=list(range(10_000)), small=1)
    with audit.recorded(What.ES_APPLY, ADA) as action:
        action.note(diff=["z" * 2000] * 200, small=1, odd="\udcff")
    large, small = found(audit)
    assert len(small.on) == len(small.details["text"]) == 2000 and len(small.details["many"]) == 201
    assert large.details == {"cut": True, "small": 1, "odd": "?"}


@pytest.fixture
def full(audit: Audit, tmp_path: Path) -> Audit:
    """An audit log that cannot be written: a folder stands in the file's place, as for root too no right would."""
    (tmp_path / "audit.sqlite").mkdir()
    return audit


def test_what_cannot_be_recorded_is_not_done(full: Audit, tmp_path: Path) -> None:
    done = []
    with pytest.raises(StorageError) as refused, full.recorded(What.DELETE, ADA, "d1"):
        done.append("d1")
    assert refused.value.reason == "audit_unwritable" and not done
    assert str(tmp_path) not in str(refused.value)  # who asks may be anybody


def test_an_end_that_cannot_be_recorded_is_logged_and_leaves_the_action_done(
    audit: Audit, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR), audit.recorded(What.DELETE, ADA, "d1"):
        (tmp_path / "audit.sqlite").rename(tmp_path / "away")
        (tmp_path / "audit.sqlite").mkdir()
    assert "The end of delete is not in the audit log" in caplog.text
    (tmp_path / "audit.sqlite").rmdir()
    (tmp_path / "away").rename(tmp_path / "audit.sqlite")
    assert [one.outcome for one in found(audit)] == [Outcome.BEGUN]


def test_lines_on_stdout_and_of_commands_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = Audit(Settings(data_dir=tmp_path, audit="stdout"))
    for by in (ADA, Actor("local:ada", "cli")):
        with audit.recorded(What.DELETE, by, "line\nforged"):
            pass
    said = capsys.readouterr()
    for stream, who in ((said.out, "ada"), (said.err, "local:ada")):
        lines = [json.loads(line)["audit"] for line in stream.splitlines()]
        assert [(one["who"], one["outcome"], one["on"]) for one in lines] == [
            (who, "begun", "line\nforged"), (who, "done", "line\nforged"),
        ]  # fmt: skip
    assert not (tmp_path / "audit.sqlite").exists()


def test_off_keeps_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    audit = Audit(Settings(data_dir=tmp_path, audit="off", audit_queries=True))
    with audit.recorded(What.DELETE, ADA):
        pass
    assert not audit.of_queries and not list(tmp_path.iterdir()) and capsys.readouterr() == ("", "")
    assert audit.page(Wanted(), 5) == dataclasses.replace(audit.page(Wanted(), 5), kept="off", records=(), next=None)


def test_exports_are_json_lines_and_a_table(audit: Audit) -> None:
    audit.write(What.DELETE, ADA, Outcome.DONE, '=HYPERLINK("https://evil.example")', groups=("hr", "law"), n=1)
    audit.write(What.LOGIN, ADA, Outcome.DONE)
    lines, table = io.StringIO(), io.StringIO()
    assert write_lines(audit.all(Wanted()), lines) == write_csv(audit.all(Wanted()), table) == 2
    first, second = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (first["what"], second["groups"], second["details"]) == ("login", ["hr", "law"], {"n": 1})
    login, delete = csv.DictReader(io.StringIO(table.getvalue()))
    assert login["details"] == "" and delete["groups"] == "hr law" and delete["details"] == '{"n": 1}'
    assert delete["on"].startswith("'=")  # a spreadsheet computes nothing of it
