"""Office 97-2003 documents, by way of LibreOffice where it is installed, and confined."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.settings import load_settings
from searchapp.sources import Loader, reference
from searchapp.sources import libreoffice as office
from tests.sources.office_files import pptx

confined = pytest.mark.skipif(sys.platform != "linux", reason="LibreOffice is confined on Linux only")

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def newer(kind: str = "doc", seconds: float = 60, max_bytes: int = 1 << 20) -> bytes:
    return office.newer(OLD, kind, f"/in/a.{kind}", seconds=seconds, memory_mb=512, max_bytes=max_bytes)


def refused(**options: float) -> str:
    with pytest.raises(SourceError) as error:
        newer(**options)  # type: ignore[arg-type]
    return error.value.reason


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch):
    """A program that runs in LibreOffice's place, under all that confines it."""

    def runs(script: str) -> None:
        monkeypatch.setattr(office, "program", lambda: "/bin/sh")
        monkeypatch.setattr(office, "FIXED", ("-c", script))

    return runs


def old(tmp_path: Path, name: str, data: bytes, kind: str) -> Path:
    """An older document, made of a newer one."""
    path = tmp_path / name
    path.write_bytes(data)
    command = [str(office.program()), "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
    for _ in range(2):  # the first start only makes the profile
        converting = [*command, "--convert-to", kind, "--outdir", str(tmp_path), str(path)]
        subprocess.run(converting, check=False, env={"HOME": str(tmp_path)})
    return path.with_suffix(f".{kind}")


@pytest.mark.slow
@pytest.mark.usefixtures("libreoffice")
@confined
def test_older_documents_are_read(tmp_path: Path) -> None:
    text = rb"{\rtf1\ansi\uc1 \u25163?\u22871? Wear gloves.\par}"
    word = old(tmp_path, "a.rtf", text, "doc")
    slides = old(tmp_path, "b.pptx", pptx(("Gate", "It opens at nine.")), "ppt")
    with Loader(load_settings()) as loader:
        document = loader.load(reference(str(word)))
        assert (document.type, document.text) == (SourceType.DOC, "手套 Wear gloves.")
        document = loader.load(reference(str(slides)))
        assert document.type is SourceType.PPT and "It opens at nine." in document.text
    assert not list(Path("/tmp").glob("searchapp-office-*")) and not list(Path("/tmp").glob("OSL_PIPE_*"))


def test_without_it_a_sentence_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert office.program() is None
    with pytest.raises(SourceError) as error:
        newer()
    assert (error.value.reason, error.value.lacking) == ("libreoffice_needed", office.LIBREOFFICE)
    assert "LibreOffice" in error.value.message and ".docx" in error.value.remedy


@confined
def test_what_it_makes_is_taken(stand_in) -> None:
    stand_in("echo made > document.docx; echo $HOME > said")
    assert newer() == b"made\n"


@confined
def test_what_takes_too_long_is_killed_with_all_that_it_started(stand_in) -> None:
    stand_in("sleep 61.7 & sleep 61.7")
    started = time.monotonic()
    assert refused(seconds=1) == "libreoffice_too_slow"
    assert time.monotonic() - started < 10
    assert "sleep 61.7" not in subprocess.run(["ps", "ax"], capture_output=True, text=True, check=True).stdout


@confined
@pytest.mark.parametrize(
    "script",
    [
        "exit 3",
        "ln -s /etc/hostname document.docx",
        "mkdir document.docx",
        "seq 1 500000 > document.docx",
        "cat /etc/shadow > document.docx",
        "cat ~/../../root/.profile > document.docx",
        "echo x > /tmp/searchapp-was-here && cp /tmp/searchapp-was-here document.docx",
        "chmod 700 document.doc && echo x > document.docx",
    ],
)  # fmt: skip
def test_nothing_else_comes_of_it(stand_in, script: str) -> None:
    stand_in(f"set -e; {script}")
    assert refused() == "libreoffice_failed"


@confined
def test_it_has_no_network(stand_in) -> None:
    script = "import socket; socket.socket(socket.AF_INET)"
    stand_in(f"{sys.executable} -c '{script}' 2> document.docx; true")
    assert b"Operation not permitted" in newer()


def test_where_it_cannot_be_confined_it_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: "/bin/true")
    monkeypatch.setattr(office, "_run", lambda command, seconds: office.UNCONFINED)
    assert refused() == "libreoffice_unconfined"


@confined
def test_without_a_folder_for_temporary_files_it_fails_with_a_sentence(
    stand_in, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in("echo made > document.docx")
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    assert refused() == "libreoffice_failed"
