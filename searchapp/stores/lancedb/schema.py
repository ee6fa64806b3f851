"""Our nouns as rows of two Arrow tables, and back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, DocumentEntry, DocumentState, Vector
from searchapp.stores.base import DocumentWrite, FoundChunk
from searchapp.stores.filtering import packed, unpacked
from searchapp.stores.index_spec import Chunking, IndexSpec
from searchapp.stores.lancedb.indices import HAN_FIELDS, searched_columns

Row = dict[str, Any]

FINGERPRINT = b"searchapp_fingerprint"
CHUNKING = b"searchapp_chunking"
"""Keys in the metadata of a table of chunks."""
INSTANT = pa.timestamp("ms", tz="UTC")
GROUPS = pa.field("groups", pa.list_(pa.string()))
"""Who may read the document; null: everybody."""

WRITTEN = pa.field("written", pa.int64())
"""A number that is another one after each write of the document, and is kept when a move copies it; null: an earlier
searchapp wrote it."""

TAGS = pa.field("tags", pa.list_(pa.string()))
FIELDS = pa.field("fields", pa.list_(pa.string()))
"""``name=value``."""

COLLECTIONS = pa.field("collections", pa.list_(pa.string()))

UNEMBEDDED = pa.field("unembedded", pa.bool_())
"""Whether the chunk has no vector yet; null: it has one."""

EMBEDDED_TEXT = pa.field("embedded_text", pa.string())
"""What the model is to read for it then; null: it has been read."""

SEARCHED_COLUMNS = (TAGS, FIELDS, COLLECTIONS, UNEMBEDDED)
"""Columns of chunks that a search meets before ``prepare`` has made them."""

LATER_COLUMNS = (GROUPS, WRITTEN, *SEARCHED_COLUMNS, EMBEDDED_TEXT)
"""What a table of chunks of an earlier searchapp lacks; the Chinese words come by ``indices.bring_up_to_date``."""


def chunk_schema(spec: IndexSpec) -> pa.Schema:
    """One row a chunk; how the chunks were made stands in the schema's metadata."""
    return pa.schema(
        [
            pa.field("id", pa.string(), nullable=False),
            ("document_id", pa.string()),
            ("position", pa.int32()),
            ("hash", pa.string()),
            ("content", pa.string()),
            ("text", pa.string()),
            ("title", pa.string()),
            ("headings", pa.list_(pa.string())),
            ("source", pa.string()),
            ("type", pa.string()),
            ("language", pa.string()),
            ("modified", INSTANT),
            ("page", pa.int32()),
            ("start", pa.int64()),
            ("end", pa.int64()),
            GROUPS,
            *HAN_FIELDS,
            WRITTEN,
            *SEARCHED_COLUMNS,
            EMBEDDED_TEXT,
            ("vector", pa.list_(pa.float32(), spec.fingerprint.dims)),
        ],
        metadata={
            FINGERPRINT: json.dumps(spec.fingerprint.as_dict()).encode(),
            CHUNKING: json.dumps(dataclasses.asdict(spec.chunking)).encode(),
        },
    )


ENTRY_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        ("source", pa.string()),
        ("title", pa.string()),
        ("type", pa.string()),
        ("state", pa.string()),
        ("content_hash", pa.string()),
        ("language", pa.string()),
        ("modified", INSTANT),
        ("pages", pa.int32()),
        ("chunks", pa.int32()),
        ("error", pa.string()),
        ("note", pa.string()),
        ("updated", INSTANT),
        ("seconds", pa.float64()),
        GROUPS,
        ("pages_indexed", pa.int32()),
        ("attempts", pa.int32()),
        ("failures", pa.int32()),
        ("failed_hash", pa.string()),
        ("queued", INSTANT),
        ("started", INSTANT),
        ("owner", pa.string()),
        ("lease", INSTANT),
        ("depth", pa.int32()),
        ("lacking", pa.string()),
        TAGS,
        FIELDS,
        ("stated", pa.string()),
        ("own", pa.string()),
        COLLECTIONS,
        ("filing", pa.string()),
        ("unembedded", pa.int32()),
    ]
)


ENTRY_INSTANTS = ("modified", "updated", "queued", "started", "lease")


def read_fingerprint(schema: pa.Schema) -> Fingerprint | None:
    """The fingerprint in a chunk table's schema."""
    values = (schema.metadata or {}).get(FINGERPRINT)
    return Fingerprint.from_dict(json.loads(values)) if values else None


def read_chunking(schema: pa.Schema) -> Chunking | None:
    """How the chunks of a table were cut; None where an earlier searchapp made it."""
    values = (schema.metadata or {}).get(CHUNKING)
    return Chunking(**json.loads(values)) if values else None


def chunk_rows(write: DocumentWrite, written: int | None) -> list[Row]:
    """A document's chunks as rows."""
    entry = write.entry
    return [
        {
            "id": embedded.chunk.id,
            "document_id": entry.id,
            "position": embedded.chunk.position,
            "hash": embedded.chunk.hash,
            **searched_columns(entry.title, embedded.chunk.headings, embedded.chunk.text, entry.source),
            "text": embedded.chunk.text,
            "title": entry.title,
            "headings": list(embedded.chunk.headings),
            "source": entry.source,
            "type": entry.type,
            "language": entry.language,
            "modified": entry.modified,
            "page": embedded.chunk.page,
            "start": embedded.chunk.start,
            "end": embedded.chunk.end,
            "groups": list(entry.groups) or None,
            "written": written,
            "tags": list(entry.tags),
            "fields": packed(entry.fields),
            "collections": list(entry.collections),
            "vector": embedded.vector,
            "unembedded": True if embedded.vector is None else None,
            "embedded_text": embedded.chunk.embedded_text if embedded.vector is None else None,
        }
        for embedded in write.chunks
    ]


def refiled(rows: pa.Table, entries: Mapping[str, DocumentEntry], written: int) -> pa.Table:
    """Rows of chunks as their documents, by id, are filed now; nothing else of them changes."""
    ids = rows["document_id"].to_pylist()
    values: dict[str, list[Any]] = {
        "groups": [list(entries[id_].groups) or None for id_ in ids],
        "tags": [list(entries[id_].tags) for id_ in ids],
        "collections": [list(entries[id_].collections) for id_ in ids],
        "written": [written] * len(ids),
    }
    for name, column in values.items():
        place = rows.schema.get_field_index(name)
        rows = rows.set_column(place, rows.schema.field(place), pa.array(column, rows.schema.field(place).type))
    return rows


def embedded_late(rows: pa.Table, vectors: Sequence[Vector]) -> pa.Table:
    """Rows of chunks with the vectors that they lacked, one a row."""
    place = rows.schema.get_field_index("vector")
    field = rows.schema.field(place)
    flat = pa.array(np.concatenate(vectors).astype(np.float32))
    rows = rows.set_column(place, field, pa.FixedSizeListArray.from_arrays(flat, field.type.list_size))
    for gone in (UNEMBEDDED, EMBEDDED_TEXT):
        rows = rows.set_column(rows.schema.get_field_index(gone.name), gone, pa.nulls(rows.num_rows, gone.type))
    return rows


def chunk_of(row: Row) -> Chunk:
    """The chunk in a row."""
    return Chunk(
        id=row["id"],
        document_id=row["document_id"],
        position=row["position"],
        text=row["text"],
        embedded_text="",
        start=row["start"],
        end=row["end"],
        tokens=0,
        hash=row["hash"],
        headings=tuple(row["headings"]),
        page=row["page"],
    )


COPIED_COLUMNS = (
    "id", "document_id", "position", "hash", "text", "title", "headings", "source", "type", "language", "modified",
    "page", "start", "end", "groups", "written", "tags", "fields", "collections",
)  # fmt: skip
"""What ``chunk_of`` and ``entry_in`` read, and when the document was written."""


def entry_in(row: Row) -> DocumentEntry:
    """What a chunk's row says of its document, as much as its chunks depend on."""
    return DocumentEntry(
        id=row["document_id"],
        source=row["source"],
        title=row["title"],
        type=row["type"],
        state=DocumentState.INDEXED,
        language=row["language"],
        modified=_utc(row["modified"]),
        groups=tuple(row["groups"] or ()),
        tags=tuple(row.get("tags") or ()),
        collections=tuple(row.get("collections") or ()),
        fields=unpacked(row.get("fields")),
    )


FOUND_COLUMNS = (
    "id", "document_id", "text", "title", "source", "type", "language", "headings", "page", "start", "end", "modified",
    "tags", "collections", "fields", "unembedded",
)  # fmt: skip
"""What ``found_chunk`` reads; a search that fetched vectors too would take twice as long."""


COUNTED_COLUMNS = tuple(
    name for name in FOUND_COLUMNS if name not in ("text", "headings", "tags", "collections", "fields", "unembedded")
)


def found_chunk(row: Row, score: float) -> FoundChunk:
    """The chunk in a row, with its score in its retriever."""
    return FoundChunk(
        id=row["id"],
        document_id=row["document_id"],
        score=score,
        text=row.get("text", ""),
        title=row["title"],
        source=row["source"],
        type=row["type"],
        language=row["language"],
        headings=tuple(row.get("headings", ())),
        page=row["page"],
        start=row["start"],
        end=row["end"],
        modified=_utc(row["modified"]),
        tags=tuple(row.get("tags") or ()),
        collections=tuple(row.get("collections") or ()),
        fields=unpacked(row.get("fields")),
        unembedded=bool(row.get("unembedded")),
    )


def entry_row(entry: DocumentEntry) -> Row:
    """A registry entry as a row."""
    row = {name: getattr(entry, name) for name in ENTRY_SCHEMA.names}
    row["state"] = str(entry.state)
    row["groups"] = list(entry.groups) or None
    row["tags"], row["collections"], row["fields"] = list(entry.tags), list(entry.collections), packed(entry.fields)
    return row


def entry_of(row: Row) -> DocumentEntry:
    """The registry entry in a row; one of an earlier version holds nothing in the newer columns."""
    facts = {name: row[name] for name in ENTRY_SCHEMA.names if row.get(name) is not None}
    facts["state"] = DocumentState(facts["state"])
    facts |= {name: tuple(facts.get(name) or ()) for name in ("groups", "tags", "collections")}
    facts["fields"] = unpacked(facts.get("fields"))
    facts |= {name: _utc(facts.get(name)) for name in ENTRY_INSTANTS}
    return DocumentEntry(**facts)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.astimezone(dt.UTC) if moment else None
