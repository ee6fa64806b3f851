"""``es plan``: how the cluster differs from es/ and the settings, and what it takes to bring each difference about."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from searchapp.cluster.changes import Difference, Effect, mapping_differences, setting_differences
from searchapp.cluster.shards import wanted_shards
from searchapp.cluster.store import Json, elasticsearch_store, lost_documents
from searchapp.embedding import Fingerprint
from searchapp.messages import Message
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import Installed, Origin, installed
from searchapp.stores.elasticsearch.templates import SHARDS
from searchapp.stores.elasticsearch.versions import Version, chosen, read_versions
from searchapp.wiring import Application

INDEX = "index"
LOST = "lost"
"""What is said of an index of which only the registry tells."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``kind`` and ``name`` say of what, ``what`` which part of it, ``diff`` how, line by line.

    ``edited``: somebody changed the object in the cluster by hand since ``es apply`` wrote it. ``difference`` is how an
    existing index is brought to it, where it can be. ``remedy`` is empty where ``es apply`` makes the change.
    """

    kind: str
    name: str
    what: str
    effect: Effect
    diff: tuple[str, ...]
    edited: bool = False
    remedy: Message | str = ""
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that differs; empty when there is nothing to do. ``model`` sizes the templates."""

    model: Fingerprint
    changes: tuple[Change, ...]

    def of(self, effect: Effect) -> tuple[Change, ...]:
        """The changes that take just this."""
        return tuple(change for change in self.changes if change.effect is effect)

    @property
    def edited(self) -> tuple[Change, ...]:
        """The changes that would undo what somebody did by hand."""
        return tuple(change for change in self.changes if change.edited)


def plan(application: Application) -> Plan:
    """Compare es/ and the settings with the cluster; nothing is changed.

    Raises UsageError without SEARCHAPP_ELASTICSEARCH_URL, and StorageError when the aliases do not tell which version
    is live.
    """
    store = elasticsearch_store(application)
    store.index.check()
    configured = application.embedder.fingerprint
    with reading(store.where):
        versions = read_versions(store.client, store.names)
        live = chosen(versions, store.names)
        built_with = live.spec.fingerprint if live and live.spec else configured
        changes = [
            *(_object_change(one) for one in installed(store.client, store.templates(built_with.dims))),
            *_creations(store, live, configured),
            *(_spec_changes(store, live, configured) if live else ()),
            *(_analysis_changes(live) if live else ()),
            *(change for version in versions if version.written for change in _version_changes(store, version)),
            *_registry_changes(store),
        ]
    return Plan(built_with, tuple(change for change in changes if change is not None))


def _object_change(one: Installed) -> Change | None:
    if one.origin is Origin.SAME:
        return None
    edited = one.origin is Origin.EDITED
    what = "edited by hand in the cluster" if edited else "to create" if one.found is None else "our files are newer"
    remedy = Message("change_edited") if edited else ""
    return Change(one.kind, one.name, what, Effect.IN_PLACE, _diff(one.found, one.wanted), edited, remedy)


def _creations(store: ElasticsearchStore, live: Version | None, configured: Fingerprint) -> Iterator[Change]:
    if live is None and (lost := lost_documents(store)):
        gone = Message("index_lost", documents=lost)
        yield Change(INDEX, store.names.chunks, LOST, Effect.NEW_INDEX, (gone.text(),), remedy=gone.remedy)
    elif live is None:
        yield Change(INDEX, store.names.version(1), "to create", Effect.IN_PLACE, (f"+ built with {configured}",))
    if not store.client.indices.exists(index=store.names.documents):
        yield Change(INDEX, store.names.documents, "to create", Effect.IN_PLACE, ("+ the registry of documents",))


def _spec_changes(store: ElasticsearchStore, live: Version, configured: Fingerprint) -> Iterator[Change]:
    """The model and the size of chunks; only ``es reindex`` changes them."""
    if live.spec is None:
        return  # doctor names it
    indexed, wanted = live.spec.fingerprint, configured
    if not indexed.matches(configured):
        if store.succeeds(configured):
            wanted = indexed  # an operator moved the index; processes follow it
        else:
            models = (f"- {indexed}", f"+ {configured}")
            remedy = Message("change_of_model", model=f"{indexed.provider}:{indexed.model}")
            yield Change(INDEX, live.name, "embedding model", Effect.NEW_INDEX, models, remedy=remedy)
    cut, wanted_cut = live.spec.chunking, store.spec(wanted).chunking
    if cut != wanted_cut:
        sizes = ((sign, one.tokens, one.overlap) for sign, one in (("-", cut), ("+", wanted_cut)))
        diff = tuple(f"{sign} at most {tokens} tokens, {overlap} of them repeated" for sign, tokens, overlap in sizes)
        remedy = Message("change_of_passages", tokens=cut.tokens, overlap=cut.overlap)
        yield Change(INDEX, live.name, "size of passages", Effect.NEW_INDEX, diff, remedy=remedy)


def _analysis_changes(live: Version) -> Iterator[Change]:
    """What searchapp finds chunks by beside the server's analysis; until every chunk has it, as it was before."""
    han = ("- Chinese by pairs of characters", "+ Chinese by words, in both scripts")
    spellings = ("- names, numbers and dates as they are written", "+ their parts and other spellings, too")
    for there, what, words in (
        (live.has_han, "Chinese words", han),
        (live.has_spellings, "other spellings", spellings),
    ):
        if not there:
            yield Change(INDEX, live.name, what, Effect.NEW_INDEX, words, remedy=Message("change_by_reindex"))


def _version_changes(store: ElasticsearchStore, version: Version) -> Iterator[Change]:
    """Of a version beside the live one only what can be done to it; it keeps the rest until it is pruned."""
    dims = version.spec.fingerprint.dims if version.spec else 1
    wanted = store.templates(dims).index(store.names.chunks)
    wanted["settings"][SHARDS] = str(wanted_shards(store, version).number)
    for difference in _differences(store, version.name, wanted):
        is_setting = difference.part == "setting"
        if version.build is not None and is_setting:
            continue  # it gets them when it is finished
        if not version.live and difference.effect is not Effect.IN_PLACE:
            continue
        if version.spec is None and difference.name == "embedding":
            continue  # its dimensions are not known
        yield _index_change(version.name, difference)


def _registry_changes(store: ElasticsearchStore) -> Iterator[Change]:
    name = store.names.documents
    if store.client.indices.exists(index=name):
        for difference in _differences(store, name, store.templates(1).index(name)):
            yield _index_change(name, difference)


def _differences(store: ElasticsearchStore, index: str, wanted: Json) -> Iterator[Difference]:
    found = store.client.indices.get(index=index, features=["settings", "mappings"])[index]
    yield from setting_differences(wanted["settings"], found["settings"])
    yield from mapping_differences(wanted["mappings"], found["mappings"])


def _index_change(index: str, difference: Difference) -> Change:
    remedy = Message("change_by_reindex") if difference.effect is Effect.NEW_INDEX else ""
    before = None if difference.before is None else {difference.name: difference.before}
    after = None if difference.after is None else {difference.name: difference.after}
    what = f"{difference.part} {difference.name}"
    return Change(INDEX, index, what, difference.effect, _diff(before, after), False, remedy, difference)


def _diff(before: Json | None, after: Json | None) -> tuple[str, ...]:
    """The lines that differ, with three lines around them, without the header."""
    old, new = ([] if value is None else list(_lines(value)) for value in (before, after))
    lines = difflib.unified_diff(old, new, lineterm="", n=3)
    return tuple(line for number, line in enumerate(lines) if number > 1)


def _lines(values: Json, indent: str = "") -> Iterator[str]:
    """A name a line and no brackets, so that a line differs only where something does."""
    for name, value in sorted(values.items()):
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{name}: {json.dumps(value, ensure_ascii=False)}"
