"""The versions of the index: tables of chunks, and the small file that names the live one.

Searches and writes go to the live version. The one before it is kept for a way back, and any other is what a move left
unfinished. The file is replaced as a whole, so that a kill leaves it as it was or as it is to be.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
import uuid
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, DocumentEntry, Vector
from searchapp.stores.base import DocumentWrite
from searchapp.stores.index_spec import IndexSpec
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.indices import bring_up_to_date, has_han, has_words, index_text
from searchapp.stores.lancedb.queries import one_of, quoted
from searchapp.stores.lancedb.tables import LanceTables, add_missing

CHUNKS = "chunks"
"""The first version's table; those of later versions are named after it."""

FILE = "versions.json"


@dataclass(frozen=True, slots=True)
class Versions:
    """``before`` is the version that a way back leads to; "" where there is none.

    ``former_models`` are those whose processes may follow the index to its present model.
    """

    live: str = CHUNKS
    before: str = ""
    former_models: tuple[Fingerprint, ...] = ()

    def switched(self, target: str, model: Fingerprint) -> Versions:
        """These versions with ``target`` as the live one; ``model`` is that of the version it takes the place of."""
        former = tuple(one for one in self.former_models if not one.matches(model))
        return Versions(target, self.live, (*former, model))


def read_versions(folder: Path) -> Versions:
    """The versions as they are now, in this process and any other; cheap enough to ask before every search."""
    try:
        text = (folder / FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Versions()
    values = json.loads(text)
    former = tuple(Fingerprint.from_dict(model) for model in values["former_models"])
    return Versions(values["live"], values["before"], former)


def write_versions(folder: Path, versions: Versions) -> None:
    """Replace the file; every search that begins afterwards goes by it. Raises OSError, and leaves the old one then."""
    former = [model.as_dict() for model in versions.former_models]
    arriving = folder / f"{FILE}.arriving"
    with arriving.open("w", encoding="utf-8") as file:
        json.dump({"live": versions.live, "before": versions.before, "former_models": former}, file)
        file.flush()
        os.fsync(file.fileno())
    arriving.replace(folder / FILE)


def new_name() -> str:
    """The name of a version to come. None is used twice: another process may still have a table of that name open."""
    return f"{CHUNKS}-{uuid.uuid4().hex[:12]}"


def names_in(folder: Path) -> Iterator[str]:
    """The names of all versions in the folder, the unfinished ones too."""
    for path in sorted(folder.glob(f"{CHUNKS}*.lance")):
        if re.fullmatch(rf"{CHUNKS}(-[0-9a-f]{{12}})?", path.stem):
            yield path.stem


class LanceChunks:
    """Writes and reads chunks, a table for each version. Nothing here takes the lock: who writes has it already."""

    def __init__(self, tables: LanceTables) -> None:
        self._tables = tables
        self._han: set[str] = set()
        self._whole: set[str] = set()

    def live(self) -> Any | None:
        """The table that is the live version of the index now; None before ``prepare``."""
        return self._tables.open(read_versions(self._tables.folder).live)

    def create(self, name: str, spec: IndexSpec) -> Any:
        """An empty version of the index."""
        chunks = self._tables.create(name, schema.chunk_schema(spec))
        index_text(chunks)
        return chunks

    def bring_up_to_date(self, chunks: Any) -> None:
        """Give a table of an earlier searchapp the columns and indices of a new one."""
        add_missing(chunks, schema.LATER_COLUMNS)
        if not (has_words(chunks) and self.has_han(chunks)):
            bring_up_to_date(chunks)

    def has_han(self, table: Any) -> bool:
        """Whether the Chinese words of all chunks are in; a table of an earlier version gets them by ``prepare``."""
        if table.name not in self._han and has_han(table):
            self._han.add(table.name)
        return table.name in self._han

    def lacking(self, table: Any) -> Collection[str]:
        """The columns that chunks of an earlier version lack of what may be stated; they get them by ``prepare``."""
        if table.name in self._whole:
            return ()
        names = table.schema.names
        if not (missing := [field.name for field in schema.SEARCHED_COLUMNS if field.name not in names]):
            self._whole.add(table.name)
        return missing

    def all(self) -> list[Any]:
        """The tables of all versions; one that is not whole, or was removed a moment ago, is left out."""
        found = []
        for name in names_in(self._tables.folder):
            with contextlib.suppress(ValueError):
                found.append(self._tables.open(name))
        return [table for table in found if table is not None]

    def replace(self, writes: Sequence[DocumentWrite], *, first_try: bool) -> int:
        """Put the documents' chunks in the place of those that are there, in one transaction; returns how many."""
        chunks = self._tables.prepared(self.live())
        written = time.time_ns()
        rows = [row for write in writes for row in schema.chunk_rows(write, written)]
        data = pa.Table.from_pylist(rows, schema=chunks.schema)
        replaced = one_of("document_id", [write.entry.id for write in writes])
        # Those of a try that was cut short have no entry that tells of them.
        if first_try and not chunks.count_rows(replaced):
            chunks.add(data)
        elif not rows:
            chunks.delete(replaced)
        else:
            merge = chunks.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
            merge.when_not_matched_by_source_delete(replaced).execute(data, **_vectors(data))
        return len(rows)

    def refile(self, entries: Sequence[DocumentEntry]) -> int:
        """Write how documents are filed beside their chunks, which stay as they are; returns how many these are."""
        chunks = self._tables.prepared(self.live())
        add_missing(chunks, schema.LATER_COLUMNS)
        ours = one_of("document_id", [entry.id for entry in entries])
        rows = chunks.search().where(ours).limit(chunks.count_rows(ours) or 1).to_arrow()
        if rows.num_rows:
            data = schema.refiled(rows, {entry.id: entry for entry in entries}, time.time_ns())
            chunks.merge_insert("id").when_matched_update_all().execute(data, **_vectors(data))
        return int(rows.num_rows)

    def delete(self, document_id: str) -> bool:
        """Remove a document's chunks from every version, or a way back would bring it back; False: none was live."""
        live, ours = self.live(), f"document_id = {quoted(document_id)}"
        known = live is not None and bool(live.count_rows(ours))
        for table in self.all():
            if table.count_rows(ours):
                table.delete(ours)
        return known

    def read(self, document_id: str, first: int, size: int | None) -> tuple[Chunk, ...]:
        """See ``Store.chunks``."""
        condition = f"document_id = {quoted(document_id)}"
        if first:
            condition += f" AND position >= {first}"
        if size is not None:
            condition += f" AND position < {first + size}"
        rows = self._rows(condition, schema.COPIED_COLUMNS)
        return tuple(sorted((schema.chunk_of(row) for row in rows), key=lambda chunk: chunk.position))

    def document_ids(self, condition: str = "true") -> list[str]:
        """The ids of the documents that have chunks which meet the condition, each once, in ascending order."""
        return sorted({row["document_id"] for row in self._rows(condition, ["document_id"])})

    def _rows(self, condition: str, columns: Sequence[str]) -> list[schema.Row]:
        table = self.live()
        if table is None or not (rows := table.count_rows(condition)):
            return []
        columns = [name for name in columns if name in table.schema.names]
        found: list[schema.Row] = table.search().where(condition).select(columns).limit(rows).to_list()
        return found

    def vectors(self, hashes: Collection[str], model: Fingerprint | None) -> dict[str, Vector]:
        """See ``Store.vectors``."""
        found: dict[str, Vector] = {}
        for table in self._of_model(model) if hashes else ():
            wanted = f"{one_of('hash', hashes)} AND vector IS NOT NULL"
            asked = table.search().where(wanted).select(["hash", "vector"])
            rows = asked.limit(table.count_rows() or 1).to_arrow()
            # Not by way of Python's numbers: an edited document asks for all of its vectors.
            dims = rows.schema.field("vector").type.list_size
            vectors = rows["vector"].combine_chunks().flatten().to_numpy().reshape(-1, dims)
            found.update(zip(rows["hash"].to_pylist(), vectors, strict=True))
        return found

    def unembedded_texts(self, document_ids: Collection[str], size: int) -> dict[str, str]:
        """See ``Store.unembedded_texts``."""
        live = self.live()
        if live is None or not document_ids or schema.EMBEDDED_TEXT.name not in live.schema.names:
            return {}
        asked = live.search().where(_without_vector(document_ids)).select(["hash", "embedded_text"])
        return {row["hash"]: row["embedded_text"] for row in asked.limit(size).to_list()}

    def add_vectors(self, document_ids: Collection[str], vectors: Mapping[str, Vector]) -> Counter[str]:
        """Give chunks of the live version the vectors of their hashes; returns how many got one, by document."""
        live = self.live()
        if live is None or not document_ids or not vectors or schema.EMBEDDED_TEXT.name not in live.schema.names:
            return Counter()
        ours = f"{_without_vector(document_ids)} AND {one_of('hash', vectors)}"
        rows = live.search().where(ours).limit(live.count_rows(ours) or 1).to_arrow()
        if rows.num_rows:
            data = schema.embedded_late(rows, [vectors[hash_] for hash_ in rows["hash"].to_pylist()])
            live.merge_insert("id").when_matched_update_all().execute(data)
        return Counter(rows["document_id"].to_pylist())

    def unembedded_counts(self, table: Any, document_ids: Collection[str] = ()) -> Counter[str]:
        """How many chunks without a vector these documents have in a version, or all of them."""
        if schema.UNEMBEDDED.name not in table.schema.names:
            return Counter()
        asked = table.search().where(_without_vector(document_ids)).select(["document_id"])
        return Counter(asked.limit(table.count_rows() or 1).to_arrow()["document_id"].to_pylist())

    def _of_model(self, model: Fingerprint | None) -> list[Any]:
        """The versions whose vectors are of ``model``, the live one last; None stands for that one's model."""
        live = self.live()
        if live is None or model is None:
            return [] if live is None else [live]
        others = [table for table in self.all() if table.name != live.name]
        return [table for table in (*others, live) if is_of(table, model)]


def _vectors(rows: pa.Table) -> dict[str, str]:
    """How LanceDB takes vectors: where some are missing, it is to keep them so."""
    return {"on_bad_vectors": "null"} if rows["vector"].null_count else {}


def _without_vector(document_ids: Collection[str]) -> str:
    """The condition that a chunk without a vector meets, of these documents or of all."""
    return f"unembedded = true AND {one_of('document_id', document_ids)}" if document_ids else "unembedded = true"


def is_of(table: Any, model: Fingerprint) -> bool:
    """Whether the table's vectors are those of ``model``."""
    held = schema.read_fingerprint(table.schema)
    return held is not None and held.matches(model)
