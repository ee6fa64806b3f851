"""Judgements put on the documents of an index: people name them by path, address, file name or title."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.evaluation.dataset import Dataset
from searchapp.stores import Store

SHOWN = 5
"""Names of unknown documents in an error."""


def placed(store: Store, dataset: Dataset) -> tuple[Dataset, tuple[str, ...]]:
    """The dataset with the index's own ids in its judgements, and the names that the index does not know.

    What is unknown stays judged: nothing can find it, and the figures say so. Raises UsageError when the index knows
    none of the judged documents.
    """
    names = sorted({name for grades in dataset.qrels.values() for name in grades})
    known = dict.fromkeys(store.known_entries(names))
    ids = {name: name for name in known} | _found(store, [name for name in names if name not in known])
    unknown = tuple(name for name in names if name not in ids)
    if len(unknown) == len(names):
        first, more = names[:SHOWN], len(names) - SHOWN
        if more > 0:
            raise UsageError(
                "many_judged_documents_unknown", folder=dataset.folder, number=len(names), names=first, more=more
            )
        raise UsageError("judged_documents_unknown", folder=dataset.folder, number=len(names), names=first)
    qrels = {
        query_id: {ids.get(name, name): grade for name, grade in grades.items()}
        for query_id, grades in dataset.qrels.items()
    }
    return dataclasses.replace(dataset, qrels=qrels), unknown


def shown(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more


def _found(store: Store, names: list[str]) -> dict[str, str]:
    """Ids by name: what a document is called by exactly goes before the end of its path, and that before its title."""
    if not names:
        return {}
    wanted = {key: name for name in names for key in (name, _absolute(name))}
    titles = {name.casefold(): name for name in names}
    ends = {name.strip("/").replace("\\", "/"): name for name in names}
    by_source: dict[str, str] = {}
    by_end: dict[str, list[str]] = {}
    by_title: dict[str, list[str]] = {}
    for entry in store.sources(""):
        if name := wanted.get(entry.source):
            by_source[name] = entry.id
        parts = entry.source.replace("\\", "/").rstrip("/").split("/")
        for first in range(len(parts)):
            if name := ends.get("/".join(parts[first:])):
                by_end.setdefault(name, []).append(entry.id)
        if name := titles.get(entry.title.casefold()):
            by_title.setdefault(name, []).append(entry.id)
    found = dict(by_source)
    for loose in (by_end, by_title):
        for name, ids in loose.items():
            if name in found:
                continue
            if len(ids) > 1:
                raise UsageError("document_name_ambiguous", number=len(ids), name=name)
            found[name] = ids[0]
    return found


def _absolute(name: str) -> str:
    try:
        return str(Path(name).expanduser().resolve()) if "://" not in name else name
    except (OSError, ValueError, RuntimeError):  # no path at all
        return name
