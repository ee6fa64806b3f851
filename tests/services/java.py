"""Finding a JDK: the one on PATH is often older than Elasticsearch asks for."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.services import ServiceUnavailableError

JDK_FOLDERS = ("/usr/lib/jvm/*", "/opt/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home")
JDK_FOLDERS_OF_THE_USER = (".sdkman/candidates/java/*", ".jdks/*")


def jdk(at_least: int, *, readable_by_all: bool) -> Path:
    """The home of the oldest JDK that is new enough: what asks for 21 was tested with 21.

    `readable_by_all` leaves out those that another user could not run. Raises ServiceUnavailableError.
    """
    found = {
        home: version
        for home in _candidates()
        if (version := _version(home)) >= at_least and (home / "bin" / "javac").exists()
        if not readable_by_all or is_readable_by_all(home)
    }
    if not found:
        raise ServiceUnavailableError(f"no JDK {at_least} or newer found (set JAVA_HOME)")
    return min(found, key=lambda home: found[home])


def is_readable_by_all(path: Path) -> bool:
    """Whether any user may enter the folder: each folder above it must let them."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _candidates() -> Iterator[Path]:
    named = (os.environ.get("ES_JAVA_HOME"), os.environ.get("JAVA_HOME"))
    yield from (Path(home).resolve() for home in named if home)
    if javac := shutil.which("javac"):
        yield Path(javac).resolve().parents[1]
    for pattern in JDK_FOLDERS:
        yield from (home.resolve() for home in Path("/").glob(pattern.removeprefix("/")))
    for pattern in JDK_FOLDERS_OF_THE_USER:
        yield from (home.resolve() for home in Path.home().glob(pattern))


def _version(home: Path) -> int:
    """The major version out of the file that every JDK carries, 0 without one."""
    try:
        match = re.search(r'^JAVA_VERSION="(\d+)', (home / "release").read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(match[1]) if match else 0
