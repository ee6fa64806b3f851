"""An optional second look at the best chunks: a cross-encoder reads query and chunk together.

It reads slowly, some chunks in the time of a whole search, so that it is off unless a model is named.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from searchapp.errors import ModelUnavailableError
from searchapp.stores import FoundChunk

ABOVE = 2.0
"""Added to a cross-encoder's score of 0 to 1, which then stands above those of the chunks that it did not read."""


class Reranker:
    """A cross-encoder of sentence-transformers: a folder, or a name that the local hub cache knows.

    Safe to share between threads: one is served at a time, as the model itself keeps every core busy.
    """

    def __init__(self, name: str) -> None:
        """Load the model. Raises ModelUnavailableError when it is not here, or is no cross-encoder with one score."""
        import logging

        import torch
        import transformers

        logging.getLogger("sentence_transformers").setLevel(logging.WARNING)
        transformers.utils.logging.disable_progress_bar()
        from sentence_transformers import CrossEncoder

        try:
            # Never fetched: a search must not wait for a download, nor send what is asked anywhere.
            self._model: Any = CrossEncoder(name, local_files_only=True, activation_fn=torch.nn.Sigmoid())
        except (OSError, ValueError, RuntimeError) as missing:
            raise ModelUnavailableError("reranker_missing", name=name) from missing
        if self._model.num_labels != 1:
            raise ModelUnavailableError("reranker_unfit", name=name, scores=int(self._model.num_labels))
        self._lock = threading.Lock()

    def reranked(
        self, text: str, fused: Mapping[str, float], chunks: Mapping[str, FoundChunk], most: int
    ) -> dict[str, float]:
        """``fused`` (best first) with its ``most`` best chunks ranked by what the model says of query and chunk."""
        best = list(fused)[:most]
        pairs = [(text, "\n".join((chunks[key].title, *chunks[key].headings, chunks[key].text))) for key in best]
        with self._lock:
            scores = self._model.predict(pairs, show_progress_bar=False) if pairs else ()
        read = {key: ABOVE + float(score) for key, score in zip(best, scores, strict=True)}
        return dict(sorted(read.items(), key=lambda item: (-item[1], item[0]))) | {
            key: score for key, score in fused.items() if key not in read
        }


@lru_cache(maxsize=1)
def reranker_named(name: str) -> Reranker:
    """The model of that name, loaded once a process. Raises as ``Reranker`` does."""
    return Reranker(name)
