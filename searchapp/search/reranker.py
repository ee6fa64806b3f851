"""An optional second look at the best passages: a cross-encoder reads query and passage together.

It reads slowly, some passages in the time of a whole search, so that it is off unless a model is named.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from searchapp.errors import ModelUnavailableError
from searchapp.stores import FoundChunk

ABOVE = 2.0
"""Added to a cross-encoder's score of 0 to 1, which then stands above those of the passages that it did not read."""


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
            raise _unavailable(name, "is not on this machine") from missing
        if self._model.num_labels != 1:
            raise _unavailable(name, f"gives {self._model.num_labels} scores and not one")
        self._lock = threading.Lock()

    def reranked(
        self, text: str, fused: Mapping[str, float], passages: Mapping[str, FoundChunk], most: int
    ) -> dict[str, float]:
        """``fused`` (best first) with its ``most`` best passages ranked by what the model says of query and passage."""
        best = list(fused)[:most]
        pairs = [(text, "\n".join((passages[key].title, *passages[key].headings, passages[key].text))) for key in best]
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


def _unavailable(name: str, why: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"The reranker '{name}' {why}.",
        "Give a folder with a cross-encoder of sentence-transformers, or leave SEARCHAPP_RERANKER empty.",
    )
