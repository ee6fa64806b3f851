"""Figures of earlier runs, each with what made it, so that none outlives the model, the chunking or the code."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import searchapp
from searchapp.embedding import Fingerprint
from searchapp.settings import Settings

ROOMS = ("answer", "chunking", "embedding", "search", "stores", "text")
"""What of searchapp decides which chunks are found, which questions refused and which sentences supported."""

Rows = list[dict[str, Any]]
Maker = dict[str, Any]


def code() -> str:
    """A digest of these packages and of this benchmark."""
    package, here = Path(searchapp.__file__).parent, Path(__file__).parent
    files = [path for path in package.rglob("*.py") if path.relative_to(package).parts[0].removesuffix(".py") in ROOMS]
    digest = sha256()
    for path in sorted([*files, *here.glob("*.py")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def maker(fingerprint: Fingerprint, settings: Settings) -> Maker:
    """What made figures that depend on an index: the model, how chunks are cut, and the code."""
    cut = {"chunk_tokens": settings.chunk_tokens, "chunk_overlap_tokens": settings.chunk_overlap_tokens}
    return {"model": fingerprint.as_dict(), **cut, "code": code()}


class Kept:
    """The figures in a file, by part (checker, gate) and set."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._parts: dict[str, dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}

    def put(self, part: str, name: str, made_by: Maker, rows: Rows) -> None:
        """Keep a set's rows, in the file too."""
        self._parts.setdefault(part, {})[name] = {"made_by": made_by, "rows": rows}
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(self._parts, indent=1), encoding="utf-8")

    def rows(self, part: str, names: Iterable[str], made_by: Maker) -> dict[str, Rows]:
        """The rows of each set that was measured by the same maker; a set of another one is named on stderr."""
        found: dict[str, Rows] = {}
        for name in names:
            if one := self._parts.get(part, {}).get(name):
                if one["made_by"] == made_by:
                    found[name] = one["rows"]
                else:
                    print(
                        f"{name} ({part}) was measured with another model, chunking or code, and is left out; "
                        f'measure it again: --part {part} --set "{name}".',
                        file=sys.stderr,
                    )
        return found
