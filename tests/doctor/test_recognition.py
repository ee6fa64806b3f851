"""Whether pictures are read is asked of the process that reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.doctor.recognition import check_recognition
from searchapp.findings import Severity
from searchapp.settings import load_settings
from searchapp.sources.recognition import rapid, tesseract
from searchapp.wiring import Application


def findings(tmp_path: Path, **settings: object) -> list[tuple[Severity, str, str]]:
    application = Application(load_settings(data_dir=tmp_path, embedding_model="hashed:64", **settings))
    return [(one.severity, one.code, one.remedy) for one in check_recognition(application)]


def test_each_recogniser_is_given_a_picture(tesseract: str, tmp_path: Path) -> None:
    pytest.importorskip("rapidocr")
    found = findings(tmp_path)
    assert [one[:2] for one in found] == [(Severity.OK, "recogniser_works"), (Severity.OK, "recogniser_beside")]


def test_a_setting_that_turns_it_off_is_named(tmp_path: Path) -> None:
    ((severity, code, remedy),) = findings(tmp_path, ocr="off")
    assert (severity, code) == (Severity.INFO, "pictures_unread") and "SEARCHAPP_OCR" in remedy


def test_without_a_recogniser_the_remedy_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (rapid, tesseract):
        monkeypatch.setattr(one, "installed", lambda wanted: frozenset())
    ((_, code, remedy),) = findings(tmp_path)
    assert code == "pictures_unread" and "install searchapp[ocr]" in remedy


def test_languages_that_nothing_reads_are_named(tmp_path: Path, tesseract: str) -> None:
    found = findings(tmp_path, ocr="tesseract", ocr_languages="eng+xxx")
    assert [one[1] for one in found] == ["recogniser_works", "languages_unread"]


def test_one_that_is_installed_and_does_not_work_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rapid, "installed", lambda wanted: wanted)
    monkeypatch.setattr("searchapp.doctor.recognition._picture", lambda: b"no picture")
    ((severity, code, _),) = findings(tmp_path, ocr="rapidocr")
    assert (severity, code) == (Severity.WARNING, "recogniser_fails")
