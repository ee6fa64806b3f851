"""What an Office document says of itself: its title and when it was last changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from searchapp.errors import SourceError
from searchapp.sources.archive import Archive
from searchapp.sources.markdown_source import parse_date
from searchapp.sources.titles import sensible_title

_PARTS = ("docProps/core.xml", "meta.xml")  # Office Open XML, OpenDocument
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


@dataclass(frozen=True, slots=True)
class Properties:
    """Empty where the document says nothing, or nothing sensible."""

    title: str = ""
    modified: dt.datetime | None = None


def read_properties(archive: Archive) -> Properties:
    """The properties of Office Open XML and OpenDocument; damaged ones are none."""
    for part in _PARTS:
        try:
            tree = archive.xml(part)
        except SourceError:
            continue
        if tree is None:
            continue
        title = tree.findtext(f".//{{{_DUBLIN_CORE}}}title") or ""
        changed = tree.findtext(".//{http://purl.org/dc/terms/}modified") or tree.findtext(f".//{{{_DUBLIN_CORE}}}date")
        return Properties(sensible_title(title), parse_date(changed or ""))
    return Properties()
