"""Office 97-2003 documents become newer ones, which are parsed: LibreOffice makes them, where it is installed.

It is started for one document at a time, confined (``confinement.converter``), with a home of its own that is gone
afterwards; when its time is up it is killed, with all that it started.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import searchapp
from searchapp.children import plain_environment
from searchapp.errors import SourceError
from searchapp.sources.confinement.converter import PIPE_FOLDERS, UNCONFINED

LIBREOFFICE = "libreoffice"
"""What such a document lacks where it is not installed (``SourceError.lacking``)."""

NEWER = {"doc": "docx", "ppt": "pptx"}
MEMORY_MB = 1024
"""What LibreOffice takes by itself (measured: some 250 MiB), on top of a file's share."""

FIXED = ("--headless", "--norestore", "--nologo")
_FIRST_START = 81
"""Exit status of a start that only made the new home: it wants to be started again."""

_BOOT = (
    "import sys; root = sys.argv.pop(1)\n"
    "if root not in sys.path: sys.path.insert(0, root)\n"
    "from searchapp.sources.confinement.converter import main; main()"
)
_turn = threading.Lock()


def program() -> str | None:
    """The program itself, not the script that starts it; None where LibreOffice is not installed."""
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            beside = Path(found).resolve().with_name("soffice.bin")
            return str(beside) if beside.is_file() else None
    return None


def newer(data: bytes, kind: str, name: str, *, seconds: float, memory_mb: int, max_bytes: int) -> bytes:
    """The document ``data``, a ``doc`` or ``ppt``, as a .docx or .pptx.

    Raises SourceError where LibreOffice is missing, cannot be confined, fails, or takes longer than ``seconds``.
    """
    office = program()
    if office is None:
        raise SourceError("libreoffice_needed", name=name, kind=kind, lacking=LIBREOFFICE)
    try:
        with _turn, tempfile.TemporaryDirectory(prefix="searchapp-office-", ignore_cleanup_errors=True) as folder:
            status, made = _convert(Path(folder).resolve(), office, data, kind, seconds, memory_mb, max_bytes)
    except OSError as error:  # no folder for temporary files, or no room in it
        raise SourceError("libreoffice_failed", name=name) from error
    if status is None:
        raise SourceError("libreoffice_too_slow", name=name, seconds=seconds)
    if status == UNCONFINED:
        raise SourceError("libreoffice_unconfined", name=name)
    if made is None:
        raise SourceError("libreoffice_failed", name=name)
    return made


def _convert(
    home: Path, office: str, data: bytes, kind: str, seconds: float, memory_mb: int, max_bytes: int
) -> tuple[int | None, bytes | None]:
    """The exit status, None where the time was up, and what was made, if anything."""
    (home / f"document.{kind}").write_bytes(data)
    command = [
        sys.executable, "-P", "-c", _BOOT, str(Path(searchapp.__file__).resolve().parent.parent),
        str(home), str(memory_mb + MEMORY_MB), office,
        *FIXED, f"-env:UserInstallation=file://{home}/profile",
        "--convert-to", NEWER[kind], "--outdir", str(home), f"document.{kind}",
    ]  # fmt: skip
    status: int | None = _FIRST_START
    for _ in range(2):
        if status == _FIRST_START:
            status = _run(command, seconds)
            _remove_pipe(f"file://{home}/profile")
    return status, _read(home / f"document.{NEWER[kind]}", max_bytes)


def _run(command: list[str], seconds: float) -> int | None:
    """The exit status; None where the time was up."""
    process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
        command,
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        # Also where it has ended: what it started cannot leave its group.
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _remove_pipe(profile: str) -> None:
    """Remove the socket that it may make, but not remove: it is named after its home."""
    digest = hashlib.md5(profile.encode("utf-16-le"), usedforsecurity=False).digest()
    users = (f"{os.getuid()}_", "") if hasattr(os, "getuid") else ("",)
    for folder, user, form in itertools.product(PIPE_FOLDERS, users, ("{:x}", "{:02x}")):
        pipe = Path(folder, f"OSL_PIPE_{user}SingleOfficeIPC_{''.join(map(form.format, digest))}")
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(pipe.lstat().st_mode):
                pipe.unlink()


def _read(path: Path, max_bytes: int) -> bytes | None:
    """What it made; None where that is no file, but a link to one of ours, say, or empty, or too large."""
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1 or status.st_size > max_bytes:
        os.close(file)
        return None
    with open(file, "rb") as stream:  # noqa: PTH123 - it is open already
        return stream.read(max_bytes) or None
