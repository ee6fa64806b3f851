"""``es aliases``: how the aliases stand, and making them sane again after somebody's hand or half an accident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from searchapp import audit
from searchapp.cluster.store import elasticsearch_store
from searchapp.errors import UsageError
from searchapp.messages import Message
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import Version, look, update_aliases
from searchapp.wiring import Application

EXACT = 40_000
"""The most that Elasticsearch's cardinality counts exactly."""


@dataclass(frozen=True, slots=True)
class Place:
    """A version of the index, or an index that only answers to the name (``number`` is None then).

    ``documents`` is exact up to ``EXACT`` and an estimate beyond.
    """

    name: str
    number: int | None
    live: bool
    written: bool
    documents: int
    chunks: int
    model: str
    unfinished: bool

    @property
    def state(self) -> str:
        """In a word, for people."""
        if self.number is None:
            return "stranger"
        return "live" if self.live else "unfinished" if self.unfinished else "written" if self.written else "kept"


@dataclass(frozen=True, slots=True)
class Aliases:
    """How the aliases stand. ``fault`` is a sentence, empty when they are sane; ``fix`` is the command for it."""

    places: tuple[Place, ...]
    fault: str
    fix: str


def aliases(application: Application) -> Aliases:
    """Look at the aliases; nothing is changed."""
    store = elasticsearch_store(application)
    with reading(store.where):
        versions, intruders = look(store.client, store.names)
        places = [_place(store, version.name, version) for version in versions]
        places += [_place(store, name, None) for name in intruders]
        fault = _fault(store, versions, intruders)
    if fault is None:
        return Aliases(tuple(places), "", "")
    return Aliases(tuple(places), fault.text(), _mend(store, places, intruders))


def fix(application: Application, live: int | None, *, remove_index: bool = False) -> Aliases:
    """Let searches read version ``live`` and no other index, and writes reach it, by one ``_aliases`` call.

    ``remove_index``: also delete the index that stands in the alias's place, with what it holds. Raises UsageError when
    the aliases are sane (es rollback and es reindex move them then), for an unknown or unfinished version, and when an
    index stands in the place and may not be removed.
    """
    store = elasticsearch_store(application)
    names = store.names
    before = aliases(application)
    if not before.fault:
        raise UsageError("aliases_sane")
    with reading(store.where):
        versions, intruders = look(store.client, names)
        target = _chosen(versions, names.number, live)
        in_place = names.chunks in intruders
        if in_place and not remove_index:
            raise UsageError("index_in_place_of_alias", index=names.chunks)
        if target is None and not in_place:
            raise UsageError("live_version_not_named", command=before.fix)
        actions = _actions(store, versions, intruders, target)
        audit.note(target.name if target else names.chunks, fault=before.fault, actions=actions)
        update_aliases(store.client, actions)
    store.look_again()
    return aliases(application)


def _chosen(versions: tuple[Version, ...], number: Any, live: int | None) -> Version | None:
    if live is None:
        return None
    found = next((version for version in versions if number(version.name) == live), None)
    if found is None:
        raise UsageError("index_version_missing", version=live)
    if found.build is not None:
        raise UsageError("index_version_unfinished", version=found.name)
    return found


def _actions(
    store: ElasticsearchStore, versions: tuple[Version, ...], intruders: tuple[str, ...], target: Version | None
) -> list[dict[str, Any]]:
    """Who wrote to a version goes on writing to it: it may be what a rollback goes to."""
    names = store.names
    actions: list[dict[str, Any]] = []
    for name in intruders:
        if name == names.chunks:
            actions.append({"remove_index": {"index": name}})
        else:
            actions.append({"remove": {"index": name, "alias": names.chunks, "must_exist": True}})
    if target is None:
        return actions
    for version in versions:
        if version.live and version.name != target.name:
            actions.append({"remove": {"index": version.name, "alias": names.chunks, "must_exist": True}})
            actions.append({"add": {"index": version.name, "alias": names.write}})
    actions.append({"add": {"index": target.name, "alias": names.chunks, "is_write_index": True}})
    actions.append({"add": {"index": target.name, "alias": names.write}})
    return actions


def _fault(store: ElasticsearchStore, versions: tuple[Version, ...], intruders: tuple[str, ...]) -> Message | None:
    names = store.names
    live = [version.name for version in versions if version.live]
    if names.chunks in intruders:
        return Message("alias_is_index", alias=names.chunks)
    if intruders:
        return Message("alias_names_strangers", alias=names.chunks, indices=intruders)
    if len(live) > 1:
        return Message("alias_names_versions", alias=names.chunks, n=len(live), versions=live)
    if versions and not live:
        return Message("alias_missing", alias=names.chunks, version=versions[-1].name)
    if live and not _writes(store, live[0]):
        return Message("write_alias_elsewhere", alias=names.write, version=live[0])
    return None


def _writes(store: ElasticsearchStore, name: str) -> bool:
    return bool(store.client.indices.exists_alias(index=name, name=store.names.write))


def _mend(store: ElasticsearchStore, places: list[Place], intruders: tuple[str, ...]) -> str:
    """The command for the version that is most likely meant: finished, full, and the newest of those."""
    fit = [place for place in places if place.number is not None and not place.unfinished]
    live = [place for place in fit if place.live]
    # One live version beside intruders, or without the alias of writes, is meant; else the one that has everything.
    best = live[0] if len(live) == 1 else max(fit, key=lambda place: (place.documents, place.number), default=None)
    parts = ["searchapp es aliases"]
    if best is not None:
        parts.append(f"--live {best.number}")
    if store.names.chunks in intruders:
        parts.append("--remove-index")
    return " ".join(parts)


def _place(store: ElasticsearchStore, name: str, version: Version | None) -> Place:
    store.client.indices.refresh(index=name)
    cardinality = {"field": "document_id", "precision_threshold": EXACT}
    counting = {"documents": {"cardinality": cardinality}} if version else None
    found = store.client.search(index=name, size=0, track_total_hits=True, aggregations=counting)
    documents = found["aggregations"]["documents"]["value"] if version else 0
    spec = version.spec if version else None
    return Place(
        name=name,
        number=store.names.number(name),
        live=version.live if version else False,
        written=version.written if version else False,
        documents=documents,
        chunks=found["hits"]["total"]["value"],
        model=str(spec.fingerprint) if spec else "",
        unfinished=version is not None and version.build is not None,
    )
