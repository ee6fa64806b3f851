"""A real Redis: the one that is running, else a program on PATH, else Debian's package."""

import os
import shutil
from pathlib import Path

import redis

from tests.services import ServiceUnavailableError, process, tools

DEBIAN_PACKAGES = ("redis-server",)
START_SECONDS = 30.0


def running() -> str | None:
    """The URL in SEARCHAPP_TEST_REDIS_URL; None when it is not set.

    Raises ServiceUnavailableError when that server does not answer.
    """
    url = os.environ.get("SEARCHAPP_TEST_REDIS_URL")
    if url and not _answers(url):
        raise ServiceUnavailableError(f"no Redis answers at {url}")
    return url


def start(port: int | None = None, *, password: str = "") -> process.Server:
    """Start an empty server that keeps nothing on disk, on a free port by default; raises ServiceUnavailableError."""
    port = port or process.free_port()
    url = f"redis://{f':{password}@' if password else ''}127.0.0.1:{port}/0"
    scratch = process.scratch_folder("redis")
    command = [program(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    if password:
        command += ["--requirepass", password]
    return process.start(command, url, scratch, env={}, ready=lambda: _answers(url), timeout=START_SECONDS)


def obtain() -> str:
    """Do now what `start` would take long for; returns what it will use. Raises ServiceUnavailableError."""
    return running() or str(program())


def program() -> Path:
    """`redis-server` on PATH; raises ServiceUnavailableError."""
    if shutil.which("redis-server") is None:
        tools.ensure_debian_packages(*DEBIAN_PACKAGES)
    tools.need("running Redis", "redis-server")
    return Path(str(shutil.which("redis-server")))


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
