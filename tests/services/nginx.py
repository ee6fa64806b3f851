"""A real nginx in front of a server of ours, with a given configuration: Debian's package."""

import os
import shutil
import socket
from pathlib import Path

from tests.services import ServiceUnavailableError, process, tools

DEBIAN_PACKAGES = ("nginx-light",)
START_SECONDS = 30.0

_PLACES = ("/usr/sbin", "/usr/local/sbin")  # not on everybody's PATH


def obtain() -> str:
    """What `start` will use. Raises ServiceUnavailableError."""
    return str(program())


def program() -> Path:
    """`nginx`; raises ServiceUnavailableError."""
    if not (found := _found()):
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
        found = _found()
    if not found:
        raise ServiceUnavailableError("no nginx on PATH")
    return Path(found)


def start(nginx: Path, server: str, port: int) -> process.Server:
    """Start it with one `server { ... }` block, which listens on `port` of 127.0.0.1 with TLS.

    Raises ServiceUnavailableError, with the end of its log, when it refuses the configuration.
    """
    scratch = process.scratch_folder("nginx")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {scratch}/{kind};\n" for kind in kinds)
    # As root it would give its workers to another user, who may not enter the folder.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (scratch / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\n{user}pid {scratch}/pid;\nerror_log stderr info;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{folders}{server}\n}}\n"
    )
    command = [nginx, "-p", str(scratch), "-e", "stderr", "-c", str(scratch / "nginx.conf")]
    return process.start(
        command,
        f"https://127.0.0.1:{port}",
        scratch,
        env={},
        ready=lambda: _listens(port),
        timeout=START_SECONDS,
    )


def _found() -> str | None:
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), *_PLACES)))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
