"""Our nouns to Elasticsearch's JSON and back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np

from searchapp.model import Chunk, DocumentEntry, DocumentState, EmbeddedChunk, Vector
from searchapp.stores.analysis import file_name, gather, han_words, written_beside
from searchapp.stores.base import FoundChunk
from searchapp.stores.facets import folder
from searchapp.stores.filing import facts
from searchapp.stores.filtering import packed, unpacked
from searchapp.stores.registry import folder_of

Json = dict[str, Any]

ENTRY_FIELDS = tuple(field.name for field in dataclasses.fields(DocumentEntry) if field.name != "id")
"""Those of the registry; ``groups`` and what is stated are left out where there is none."""

STATED = ("tags", "collections", "fields")

UNEMBEDDED = "unembedded"
"""The field of a chunk that says that it has no vector yet."""

ENTRY_INSTANTS = ("modified", "updated", "queued", "started", "lease")


def chunk_source(entry: DocumentEntry, embedded: EmbeddedChunk, written: dt.datetime) -> Json:
    """A chunk as it stands in the index, its document's facts beside it."""
    chunk = embedded.chunk
    return {
        "document_id": chunk.document_id,
        "version": entry.content_hash,
        "written": _instant(written),
        "position": chunk.position,
        "hash": chunk.hash,
        "text": chunk.text,
        "title": entry.title,
        "headings": list(chunk.headings),
        "file_name": file_name(entry.source),
        **_analysed(entry, chunk),
        "source": entry.source,
        "folder": folder(entry.source),
        "type": entry.type,
        "language": entry.language,
        "modified": _instant(entry.modified),
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        **_vector(embedded),
        **_groups(entry),
        **_stated(entry),
    }


def _analysed(entry: DocumentEntry, chunk: Chunk) -> Json:
    """What searchapp finds a chunk by beside the server's own analysis, where there is any."""
    gathered = gather(entry.title, chunk.headings, chunk.text, entry.source)
    made = {"spellings": written_beside(gathered), "han": han_words(gathered)}
    return {name: words for name, words in made.items() if words}


def _vector(embedded: EmbeddedChunk) -> Json:
    """The vector, or the text that it is still to be made of, by the ingest pipeline or by ``Store.add_vectors``."""
    if embedded.vector is None:
        return {UNEMBEDDED: True, "embedded_text": embedded.chunk.embedded_text}
    if not embedded.vector.size:
        return {"embedded_text": embedded.chunk.embedded_text}
    return _embedding(embedded.vector)


def _embedding(vector: Vector) -> Json:
    return {"embedding": np.round(vector.astype(np.float64), 7).tolist()}


def embedded_late(vector: Vector) -> Json:
    """What of a chunk changes when it gets its vector; null is as if the field were not there."""
    return {**_embedding(vector), UNEMBEDDED: False, "embedded_text": None}


def chunk_filing(entry: DocumentEntry, written: dt.datetime) -> Json:
    """What of a chunk changes when its document is filed otherwise; an empty list is as if the field were not there."""
    return {**{name: list(values) for name, values in facts(entry).items()}, "written": _instant(written)}


def chunk_of(hit: Json) -> Chunk:
    """The chunk that a hit carries."""
    source = hit["_source"]
    return Chunk(
        id=hit["_id"],
        document_id=source["document_id"],
        position=source["position"],
        text=source["text"],
        embedded_text="",
        start=source["start"],
        end=source["end"],
        tokens=0,
        hash=source["hash"],
        headings=tuple(source["headings"]),
        page=source.get("page"),
    )


def found_chunk(hit: Json, score: float) -> FoundChunk:
    """The chunk that a hit carries, with its score in its retriever."""
    source = hit["_source"]
    return FoundChunk(  # by position, which takes half the time: a search makes 200
        hit["_id"],
        source["document_id"],
        score,
        source.get("text", ""),
        source["title"],
        source["source"],
        source["type"],
        source["language"],
        tuple(source.get("headings", ())),
        source.get("page"),
        source["start"],
        source["end"],
        _date(source.get("modified")),
        tuple(source.get("tags", ())),
        tuple(source.get("collections", ())),
        unpacked(source.get("fields")),
        bool(source.get(UNEMBEDDED)),
    )


TITLE_CHARACTERS = 200
"""Of a title as lists are sorted by it; capitals would come before all other letters otherwise."""


def entry_source(entry: DocumentEntry) -> Json:
    """A registry entry as it stands in the index; its id is the document's."""
    values = {name: getattr(entry, name) for name in ENTRY_FIELDS if name not in ("groups", *STATED)}
    values["state"] = str(entry.state)
    values["folder"] = folder_of(entry.source)
    values["title_order"] = entry.title.casefold()[:TITLE_CHARACTERS]
    return values | {name: _instant(values[name]) for name in ENTRY_INSTANTS} | _groups(entry) | _stated(entry)


def entry_of(hit: Json) -> DocumentEntry:
    """The registry entry that a hit or a get carries; one of an earlier version lacks the newer fields."""
    source = {name: value for name, value in hit["_source"].items() if name in ENTRY_FIELDS}
    source["state"] = DocumentState(source["state"])
    source |= {name: _date(source.get(name)) for name in ENTRY_INSTANTS}
    source |= {name: tuple(source.get(name) or ()) for name in ("groups", "tags", "collections")}
    source["fields"] = unpacked(source.get("fields"))
    return DocumentEntry(id=hit["_id"], **source)


def newest_versions(hits: list[Json]) -> list[Json]:
    """The hits without those of a version that is being replaced.

    While an update is under way both versions of a document can be found; a reader gets one of them whole.
    """
    newest: dict[str, tuple[str, str]] = {}
    for hit in hits:
        source = hit["_source"]
        written = (source["written"], source["version"])
        newest[source["document_id"]] = max(written, newest.get(source["document_id"], written))
    return [hit for hit in hits if hit["_source"]["version"] == newest[hit["_source"]["document_id"]][1]]


def _groups(entry: DocumentEntry) -> Json:
    """Left out where there is none: its absence is what makes a document open to all."""
    return {"groups": list(entry.groups)} if entry.groups else {}


def _stated(entry: DocumentEntry) -> Json:
    """Tags, collections, own fields (``name=value``); left out where none is: an index of before need not know."""
    found = {"tags": list(entry.tags), "collections": list(entry.collections), "fields": packed(entry.fields)}
    return {name: texts for name, texts in found.items() if texts}


def _instant(moment: dt.datetime | None) -> str | None:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds") if moment else None


def _date(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
