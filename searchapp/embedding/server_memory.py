"""What is remembered of a model behind a server: a vector to know it by, how long a text it reads, and tokens sent.

A server names its models as it likes and does not tell their weights. So the vector of one word is kept in the data
folder: when the server, or another one, gives quite another vector under the same name, that is another model. How many
tokens were sent to a server is counted there, too.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from searchapp.errors import ModelMismatchError, StorageError, unwritable
from searchapp.model import Vector
from searchapp.private_database import transaction

log = logging.getLogger(__name__)

SAME_COSINE = 0.9
"""Copies of one model in other precisions agree at 0.98 and more, in 4 bits too; other models at about 0."""


class ServerMemory:
    """The memory of one model, by the name that its fingerprint has."""

    def __init__(self, data_dir: Path, model: str, digest: str) -> None:
        self._model = model
        self.path = data_dir / "embedding-servers" / f"{sha256(digest.encode()).hexdigest()[:16]}.json"
        self._kept = self._read()

    @property
    def reads(self) -> int:
        """Tokens of the longest text that the model was seen to read whole; 0: none was tried."""
        return int(self._kept.get("reads", 0))

    def compare(self, probe: Vector, server: str) -> None:
        """Raise ModelMismatchError when ``probe`` is not the vector that this model gave before."""
        known = np.asarray(self._kept.get("probe", []), dtype=np.float32)
        if not known.size:
            return
        if known.size == probe.size and float(known @ probe) >= SAME_COSINE:
            return
        raise ModelMismatchError("server_model_changed", server=server, model=self._model, file=self.path)

    def keep(self, probe: Vector, reads: int) -> None:
        """Remember the vector, unless one is kept already, and ``reads``; what cannot be written is learned again."""
        kept = {"model": self._model, "probe": [float(value) for value in probe], **self._kept, "reads": reads}
        if kept == self._kept:
            return
        written: Path | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=self.path.parent)
            written = Path(name)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(kept, file, ensure_ascii=False)
            written.replace(self.path)
        except OSError as error:
            log.warning("%s", unwritable(self.path.parent, error))
            if written is not None:
                written.unlink(missing_ok=True)
        self._kept = kept

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # nothing is known, or the file was damaged: then it is learned again
            return {}
        return kept if isinstance(kept, dict) else {}


SCHEMA = """
CREATE TABLE IF NOT EXISTS sent (
    host TEXT NOT NULL, model TEXT NOT NULL, tokens INTEGER NOT NULL, PRIMARY KEY (host, model)
) WITHOUT ROWID;
"""
HOLDS = "The count of tokens sent"


class SentTokens:
    """How many tokens were sent, by all processes that share ``data_dir``."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / "sent-tokens.sqlite"

    def add(self, host: str, model: str, tokens: int) -> None:
        """Count ``tokens`` more.

        A count that cannot be written is logged and no error: the vectors are paid for, and an ingestion that repeats
        what raises would pay again.
        """
        try:
            with transaction(self.path, SCHEMA, HOLDS) as connection:
                connection.execute(
                    "INSERT INTO sent VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET tokens = tokens + excluded.tokens",
                    (host, model, tokens),
                )
        except StorageError as error:
            log.warning("%s", error)

    def total(self, host: str, model: str) -> int:
        """Tokens sent until now. Raises StorageError."""
        if not self.path.exists():
            return 0
        with transaction(self.path, SCHEMA, HOLDS) as connection:
            row = connection.execute("SELECT tokens FROM sent WHERE host = ? AND model = ?", (host, model)).fetchone()
        return int(row["tokens"]) if row else 0
