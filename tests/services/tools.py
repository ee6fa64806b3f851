"""Running the tools that the recipes need, with reasons a reader can act on when one is missing or fails."""

import importlib.util
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services import ServiceUnavailableError

REQUIRE = "SEARCHAPP_TEST_REQUIRE_SERVICES"
TAIL_LINES = 25
_apt = threading.Lock()


def required() -> bool:
    """Whether a missing service is a failure rather than a skip (and may be installed)."""
    return os.environ.get(REQUIRE) == "1"


def need(purpose: str, *names: str) -> None:
    """Raises ServiceUnavailableError naming each of the programs that is not on PATH."""
    missing = [name for name in names if shutil.which(name) is None]
    if missing:
        raise ServiceUnavailableError(f"{purpose} needs {', '.join(missing)} on PATH")


def need_package(purpose: str, name: str, extra: str) -> None:
    """Raises ServiceUnavailableError where the package cannot be imported: not every machine has a wheel of it."""
    if importlib.util.find_spec(name) is None:
        raise ServiceUnavailableError(f"{purpose} needs the package {name}, which searchapp[{extra}] installs")


def run(
    purpose: str,
    command: Sequence[str | Path],
    env: Mapping[str, str] | None = None,
    *,
    typed: str = "",
) -> None:
    """Run to the end, `typed` being its input; raises ServiceUnavailableError with the end of its output."""
    done = subprocess.run(
        command,
        env={**os.environ, **(env or {})},
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        cause = f"{Path(command[0]).name} exited with {done.returncode}\n{tail(done.stdout)}"
        raise ServiceUnavailableError(f"{purpose} failed: {cause}")


def tail(text: str) -> str:
    """The last lines, which is where the cause of a failure stands."""
    return "\n".join(text.rstrip().splitlines()[-TAIL_LINES:])


def pip_download(requirement: str, into: Path, *flags: str) -> Path:
    """Download the one archive of `requirement`, without what it depends on, and return its path.

    Raises ServiceUnavailableError when there is no pip, or it fails.
    """
    if importlib.util.find_spec("pip"):
        pip = [sys.executable, "-m", "pip"]
    elif shutil.which("pip"):
        pip = ["pip"]
    elif shutil.which("uv"):
        pip = ["uv", "tool", "run", "pip"]
    else:
        raise ServiceUnavailableError(f"downloading {requirement} needs pip or uv")
    into.mkdir(parents=True, exist_ok=True)
    before = set(into.iterdir())
    pip += ["download", "-q", "--no-deps", *flags, "-d", str(into), requirement]
    run(f"downloading {requirement}", pip)
    (archive,) = set(into.iterdir()) - before
    return archive


def ensure_debian_packages(*names: str) -> None:
    """Install those of `names` that are missing, where that is wanted: as root, with services required.

    Raises ServiceUnavailableError with the command to type where it is not, or when apt-get fails.
    """
    with _apt:
        missing = [name for name in names if not _installed(name)]
        if not missing:
            return
        if not (required() and os.geteuid() == 0 and shutil.which("apt-get")):
            raise ServiceUnavailableError(f"missing: apt-get install {' '.join(missing)}")
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run("reading the package lists", ["apt-get", "update", "-q"], quiet)
        run("installing packages", ["apt-get", "install", "-qy", "--no-install-recommends", *missing], quiet)


def _installed(name: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", name]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"
