"""Runs a prepared model: token ids by tokenizers, their embeddings from a file, the rest by OpenVINO. No PyTorch.

A multilingual vocabulary is most of such a model (250,000 rows of 118 million parameters in 21 million others), and a
text needs a few rows of it. So the rows stay in a file, and what a text needs is read, where loading all of it took
400 MB.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from searchapp.embedding.runtime.facts import ModelFacts, read_facts
from searchapp.model import Vectors
from searchapp.settings import Precision
from searchapp.tokens import FastTokenizer
from searchapp.tokens.pieces import PIECES, PiecesTokenizer

TABLE = "embeddings.npy"
"""``(vocabulary, width) float16``: what the model makes of each token before its first layer."""

TOKENIZER = "tokenizer.json"
"""As tokenizers writes it; a large vocabulary lies beside it in pieces instead."""

BATCH_TOKENS = 4096
"""Computed at once, padding included: memory grows with it (by 125 MB from here to twice as many), speed does not."""

CACHE = "cache"
"""OpenVINO's own: with it the model is loaded in a quarter of the processor time."""


class CompiledModel:
    """A prepared model in ``folder``; ``wanted`` is the precision that the settings ask for.

    ``caches``: OpenVINO may keep what it makes of the model in the folder, for the next process.
    """

    def __init__(self, folder: Path, wanted: Precision, *, caches: bool = True) -> None:
        facts = read_facts(folder)
        if facts is None or not facts.cosines:
            raise ValueError(f"{folder} holds no compiled model")
        self.facts: ModelFacts = facts
        self.folder = folder
        self._caches = caches and os.access(folder, os.W_OK)
        self.precision = quickest(facts) if wanted is Precision.INT8 else Precision.FULL

    @property
    def dtype(self) -> str:
        """What the vectors were computed in."""
        return "int8" if self.precision is Precision.INT8 else "float32"

    @cached_property
    def tokenizer(self) -> FastTokenizer | PiecesTokenizer:
        """The model's own."""
        if (self.folder / PIECES).is_file():
            return PiecesTokenizer(self.folder)
        from tokenizers import Tokenizer

        return FastTokenizer(Tokenizer.from_file(str(self.folder / TOKENIZER)))

    @cached_property
    def _table(self) -> _Table:
        return _Table(self.folder / TABLE)

    @cached_property
    def _request(self) -> Any:
        without_telemetry()
        import openvino

        # Not pinned to cores: a web server and a worker share a machine. float32 for what is left unquantised.
        options: dict[str, Any] = {
            "PERFORMANCE_HINT": "LATENCY",
            "ENABLE_CPU_PINNING": False,
            "INFERENCE_PRECISION_HINT": "f32",
        }
        if self._caches:
            options |= {"CACHE_DIR": str(self.folder / CACHE), "CACHE_MODE": "OPTIMIZE_SIZE"}
        core = openvino.Core()
        return core.compile_model(self.folder / f"{self.precision}.xml", "CPU", options).create_infer_request()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """``(n, dims) float32``, L2-normalised; what a text has over the model's window is cut off."""
        ids = [_windowed(one, self.facts.max_tokens) for one in self.tokenizer.ids(texts)]
        found = np.concatenate([self._inferred(batch) for batch in batches(ids)])
        vectors: Vectors = found / np.linalg.norm(found, axis=1, keepdims=True)
        return vectors

    def _inferred(self, ids: Sequence[Sequence[int]]) -> Any:
        longest = min(padded_length(max(map(len, ids))), self.facts.max_tokens)
        mask = np.zeros((len(ids), longest), dtype=np.int64)
        tokens = np.zeros((len(ids), longest), dtype=np.int64)
        for row, one in enumerate(ids):
            mask[row, : len(one)] = 1
            tokens[row, : len(one)] = one
        embeddings = self._table.rows(tokens) * mask[:, :, None].astype(np.float32)
        # A copy: the request keeps one buffer for all its results.
        return self._request.infer({"embeddings": embeddings, "attention_mask": mask})[0].copy()


class _Table:
    """What the model makes of each token before its first layer, read from its file row by row.

    Mapped into memory most of it would stay there: with each row Linux maps the 64 kB around it.
    """

    def __init__(self, file: Path) -> None:
        mapped = np.load(file, mmap_mode="r")
        self._start, self._width, self._dtype = mapped.offset, mapped.shape[1], mapped.dtype
        self._file = file.open("rb", buffering=0)

    def rows(self, tokens: Any) -> Any:
        """``(*tokens.shape, width) float32``; not for two threads at once."""
        unique, where = np.unique(tokens, return_inverse=True)
        size = self._width * self._dtype.itemsize
        read = bytearray()
        for token in unique.tolist():
            self._file.seek(self._start + token * size)
            read += self._file.read(size)
        rows = np.frombuffer(read, self._dtype).reshape(-1, self._width).astype(np.float32)
        return rows[where.reshape(tokens.shape)]


def batches(ids: Sequence[list[int]]) -> Iterator[Sequence[list[int]]]:
    """Texts in their order, in powers of two, as many as fit in BATCH_TOKENS when all are as long as the longest."""
    start = 0
    while start < len(ids):
        end, longest = start, 0
        while end < len(ids) and (end == start or (end + 1 - start) * max(longest, len(ids[end])) <= BATCH_TOKENS):
            longest = max(longest, len(ids[end]))
            end += 1
        size = 1 << ((end - start).bit_length() - 1)
        yield ids[start : start + size]
        start += size


def padded_length(tokens: int) -> int:
    """The length that texts of so many tokens are computed at: one of 24 up to 512, by 7 tokens or a quarter at most.

    OpenVINO makes programs for each shape of its input and keeps them, some 8 MB each (openvinotoolkit/openvino#34289):
    an ingestion grew by 350 MB. Powers of two of texts, of a few lengths, are few shapes.
    """
    step = 8 if tokens <= 64 else 16 if tokens <= 128 else 32
    return -(-tokens // step) * step


def quickest(facts: ModelFacts) -> Precision:
    """8 bits where they passed the check and were faster on this machine, else the whole precision."""
    seconds = facts.seconds
    faster = seconds.get(Precision.INT8, np.inf) < seconds.get(Precision.FULL, np.inf)
    return Precision.INT8 if faster else Precision.FULL


def runs_here(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor has what OpenVINO computes with: AVX2 on x86, nothing in particular elsewhere.

    ``cpuinfo`` is where Linux describes it; where there is no such file nothing is known against the processor.
    """
    try:
        described = cpuinfo.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return True
    flags = next((line for line in described if line.startswith("flags")), "")  # x86 only; Arm writes "Features"
    return not flags or "avx2" in flags.split()


def without_telemetry() -> None:
    """Keep OpenVINO and NNCF from reporting their use to their makers; before either is imported."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]


def _windowed(ids: list[int], window: int) -> list[int]:
    return ids if len(ids) <= window else [*ids[: window - 1], ids[-1]]
