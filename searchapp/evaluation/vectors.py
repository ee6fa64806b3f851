"""Vectors of judged corpora, kept on disk by model and text, so that a second evaluation embeds nothing."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from searchapp.embedding import Embedder, Fingerprint
from searchapp.errors import StorageError
from searchapp.model import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = "vectors.sqlite"
AT_ONCE = 500
BUSY_SECONDS = 30.0


class CachedEmbedder:
    """An embedder that remembers, across runs, the vectors of documents; all else is the embedder's.

    ``embedded`` counts the texts that had to be computed.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._embedder = embedder
        self._path = folder / FILE
        self.embedded = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``; also raises StorageError."""
        model = _model(self._embedder.fingerprint)
        hashes = [sha256(text.encode()).digest() for text in texts]
        try:
            with closing(self._opened()) as database:
                known = dict(_known(database, model, hashes))
                missing = {key: text for key, text in zip(hashes, texts, strict=True) if key not in known}
                if missing:
                    computed = self._embedder.embed_documents(list(missing.values()))
                    self.embedded += len(missing)
                    known |= dict(zip(missing, computed, strict=True))
                    rows = ((model, key, known[key].tobytes()) for key in missing)
                    with database:
                        database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", rows)
        except (OSError, sqlite3.Error) as error:
            raise StorageError("vectors_unkept", path=self._path, why=str(error)) from error
        return np.stack([known[key] for key in hashes])

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        database.execute(
            "CREATE TABLE IF NOT EXISTS vectors (model BLOB, text BLOB, vector BLOB, PRIMARY KEY (model, text)) "
            "WITHOUT ROWID"
        )
        return database


def _model(fingerprint: Fingerprint) -> bytes:
    # With the dtype: an evaluation compares figures, and bfloat16 moves them in the fourth digit.
    return sha256(json.dumps(fingerprint.as_dict(), sort_keys=True).encode()).digest()


def _known(database: sqlite3.Connection, model: bytes, hashes: Iterable[bytes]) -> Iterator[tuple[bytes, Any]]:
    wanted = list(dict.fromkeys(hashes))
    for first in range(0, len(wanted), AT_ONCE):
        part = wanted[first : first + AT_ONCE]
        marks = ",".join("?" * len(part))
        asked = f"SELECT text, vector FROM vectors WHERE model = ? AND text IN ({marks})"  # noqa: S608
        rows = database.execute(asked, (model, *part))
        for text, vector in rows:
            yield text, np.frombuffer(vector, dtype=np.float32)
