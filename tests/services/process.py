"""A server as a child process: started on a port, waited for, and gone when the tests are."""

import atexit
import contextlib
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.services import ServiceUnavailableError
from tests.services.tools import tail

STOP_SECONDS = 15.0


# Below the ports that systems give to outgoing connections, so that none of those takes one before its server starts.
# Each process of a parallel run has its own share, so that two never choose the same one at the same moment.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
SERVER_PORTS = range(20_000, 32_000)[_WORKER::_WORKERS]


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    while True:
        port = random.choice(SERVER_PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def scratch_folder(name: str, user: str | None = None) -> Path:
    """A temporary folder, owned by `user` where one is given."""
    path = Path(tempfile.mkdtemp(prefix=f"searchapp-{name}-"))
    if user:
        account = pwd.getpwnam(user)
        os.chown(path, account.pw_uid, account.pw_gid)
    return path


@dataclass(frozen=True)
class Server:
    """A running server. `scratch` holds its log and data, and is removed when it stops."""

    url: str
    scratch: Path
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop the server and all it started, politely and then not; safe to call again."""
        atexit.unregister(self.stop)
        _signal_group(self.process, signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _signal_group(self.process, signal.SIGKILL)
            self.process.wait()
            shutil.rmtree(self.scratch, ignore_errors=True)


def start(
    command: Sequence[str | Path],
    url: str,
    scratch: Path,
    *,
    env: Mapping[str, str],
    ready: Callable[[], bool],
    timeout: float,
    user: str | None = None,
) -> Server:
    """Start `command` and return once `ready()` is true.

    Raises ServiceUnavailableError, with the end of its log, when it exits or takes over `timeout` seconds.
    """
    log = scratch / "server.log"
    account = pwd.getpwnam(user) if user else None
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=scratch,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that its children stop with it
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    server = Server(url, scratch, process)
    atexit.register(server.stop)
    _stop_on_sigterm()
    deadline = time.monotonic() + timeout
    try:
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                state = "is not ready" if process.returncode is None else f"exited with {process.returncode}"
                end = tail(log.read_text(errors="replace"))
                raise ServiceUnavailableError(f"{Path(command[0]).name} {state}; its log ends:\n{end}")
            time.sleep(0.2)
    except BaseException:
        server.stop()
        raise
    return server


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _stop_on_sigterm() -> None:
    """Python dies of SIGTERM without a word to atexit; let it end like Ctrl-C, so that servers stop."""
    in_main = threading.current_thread() is threading.main_thread()  # only it may set handlers
    if in_main and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
