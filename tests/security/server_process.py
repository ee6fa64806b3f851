"""A real ``searchapp serve`` in a process of its own, whose memory and files can be looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from searchapp.access import Scope
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.services import process

START_SECONDS = 120.0
SEARCHAPP = [sys.executable, "-m", "searchapp.cli.run"]


@dataclass
class Running:
    """The server; ``application`` is the same installation, in this process."""

    address: str
    pid: int
    application: Application

    def key(self, name: str = "test", *scopes: Scope) -> dict[str, str]:
        """The header of a new key."""
        _, text = self.application.access.keys.make(name, frozenset(scopes or (Scope.READ, Scope.WRITE)))
        return {"Authorization": f"Bearer {text}"}

    def peak_mib(self) -> float:
        """The most memory that was resident since the last ``forget_peak``."""
        (line,) = [one for one in Path(f"/proc/{self.pid}/status").read_text().splitlines() if "VmHWM" in one]
        return int(line.split()[1]) / 1024

    def forget_peak(self) -> None:
        """Have the peak measured from now on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def spooled_mib(self) -> float:
        """What lies in files that the server holds open and that no folder shows any more."""
        total = 0
        for descriptor in Path(f"/proc/{self.pid}/fd").iterdir():
            try:
                if str(descriptor.readlink()).endswith("(deleted)"):
                    total += descriptor.stat().st_blocks * 512
            except OSError:  # closed meanwhile
                pass
        return total / 2**20


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[Running]:
    """Serve an installation of its own in ``folder``, with authentication, until the end."""
    port = process.free_port()
    values = {
        "data_dir": folder,
        "embedding_model": "hashed:64",
        "ollama_url": "http://127.0.0.1:9",
        "auth": "required",
    }
    values |= settings
    address = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            return httpx.get(f"{address}/healthz").is_success
        except httpx.HTTPError:
            return False

    server = process.start(
        [*SEARCHAPP, "serve", "--port", str(port)],
        address,
        process.scratch_folder("serve"),
        env={f"SEARCHAPP_{name.upper()}": str(value) for name, value in values.items()},
        ready=ready,
        timeout=START_SECONDS,
    )
    try:
        yield Running(address, server.process.pid, Application(Settings(**values)))  # type: ignore[arg-type]
    finally:
        server.stop()
