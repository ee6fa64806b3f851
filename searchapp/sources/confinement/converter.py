"""The process that becomes LibreOffice, once it has given up all but one folder.

LibreOffice writes files, so that it cannot be a child of the parser's process, where no file can be written. It may
read what parsing reads, its own configuration, and that folder, in which alone it may write; it has no network, and can
begin to speak to no other process. Where the system does not offer this, it is not started.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from searchapp.sources.confinement import refuse_privileges
from searchapp.sources.confinement.landlock import restrict_files
from searchapp.sources.confinement.seccomp import refuse_system_calls

UNCONFINED = 78
"""Exit status that says that the system does not offer what is needed."""

NEEDED = (
    "socket bind unlink unlinkat rename renameat renameat2 mkdir mkdirat rmdir link linkat symlink symlinkat truncate"
).split()
"""Calls that change files by their names, which Landlock confines to the folder, and those that make the socket."""

CONFIGURATION = ("/etc/libreoffice", "/var/lib/libreoffice", "/var/spool/libreoffice", "/opt", "/var/cache/fontconfig")
"""Its registry and extensions, without which it does not start; where else it may be installed; known fonts."""

PIPE_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - its own choice, which nothing changes
"""Where it makes a socket by which a second start of it would find it; it gives up where it cannot."""

LARGEST_FILE = 512 << 20
OPEN_FILES = 256


def main() -> None:
    """Become the program of the arguments: the folder, the memory in MiB, the program and its own arguments."""
    folder, memory_mb, program, *arguments = sys.argv[1:]
    try:
        for name, limit in _limits(int(memory_mb)):
            _set_limit(name, limit)
        refuse_privileges()
        restrict_files(writable=folder, also=CONFIGURATION, sockets=PIPE_FOLDERS)
        refuse_system_calls(allowed=NEEDED)
    except (OSError, ImportError, AttributeError):
        sys.exit(UNCONFINED)
    os.chdir(folder)
    language = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
    environment = {"HOME": folder, "TMPDIR": folder, "PATH": "/usr/bin:/bin", **language}
    os.execve(program, [program, *arguments], environment)  # noqa: S606 - a shell is what this does without


def _limits(memory_mb: int) -> Iterator[tuple[str, int]]:
    yield "RLIMIT_FSIZE", LARGEST_FILE
    yield "RLIMIT_CORE", 0
    yield "RLIMIT_NOFILE", OPEN_FILES
    yield "RLIMIT_DATA", memory_mb << 20
    with suppress(OSError, ValueError, IndexError):
        yield "RLIMIT_NPROC", int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2]) + 512


def _set_limit(name: str, limit: int) -> None:
    import resource  # not on Windows

    with suppress(ValueError):  # a lower one is in force already
        resource.setrlimit(getattr(resource, name), (limit, limit))
