"""What confines the parser holds on any system, says what it lacks, and takes nothing away that a document needs."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.samples import samples_folder
from searchapp.sources.confinement import Protection, seccomp
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput, ParserOptions
from searchapp.sources.sandbox import Sandbox
from tests.sources.formats.test_hostile_formats import SAMPLES
from tests.sources.formats.test_office import encrypted_office
from tests.sources.office_files import docx, epub, odt, pptx, xlsx
from tests.sources.pdf_files import encrypted, pdf, scanned

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux confines a process so far")


def test_nothing_is_said_to_hold_that_does_not() -> None:
    # In a process that gave up nothing but what is named: each question is really asked.
    code = "from searchapp.sources import confinement as c\n{}\nprint(*sorted(c.confine()))"
    assert said(code.format("c._limit = c.refuse_privileges = c.restrict_files = lambda: None")) == (
        "network processes" if os.geteuid() == 0 else ""  # seccomp wants no_new_privs, or root
    )
    without = said(code.format("c.refuse_system_calls = lambda: None"))
    assert "network" not in without and "writing" in without


def said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_nothing_is_written_even_where_a_file_could_be_opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = (
        "from searchapp.sources import confinement as c\n"
        "c.restrict_files = lambda: None\n"  # a kernel without Landlock
        "c.confine()\n"
        f"with open({str(tmp_path / 'filling')!r}, 'wb') as file:\n"
        "    file.write(bytes(10))\n"
    )
    failed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "File too large" in failed.stderr and (tmp_path / "filling").stat().st_size == 0


def test_tesseract_runs_under_all_of_it(tesseract: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program of its name looks what it may do, then becomes the real one."""
    real, seen = Path(tesseract).resolve(), "The quick brown fox jumps over the lazy dog."
    folder = tmp_path / "opt" / "bin"
    folder.mkdir(parents=True)
    program = folder / "tesseract"
    program.write_text(
        "#!/bin/bash\n"
        "if (: </etc/passwd) 2>/dev/null; then exit 9; fi\n"
        "if (: </dev/tcp/127.0.0.1/9) 2>&1 | grep -qv 'not permitted'; then exit 9; fi\n"
        f'exec {real} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    options = ParserOptions(max_bytes=1 << 24, ocr="tesseract", ocr_languages="eng", ocr_max_pages=1)
    with Sandbox(timeout_seconds=120.0, memory_mb=1024, options=options) as box:
        if Protection.FILES not in box.in_force():
            pytest.skip("this kernel has no Landlock")
        assert seen in box.parse(ParserInput("scan.pdf", scanned(pdf(seen)))).text


PAPER = "The valve closes at seven bar, and the press stops."


LETTER = f"From: ada@example.org\nSubject: Valves\nDate: Mon, 6 May 2024 09:08:09 +0200\n\n{PAPER}\n"


FILES = {
    "a.pdf": encrypted(pdf(PAPER, "操作人员在设备开启时必须佩戴防割手套。"), "sesame", "owner"),
    "a.docx": docx(PAPER),
    "b.pptx": encrypted_office(pptx(("Valves", PAPER)), "sesame"),
    "a.pptx": pptx(("Valves", PAPER)),
    "a.xlsx": xlsx({"Valves": [("name", "bar"), ("one", 7)]}),
    "a.odt": odt(f"<text:p>{PAPER}</text:p>"),
    "a.epub": epub({"1.xhtml": f"<p>{PAPER}</p>"}),
    "a.eml": LETTER.encode(),
    "a.csv": b"name,bar\none,7\n",
    "a.txt.gz": gzip.compress("设备维护手册：请戴手套。".encode("gb18030") * 20),
    **{
        name: SAMPLES[name]
        for name in ("a.rtf", "a.yaml", "a.xml", "a.ipynb", "a.srt", "a.tex", "a.mht", "a.py", "a.zip")
    },
    **{
        path.name: path.read_bytes()
        for path in samples_folder().rglob("*")
        if path.suffix in (".html", ".md", ".pdf") and path.name != "用水告示.pdf"  # a scan has no text to parse
    },
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_is_parsed_as_before(name: str) -> None:
    """Nothing that a parser needs is taken from it, not even from the first document of a process."""
    options = ParserOptions(max_bytes=1 << 26, passwords=("sesame",))
    source = ParserInput(f"/in/{name}", FILES[name], options=options)
    with Sandbox(timeout_seconds=120.0, memory_mb=1024, options=options) as box:
        assert box.parse(source) == parse(source)


def test_the_numbers_are_the_kernels_own() -> None:
    headers = {
        "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        "aarch64": Path("/usr/include/asm-generic/unistd.h"),
    }
    present = {machine: path for machine, path in headers.items() if path.exists()}
    if not present:
        pytest.skip("no kernel headers are installed here")
    for machine, path in present.items():
        defined = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", path.read_text()))
        ours = seccomp.numbers(seccomp.REFUSED + seccomp.ARGUED, machine)
        assert len(ours) > 90
        assert {name: number for name, number in ours.items() if int(defined.get(name, number)) != number} == {}
