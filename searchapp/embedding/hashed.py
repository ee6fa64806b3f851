"""An embedder without a model: words are hashed into a vector.

It knows no meaning, but it is deterministic, instant and needs nothing, so that the whole application can run in a test
or on a machine where no weights are to be had. Feature hashing: Weinberger et al. 2009, arXiv:0902.2206.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from searchapp.embedding.base import Fingerprint
from searchapp.errors import UsageError
from searchapp.model import Vector, Vectors
from searchapp.settings import Settings
from searchapp.text.words import fold_width, is_stop_term, words
from searchapp.tokens import EstimatingTokenizer

MAX_TOKENS = 256


class HashedEmbedder:
    """Sums one hashed, signed unit for each word; ``model`` is the number of dimensions ("256")."""

    def __init__(self, model: str, settings: Settings) -> None:
        if not model.isdigit() or not 8 <= int(model) <= 4096:
            raise UsageError("hashed_dimensions_wrong", model=model)
        self.fingerprint = Fingerprint("hashed", model, "1", dims=int(model), max_tokens=MAX_TOKENS)
        self.tokenizer = EstimatingTokenizer()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        vectors = np.zeros((len(texts), self.fingerprint.dims), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in words(fold_width(text)):
                if not is_stop_term(word.term):
                    digest = int.from_bytes(blake2b(word.term.encode(), digest_size=8).digest(), "big")
                    row[(digest >> 1) % len(row)] += 1.0 if digest & 1 else -1.0
            norm = float(np.linalg.norm(row))
            # A text without words still needs a direction, since cosine is undefined for the zero vector.
            row[:] = row / norm if norm else np.eye(1, len(row), dtype=np.float32)[0]
        return vectors

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        vector: Vector = self.embed_documents([text])[0]
        return vector
