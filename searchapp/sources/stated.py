"""What people state about a document beside its text, in front matter, sidecars and path rules.

A sidecar is ``report.pdf.meta.yml`` beside a file, or ``.meta.yml`` for the files of its folder and those below it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from searchapp.model import Fields

SIDECAR = ".meta.yml"


@dataclass(frozen=True, slots=True)
class Stated:
    """A document's title, language, date, tags, collections and own fields; empty where nothing is stated of them."""

    title: str = ""
    language: str = ""
    modified: dt.datetime | None = None
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    fields: Fields = field(default_factory=dict)

    def over(self, lower: Stated) -> Stated:
        """All that this states, and what ``lower`` states beyond it."""
        return Stated(
            title=self.title or lower.title,
            language=self.language or lower.language,
            modified=self.modified or lower.modified,
            tags=self.tags or lower.tags,
            collections=self.collections or lower.collections,
            fields={**lower.fields, **self.fields},
        )


@dataclass(frozen=True, slots=True)
class OwnFacts:
    """What a document says of itself; ``stated`` is its front matter. Without a ``title`` it has its file's name."""

    title: str
    language: str
    modified: dt.datetime | None
    note: str
    stated: Stated


def merged(parts: Iterable[Stated]) -> Stated:
    """All of them as one, the first the highest."""
    found = Stated()
    for part in parts:
        found = found.over(part)
    return found


def described(path: Path) -> Path | None:
    """The file or folder that a sidecar states something about; None for any other file, such as one left alone."""
    if path.name == SIDECAR:
        return path.parent
    if not path.name.endswith(SIDECAR):
        return None
    file = path.with_name(path.name.removesuffix(SIDECAR))
    return file if file.is_file() else None
