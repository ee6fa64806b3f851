"""A real Docker engine of our own, and compose: Debian's docker.io, and compose built by Go."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.services import ServiceUnavailableError, cache, process, tools

COMPOSE = "github.com/docker/compose/v5/cmd@v5.0.2"
DEBIAN_PACKAGES = ("docker.io",)
START_SECONDS = 60.0


class Engine:
    """A running engine; with ``server`` one of our own, of which nothing is left when it stops."""

    def __init__(self, url: str, server: process.Server | None = None) -> None:
        self._url = url
        self._server = server
        self._compose = compose()

    def has(self, image: str) -> bool:
        """Whether it has an image of this name."""
        return self.run("docker", "image", "inspect", image, check=False).returncode == 0

    def run(
        self, *command: str | Path, env: Mapping[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run ``docker ...`` or ``compose ...`` against it; both outputs are one. Raises AssertionError with its end."""
        program = [self._compose] if command[0] == "compose" else ["docker"]
        done = subprocess.run(
            [*program, *(command[1:] if command[0] in ("compose", "docker") else command)],
            env={**os.environ, "DOCKER_HOST": self._url, "DOCKER_BUILDKIT": "0", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{tools.tail(done.stdout)}")
        return done

    def stop(self) -> None:
        """Remove every container, then stop the engine and remove its folder; one that is not ours goes on."""
        if self._server is None:
            return
        if running := self.run("docker", "ps", "--all", "--quiet", check=False).stdout.split():
            self.run("docker", "rm", "--force", "--volumes", *running, check=False)
        self._server.stop()
        # What it leaves mounted: the network of containers that have none.
        left = self._server.scratch / "exec" / "netns" / "default"
        subprocess.run(["umount", left], capture_output=True, check=False)
        shutil.rmtree(self._server.scratch, ignore_errors=True)


def running() -> Engine | None:
    """The engine that SEARCHAPP_TEST_DOCKER_HOST names; None when it is not set.

    It gets images under the names of published ones, so it should be an engine for tests. Raises ServiceUnavailableError
    when it does not answer.
    """
    url = os.environ.get("SEARCHAPP_TEST_DOCKER_HOST")
    if url and not _answers(url):
        raise ServiceUnavailableError(f"no Docker engine answers at {url}")
    return Engine(url) if url else None


def start() -> Engine:
    """Start an engine whose containers reach each other and this machine's loopback, but no network outside.

    Builds that download ask for ``network: host``. Raises ServiceUnavailableError.
    """
    compose()
    daemon()
    scratch = process.scratch_folder("docker")
    url = f"unix://{scratch}/docker.sock"
    command = ["dockerd", "--host", url, "--data-root", scratch / "data", "--exec-root", scratch / "exec"]
    command += ["--pidfile", scratch / "docker.pid", "--bridge=none", "--storage-driver=overlay2"]
    command += ["--iptables=false", "--ip6tables=false", "--ip-forward=false"]  # the machine's own are left alone
    server = process.start(command, url, scratch, env={}, ready=lambda: _answers(url), timeout=START_SECONDS)
    return Engine(url, server)


def obtain() -> str:
    """Do now what ``start`` would take long for; returns what it will use. Raises ServiceUnavailableError."""
    return f"{daemon()}, {compose()}"


def daemon() -> Path:
    """``dockerd``, which root alone can run; raises ServiceUnavailableError."""
    if os.geteuid() != 0:
        raise ServiceUnavailableError("a Docker engine of the tests' own runs only as root")
    if shutil.which("dockerd") is None:
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
    tools.need("rehearsing the stack", "dockerd", "docker")
    return Path(str(shutil.which("dockerd")))


def compose() -> Path:
    """The compose program, built once into the cache; raises ServiceUnavailableError."""
    return cache.get("compose-v5.0.2", _build_compose) / "docker-compose"


def _build_compose(into: Path) -> None:
    tools.need("building Docker compose", "go")
    flags = {"CGO_ENABLED": "0", "GOBIN": str(into)}
    tools.run("building Docker compose", ["go", "install", COMPOSE], flags)
    (into / "cmd").rename(into / "docker-compose")


def _answers(url: str) -> bool:
    asked = ["docker", "--host", url, "version", "--format", "{{.Server.Version}}"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0
