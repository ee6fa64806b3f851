"""Things that take long to make, made once: a folder of folders, each complete or absent."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def folder() -> Path:
    """The cache folder, created when absent.

    Root's is outside its home, which other users cannot enter: Elasticsearch runs as one of them.
    """
    default = "/var/cache/searchapp-tests" if os.geteuid() == 0 else "~/.cache/searchapp-tests"
    path = Path(os.environ.get("SEARCHAPP_TEST_CACHE") or default).expanduser().resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def get(name: str, build: Callable[[Path], None]) -> Path:
    """The cached folder `name`; when absent, `build` fills an empty folder that then takes this name.

    Two runs that want the same thing build it once: the second waits. Raises what `build` raises, and then
    leaves nothing behind.
    """
    target = folder() / name
    if target.exists():
        return target
    with lock(name):
        if target.exists():
            return target
        for stale in folder().glob(f".{name}.*.building"):  # its builder was killed: we hold the lock
            shutil.rmtree(stale)
        scratch = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".building", dir=folder()))
        try:
            build(scratch)
            subprocess.run(["chmod", "-R", "a+rX", str(scratch)], check=True)
            scratch.rename(target)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
    return target


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Held by one process at a time, and freed by the system when that process dies."""
    with (folder() / f".{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
