"""The small files of the shared data that reading once got wrong, and what must hold of each: its README's keys."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.cli.shell import Shell
from tests.conftest import SHARED_DATA

CASES = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or SHARED_DATA) / "cases" / "documents"

SETTINGS = {
    "SEARCHAPP_EMBEDDING_MODEL": "hashed:64",
    "SEARCHAPP_CHUNK_TOKENS": "48",  # so that short sections keep headings of their own
    "SEARCHAPP_OCR_LANGUAGES": "eng",
}
_ABSENT = {"state": "absent", "title": "", "modified": "", "note": "", "passages": []}


def names() -> list[str]:
    """The cases that are there, none where the shared data is not."""
    return sorted(path.parent.name for path in CASES.glob("*/expect.json"))


def faults_of(name: str, folder: Path) -> list[str]:
    """What does not hold of a case, whose files are ingested into an empty store below ``folder``."""
    shell = Shell(folder)
    inputs = folder / "inputs"
    shutil.copytree(CASES / name, inputs, ignore=shutil.ignore_patterns("expect*"))
    ingested = shell("ingest", str(inputs), "--json", **SETTINGS)
    lines = [json.loads(line) for line in ingested.stdout.splitlines()]
    ids = {line["source"]: line["document_id"] for line in lines if "source" in line}
    faults = []
    for file, wanted in json.loads((CASES / name / "expect.json").read_text("utf-8"))["files"].items():
        found = ids.get(str(inputs / file))
        shown = json.loads(shell("documents", "show", found, "--json", **SETTINGS).stdout) if found else {}
        document = {**_ABSENT, **shown}
        faults += [f"{file} ({document['state']}): {one}" for one in unmet(document, wanted, ingested)]
    return faults


def unmet(document: Mapping[str, Any], wanted: Mapping[str, Any], ingested: Any) -> list[str]:
    """The expectations that do not hold of a document, as ``searchapp documents show`` gives it."""
    shown = _Shown(document, ingested.stdout + ingested.stderr)
    return [f"{key}: {item}" for key, items in wanted.items() for item in shown.unmet(key, items)]


class _Shown:
    def __init__(self, document: Mapping[str, Any], output: str) -> None:
        self.document = document
        self.output = output
        self.passages = document["passages"]
        text = ""
        for passage in self.passages:  # they overlap
            text = text[: passage["start"]].ljust(passage["start"], "\n") + passage["text"]
        self.lines = list(map(_fold, text.splitlines()))
        self.text = _fold(text)

    def unmet(self, key: str, items: Any) -> Iterable[str]:
        if key == "any_of":
            held = (not any(any(self.unmet(*pair)) for pair in choice.items()) for choice in items)
            return () if any(held) else [json.dumps(items, ensure_ascii=False)]
        if isinstance(items, Mapping):
            return [f"{item}: {value}" for item, value in items.items() if not self._holds[key](item, value)]
        return [item for item in ([items] if isinstance(items, str) else items) if not self._holds[key](item)]

    @property
    def _holds(self) -> Mapping[str, Callable[..., object]]:
        return {
            "state": lambda state: self.document["state"] == state,
            "title": lambda title: _fold(self.document["title"]) == title,
            "modified_is_not": lambda day: not (self.document["modified"] or "").startswith(day),
            "note_contains": lambda part: part in self.document["note"].lower(),
            "output_contains": lambda word: re.search(rf"\b{word}\b", self.output, re.IGNORECASE),
            "contains": lambda part: _fold(part) in self.text,
            "absent": lambda part: self.document["state"] == "indexed" and _fold(part) not in self.text,
            "matches": lambda pattern: re.search(pattern, self.text),
            "lines": lambda part: any(_fold(part) in line for line in self.lines),
            "at_most": lambda part, count: self.text.count(_fold(part)) <= count,
            "headings": lambda heading: any(map(_under(heading), self.passages)),
            "rows_under": self._rows_under,
            "pages": lambda part, page: any(part in _whole(one) and one["page"] == page for one in self.passages),
            "together": lambda parts: any(all(part in _whole(one) for part in parts) for one in self.passages),
        }

    def _rows_under(self, part: str, heading: str) -> bool:
        rows = [one for one in self.passages if part in one["text"]]
        return bool(rows) and all(map(_under(heading), rows))


def _under(heading: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda passage: heading in map(_fold, passage["headings"])


def _whole(passage: Mapping[str, Any]) -> str:
    return _fold(" ".join([*passage["headings"], passage["text"]]))


def _fold(text: str) -> str:
    return " ".join(text.split())
