"""Known vulnerabilities from a file in the format of OSV (https://ossf.github.io/osv-schema), for PyPI's packages.

The versions of ``affected`` are matched as that page's "Evaluation" tells: a version is affected where ``versions``
lists it or a range of type ECOSYSTEM holds it. Ranges of git commits say nothing of releases.
"""

from __future__ import annotations

import json
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

ECOSYSTEM = "PyPI"


@dataclass(frozen=True)
class Known:
    """A vulnerability of one version: its id, all its names, and the releases without it."""

    id: str
    aliases: frozenset[str]
    fixed: tuple[str, ...]


class Database:
    """The records in a ``.zip`` of JSON files, a folder of them, or one JSON file with a record or a list of records.

    Raises ValueError for what holds no record of PyPI's, so that a wrong file is no clean result, and OSError.
    """

    def __init__(self, path: Path) -> None:
        self._affected: dict[str, list[tuple[Mapping[str, Any], Mapping[str, Any]]]] = defaultdict(list)
        self.newest = ""
        """When the youngest record was changed last, in ISO 8601: how old the database is."""
        self.records = 0
        for record in _records(path):
            mine = [one for one in record.get("affected", []) if one.get("package", {}).get("ecosystem") == ECOSYSTEM]
            if not mine:
                continue
            self.records += 1
            self.newest = max(self.newest, record.get("modified", ""))
            for affected in mine if "withdrawn" not in record else ():
                self._affected[canonicalize_name(affected["package"]["name"])].append((record, affected))
        if not self.records:
            raise ValueError(f"{path} holds no record of {ECOSYSTEM}")

    def of(self, name: str, version: Version) -> list[Known]:
        """What is known of this version, each vulnerability once however many databases have named it."""
        found: list[Known] = []
        for record, affected in self._affected[canonicalize_name(name)]:
            names = {record["id"], *record.get("aliases", ())}
            if _affects(affected, version) and not any(names & one.aliases for one in found):
                fixed = sorted({event["fixed"] for event in _events(affected) if "fixed" in event}, key=_order)
                later = tuple(one for one in fixed if _order(one) > _order(str(version)))
                found.append(Known(record["id"], frozenset(names), later))
        return found


def _records(path: Path) -> Iterator[Mapping[str, Any]]:
    texts: Iterator[bytes]
    if path.is_dir():
        texts = (file.read_bytes() for file in sorted(path.rglob("*.json")))
    elif zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        texts = (archive.read(name) for name in sorted(archive.namelist()) if name.endswith(".json"))
    else:
        texts = iter([path.read_bytes()])
    for text in texts:
        read = json.loads(text)
        yield from read if isinstance(read, list) else [read]


def _events(affected: Mapping[str, Any]) -> list[Mapping[str, str]]:
    ranges = (one for one in affected.get("ranges", []) if one["type"] == "ECOSYSTEM")
    return [event for one in ranges for event in one["events"]]


def _affects(affected: Mapping[str, Any], version: Version) -> bool:
    listed = {_order(one) for one in affected.get("versions", [])}
    ranges = (one["events"] for one in affected.get("ranges", []) if one["type"] == "ECOSYSTEM")
    # +cpu and the like are builds of the same release.
    return _order(version.public) in listed or any(_holds(events, Version(version.public)) for events in ranges)


def _holds(events: list[Mapping[str, str]], version: Version) -> bool:
    """Whether a range holds the version; one with a version that PEP 440 does not know is told by the list alone."""
    holds = False
    try:
        steps = sorted((_step(event) for event in events), key=lambda step: step[0])
    except InvalidVersion:
        return False
    for at, kind in steps:
        if kind == "introduced" and version >= at:
            holds = True
        elif (kind in ("fixed", "limit") and version >= at) or (kind == "last_affected" and version > at):
            holds = False
    return holds


def _step(event: Mapping[str, str]) -> tuple[Version, str]:
    ((kind, text),) = event.items()
    return Version("0.dev0" if text == "0" else text), kind


def _order(text: str) -> tuple[bool, Version | str]:
    """Something to sort and compare by; what is no version of PEP 440 comes first, by its text."""
    try:
        return True, Version(text)
    except InvalidVersion:
        return False, text
