"""The doctor asks a real process of the parser's what protects us from it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from searchapp.doctor.parsing import NAMED
from searchapp.findings import Severity
from searchapp.messages import read_in
from searchapp.sources import sandbox
from searchapp.sources.confinement import Protection
from searchapp.sources.parsed import ParserOptions
from searchapp.sources.sandbox import Sandbox
from tests.doctor.test_doctor import application, found


def test_every_protection_has_a_name() -> None:
    assert set(NAMED) == set(Protection)


def test_what_is_in_force_is_named(tmp_path: Path) -> None:
    with Sandbox(timeout_seconds=60.0, memory_mb=256, options=ParserOptions()) as box:
        in_force = box.in_force()
    (finding,) = found(application(tmp_path), "parser")
    if in_force == frozenset(Protection):
        assert (finding.severity, finding.code) == (Severity.OK, "parser_confined")
    for protection, name in NAMED.items():
        assert name.text() in finding.message
        assert (name.text() in finding.message.partition("cannot")[0]) == (protection in in_force)


def test_what_is_missing_comes_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WORKER", "tests.doctor.open_worker")
    (finding,) = found(application(tmp_path), "parser")
    assert "with a memory limit. This system cannot give it: no network, " in finding.message
    assert (finding.severity, "Landlock" in finding.remedy) == (Severity.WARNING, True)
    with read_in("zh"):
        (finding,) = found(application(tmp_path), "parser")
    assert "内存有上限。本系统无法提供：无法访问网络、" in finding.message
    monkeypatch.setattr(sys, "platform", "darwin")
    (finding,) = found(application(tmp_path), "parser")
    assert (finding.severity, finding.code) == (Severity.INFO, "parser_unconfined")


def test_a_process_that_does_not_start_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WORKER", "searchapp.no_such_module")
    (finding,) = found(application(tmp_path), "parser")
    assert (finding.severity, finding.code) == (Severity.ERROR, "parser_start_failed")
