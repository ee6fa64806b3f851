"""Our nouns as rows of two Arrow tables, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, DocumentEntry, DocumentState
from searchapp.stores.base import DocumentWrite, FoundChunk
from searchapp.stores.file_names import file_name
from searchapp.stores.lancedb.searched import searched_text
from searchapp.text.han import han_words

Row = dict[str, Any]

FINGERPRINT = b"searchapp_fingerprint"
INSTANT = pa.timestamp("ms", tz="UTC")
GROUPS = pa.field("groups", pa.list_(pa.string()))
"""Who may read the document; null: everybody."""
HAN = (pa.field("han", pa.string()), pa.field("han_characters", pa.string()))
"""The passage's Chinese words, and each of their characters, parted by spaces; null: it has none."""


def chunk_schema(fingerprint: Fingerprint) -> pa.Schema:
    """One row a chunk; the model's fingerprint stands in the schema's metadata."""
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
            *HAN,
            ("vector", pa.list_(pa.float32(), fingerprint.dims)),
        ],
        metadata={FINGERPRINT: json.dumps(fingerprint.as_dict()).encode()},
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
    ]
)


ENTRY_INSTANTS = ("modified", "updated", "queued", "started", "lease")


def read_fingerprint(schema: pa.Schema) -> Fingerprint | None:
    """The fingerprint in a chunk table's schema."""
    values = (schema.metadata or {}).get(FINGERPRINT)
    return Fingerprint.from_dict(json.loads(values)) if values else None


def chunk_rows(write: DocumentWrite) -> list[Row]:
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
            "vector": embedded.vector,
        }
        for embedded in write.chunks
    ]


def searched_columns(title: str, headings: Sequence[str], text: str, source: str) -> Row:
    """What BM25 ranks by: title, headings, text and file name gathered, and their Chinese characters."""
    gathered = "\n".join((title, *headings, text, file_name(source)))
    words = han_words(gathered)
    return {
        "content": searched_text(gathered),
        "han": words or None,
        "han_characters": " ".join(words.replace(" ", "")) or None,
    }


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


FOUND_COLUMNS = (
    "id", "document_id", "text", "title", "source", "type", "language", "headings", "page", "start", "end", "modified",
)  # fmt: skip
"""What ``found_chunk`` reads; a search that fetched vectors too would take twice as long."""


def found_chunk(row: Row, score: float) -> FoundChunk:
    """The passage in a row, with its score in its leg."""
    return FoundChunk(
        id=row["id"],
        document_id=row["document_id"],
        score=score,
        text=row["text"],
        title=row["title"],
        source=row["source"],
        type=row["type"],
        language=row["language"],
        headings=tuple(row["headings"]),
        page=row["page"],
        start=row["start"],
        end=row["end"],
        modified=_utc(row["modified"]),
    )


def entry_row(entry: DocumentEntry) -> Row:
    """A registry entry as a row."""
    row = {name: getattr(entry, name) for name in ENTRY_SCHEMA.names}
    row["state"] = str(entry.state)
    row["groups"] = list(entry.groups) or None
    return row


def entry_of(row: Row) -> DocumentEntry:
    """The registry entry in a row; one of an earlier version holds nothing in the newer columns."""
    facts = {name: row[name] for name in ENTRY_SCHEMA.names if row.get(name) is not None}
    facts["state"] = DocumentState(facts["state"])
    facts["groups"] = tuple(facts.get("groups") or ())
    facts |= {name: _utc(facts.get(name)) for name in ENTRY_INSTANTS}
    return DocumentEntry(**facts)


def _utc(moment: dt.datetime | None) -> dt.datetime | None:
    return moment.astimezone(dt.UTC) if moment else None
