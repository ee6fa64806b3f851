"""What is kept beside a prepared model: everything that its fingerprint tells, and how it was checked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "model.json"

FORMAT = 1
"""Version of a prepared folder's layout; a folder of another one is made again."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A prepared model.

    ``sources`` are the identities of the weights (``weights.Weights``) that it is known to be made of. ``cosines`` has,
    by precision that may be used, the least cosine to the model's own vectors over the calibration texts, and
    ``seconds`` how long they took; both are empty where the model could not be compiled, for ``reason``.
    """

    name: str
    digest: str
    dims: int
    max_tokens: int
    query_prompt: str
    document_prompt: str
    sources: tuple[str, ...]
    cosines: dict[str, float]
    seconds: dict[str, float]
    reason: str = ""
    format: int = FORMAT

    def save(self, folder: Path) -> None:
        """Write ``model.json`` into ``folder``, whole or not at all."""
        beside = folder / f"{FILE}.new"
        beside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        beside.replace(folder / FILE)


def read_facts(folder: Path) -> ModelFacts | None:
    """The facts in ``folder``; None where it holds no whole prepared model of this format."""
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        facts = ModelFacts(**{**values, "sources": tuple(values["sources"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return facts if facts.format == FORMAT else None
