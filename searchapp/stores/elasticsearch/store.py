"""The store over Elasticsearch."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from elasticsearch import ApiError, Elasticsearch
from elasticsearch import __version__ as client_version

from searchapp.embedding.base import ELASTICSEARCH, Fingerprint
from searchapp.errors import IndexSwitchedError, SearchAppError, StorageError
from searchapp.model import Chunk, Vector
from searchapp.settings import Settings
from searchapp.stores.base import (
    Chunking,
    DocumentWrite,
    IndexSpec,
    LegQuery,
    LegResults,
    Reencoder,
)
from searchapp.stores.elasticsearch import documents, queries
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.connection import connect, incompatible, reading, shown, translated
from searchapp.stores.elasticsearch.held import held_documents
from searchapp.stores.elasticsearch.installation import Step, install
from searchapp.stores.elasticsearch.registry import ElasticsearchRegistry
from searchapp.stores.elasticsearch.templates import (
    COMPONENTS,
    INDEX_TEMPLATES,
    Templates,
    chunk_properties,
    es_folder,
    read_pipelines,
    read_templates,
)
from searchapp.stores.elasticsearch.versions import Names, Version, chosen, live_version, read_versions
from searchapp.stores.elasticsearch.writing import delete_chunks, replace_documents
from searchapp.telemetry.stages import Stage, stage_took

Json = dict[str, Any]

log = logging.getLogger(__name__)

LIVE_SECONDS = 1.0
"""How long a process may go on searching the version before; it still gets every write, and stays whole."""


LEG_STAGES = {"keyword": Stage.KEYWORD, "semantic": Stage.VECTOR, "facets": Stage.FACETS}


class ElasticsearchStore(ElasticsearchRegistry):
    """Chunks behind the alias ``<prefix>-chunks``, entries in ``<prefix>-documents``.

    A search goes to one version of the index by its own name, never through the alias: both legs meet the same version,
    and the vector is of its model. ``pinned`` names a version to read instead of the live one.
    """

    def __init__(self, settings: Settings, reencode: Reencoder | None = None, pinned: str = "") -> None:
        self.settings = settings
        self._reencode = reencode
        self._pinned = pinned
        self._live: tuple[float, Version] | None = None
        self._complete: set[str] = set()
        self.where = shown(settings.elasticsearch_url)
        self.name = f"Elasticsearch at {self.where}"
        self.names = Names(settings.index_prefix)

    @cached_property
    def client(self) -> Elasticsearch:
        """The client; connecting happens with the first request."""
        return connect(self.settings)

    @translated
    def check(self) -> None:
        """See ``Store``; also raises IncompatibleServerError for a server of another major version."""
        self.client.cluster.health()
        try:
            nodes = self.client.nodes.info(metric="http", filter_path="nodes.*.version")
        except ApiError as error:
            if error.meta.status == 403:  # a reader's key may not look at nodes
                return
            raise
        for node in nodes.get("nodes", {}).values():
            if int(node["version"].split(".")[0]) != client_version[0]:
                raise incompatible(self.where, f"of version {node['version']}")

    def prepare(self, fingerprint: Fingerprint) -> None:
        """See ``Store``. Where the alias is there nothing is touched, so that a writer needs no operator's rights."""
        if self.fingerprint() is None:
            self.apply(fingerprint)

    @translated
    def apply(self, fingerprint: Fingerprint, *, overwrite: bool = False) -> list[Step]:
        """Put the templates of es/ and create what is missing; returns what was done to each object.

        Raises StorageError when a template was edited by hand in the cluster, unless ``overwrite``.
        """
        self.check()
        self._live = None
        templates = self.templates(fingerprint.dims)
        steps = install(self.client, self.names, templates, self.spec(fingerprint), overwrite=overwrite)
        _ = self._upgraded
        return steps

    def templates(self, dims: int) -> Templates:
        """What es/ holds, for vectors of ``dims`` dimensions."""
        settings, folder = self.settings, es_folder(self.settings.es_dir)
        templates = read_templates(folder, settings.index_prefix, dims, settings.index_options)
        provider, _, inference_id = settings.embedding_model.partition(":")
        if provider != ELASTICSEARCH:  # nothing uses a pipeline
            return templates
        return replace(templates, pipelines=read_pipelines(folder, settings.index_prefix, inference_id))

    def pipeline(self, version: Version) -> str:
        """The ingest pipeline by which ``version`` gets its vectors; "" where they are computed here."""
        model = version.spec.fingerprint if version.spec else None
        return self.names.pipeline(model) if model and model.made_by_store else ""

    def spec(self, fingerprint: Fingerprint) -> IndexSpec:
        """How this process cuts and embeds when it embeds with the model of ``fingerprint``."""
        return IndexSpec(
            fingerprint,
            Chunking(min(self.settings.chunk_tokens, fingerprint.max_tokens), self.settings.chunk_overlap_tokens),
        )

    @translated
    def live(self) -> Version | None:
        """The version that searches read, at most ``LIVE_SECONDS`` old; None before ``prepare``.

        Raises StorageError when the aliases do not tell.
        """
        if self._live is not None and time.monotonic() - self._live[0] < LIVE_SECONDS:
            return self._live[1]
        if self._pinned:
            found = next((v for v in read_versions(self.client, self.names) if v.name == self._pinned), None)
        else:
            found = live_version(self.client, self.names)
        self._live = (time.monotonic(), found) if found else None
        return found

    @property
    def _read(self) -> str:
        """What is read where one request is enough: the alias is then as good as the version's own name."""
        return self._pinned or self.names.chunks

    def look_again(self) -> None:
        """Forget which version is live; for whoever has just switched."""
        self._live = None

    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        live = self.live()
        return live.spec.fingerprint if live and live.spec else None

    @translated
    def succeeds(self, configured: Fingerprint) -> bool:
        """See ``Store``; the models of the other versions that are there count too: one of them may be next."""
        models = [
            model
            for version in read_versions(self.client, self.names)
            for model in (*version.former_models, *([version.spec.fingerprint] if version.spec else ()))
        ]
        return any(model.matches(configured) for model in models)

    @translated
    def write(self, writes: Sequence[DocumentWrite], model: Fingerprint | None = None) -> Mapping[str, str]:
        """See ``Store``; the documents go into every version that receives writes.

        A document fails when the live version refuses it. What another version lacks is found by ``es reindex`` before
        a switch and by ``es rollback``, and made good there.
        """
        if not writes:
            return {}
        _ = self._upgraded
        written = dt.datetime.now(dt.UTC)
        known = self.known_entries([write.entry.id for write in writes])
        # A first try has no chunks yet.
        replacing = any(entry.content_hash or entry.attempts > 1 for entry in known.values())
        failed: dict[str, str] = {}
        entries = [write.entry for write in writes]
        done: set[str] = set()
        # A version that was begun while this was being written must not miss it either: look again until none is new.
        while targets := [version for version in self.written_versions() if version.name not in done]:
            for version in targets:
                accepted = [write for write in writes if write.entry.id not in failed]
                try:
                    with reading(self.where):
                        self._complete_mapping(version)
                        fitting = self._fitting(accepted, model, version, targets[0])
                        if replacing:  # earlier chunks may be too young to be found
                            self.client.indices.refresh(index=version.name)
                        refused = replace_documents(self.client, version.name, fitting, written, self.pipeline(version))
                except SearchAppError as error:
                    if version.live:
                        raise
                    log.warning("%s lacks %d documents for now: %s", version.name, len(accepted), error)
                else:
                    if version.live:
                        failed |= refused
                        entries = [write.entry for write in fitting]
                done.add(version.name)
        actions = [
            Action.index(self.names.documents, entry.id, documents.entry_source(entry))
            for entry in entries
            if entry.id not in failed
        ]
        return failed | write_all(self.client, actions)

    def _complete_mapping(self, version: Version) -> None:
        """Add the fields that a version made by an earlier searchapp lacks; looked at once a process."""
        if version.name not in self._complete:
            self._add_missing(version.name, chunk_properties(es_folder(self.settings.es_dir)))
            self._complete.add(version.name)

    @translated
    def written_versions(self) -> list[Version]:
        """The versions that writes reach now, the live one first. Raises StorageError when there is none."""
        versions = read_versions(self.client, self.names)
        if chosen(versions, self.names) is None:
            raise StorageError(f"There is no index behind {self.names.chunks}.", "Run searchapp es apply.")
        return sorted((version for version in versions if version.written), key=lambda version: not version.live)

    def _fitting(
        self, writes: Sequence[DocumentWrite], model: Fingerprint | None, version: Version, live: Version
    ) -> Sequence[DocumentWrite]:
        """The documents as they are in ``version``; ``model`` made their vectors (None: that of the live version)."""
        made_by = self.spec(model) if model is not None else live.spec
        wanted = version.spec
        if self._reencode is None or wanted is None or made_by is None or wanted.matches(made_by):
            return writes
        parts = [(write.entry, [embedded.chunk for embedded in write.chunks]) for write in writes]
        return self._reencode(parts, wanted, lambda hashes: self.vectors(hashes, wanted.fingerprint))

    @translated
    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """See ``Store``."""
        found: list[Chunk] = []
        until = None if size is None else first + size
        while True:
            after = found[-1].position if found else first - 1
            body = queries.chunks_of(document_id, queries.CHUNK_FIELDS, after, until)
            page = self.client.search(index=self._read, ignore_unavailable=True, **_arguments(body))["hits"]
            found += [documents.chunk_of(hit) for hit in page["hits"]]
            if len(page["hits"]) < body["size"]:
                return tuple(found)

    def held(self) -> Iterator[str]:
        """See ``Store``; of the live version."""
        live = self.live()
        if live is not None:
            with reading(self.where):
                self.client.indices.refresh(index=live.name)
                for document_id, _ in groupby(held_documents(self.client, live.name), lambda one: one.document_id):
                    yield document_id

    @translated
    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """See ``Store``; every version of that model is looked through, those that are no longer live too."""
        wanted = list(dict.fromkeys(hashes))
        found: dict[str, Vector] = {}
        indices = self._of_model(model or self.fingerprint()) if wanted else []
        for first in range(0, len(wanted) if indices else 0, 1000):
            body = queries.vectors_of(wanted[first : first + 1000])
            page = self.client.search(index=indices, ignore_unavailable=True, **_arguments(body))["hits"]
            for hit in page["hits"]:
                found[hit["_source"]["hash"]] = np.asarray(hit["fields"]["embedding"], dtype=np.float32)
        return found

    def _of_model(self, model: Fingerprint | None) -> list[str]:
        """The versions that hold vectors of this model."""
        versions = read_versions(self.client, self.names) if model else ()
        return [
            version.name for version in versions if version.spec and model and version.spec.fingerprint.matches(model)
        ]

    @translated
    def delete_document(self, document_id: str) -> bool:
        """See ``Store``; it goes from every version that receives writes."""
        if self.fingerprint() is None:
            return False
        known = self.entry(document_id) is not None
        # The entry goes last, so that a deletion that was cut short can be repeated.
        gone = [delete_chunks(self.client, version.name, [document_id]) for version in self.written_versions()]
        write_all(self.client, [Action.delete(self.names.documents, document_id)], refresh=True)
        return known or any(gone)

    @translated
    def search(self, query: LegQuery) -> LegResults:
        """See ``Store``; legs and facets travel in one ``_msearch``, to one version of the index by its own name."""
        live = self.live()
        if live is None:
            return LegResults((), ())
        if query.model is not None and live.spec and not live.spec.fingerprint.matches(query.model):
            raise self._switched(live)
        bodies: dict[str, Json] = {}
        if query.keywords is not None:
            bodies["keyword"] = queries.keyword_body(query, live.has_han)
        if query.vector is not None:
            settings = self.settings
            bodies["semantic"] = queries.semantic_body(query, query.vector, settings.oversample, settings.candidates)
        if query.facets:
            settings = self.settings
            bodies["facets"] = queries.facets_body(query, settings.oversample, settings.candidates, live.has_han)
        header = {"index": live.name, "allow_partial_search_results": False}
        answers = self.client.msearch(searches=[line for body in bodies.values() for line in (header, body)])
        legs: dict[str, list[Json]] = {"keyword": [], "semantic": []}
        counted: Json = {}
        for leg, answer in zip(bodies, answers["responses"], strict=True):
            if answer.get("error", {}).get("type") == "index_not_found_exception":
                self._live = None  # it was pruned within the last second
                raise self._switched(live)
            if "error" in answer:
                raise ApiError("search failed", replace(answers.meta, status=answer["status"]), answer)
            # All travelled together, so each one's time is what the server says of it.
            stage_took(LEG_STAGES[leg], answer["took"] / 1000)
            if leg == "facets":
                counted = answer
            else:
                legs[leg] = documents.newest_versions(answer["hits"]["hits"])
        return LegResults(
            keyword=tuple(documents.found_chunk(hit, hit["_score"]) for hit in legs["keyword"]),
            # Elasticsearch scores cosine similarity as (1 + cosine) / 2.
            semantic=tuple(documents.found_chunk(hit, 2 * hit["_score"] - 1) for hit in legs["semantic"]),
            facets=queries.facet_counts(counted["aggregations"]) if counted else {},
            matched=counted["hits"]["total"]["value"] if counted else 0,
        )

    def _switched(self, live: Version) -> IndexSwitchedError:
        return IndexSwitchedError(f"Searches were moved away from {live.name} in mid-search.", "Search again.")

    @translated
    def count(self) -> int:
        """See ``Store``."""
        return int(self.client.count(index=self._read, ignore_unavailable=True)["count"])

    @translated
    def refresh(self) -> None:
        """See ``Store``."""
        indices = [self.names.chunks, self.names.write, self.names.documents]
        self.client.indices.refresh(index=indices, ignore_unavailable=True)

    @translated
    def drop(self) -> None:
        """See ``Store``; the templates go too."""
        self._live = None
        found = self.client.indices.get(index=f"{self.names.chunks}-*,{self.names.documents}", ignore_unavailable=True)
        for name in found:
            self.client.indices.delete(index=name)
        gone = self.client.options(ignore_status=404)
        for name in INDEX_TEMPLATES:
            gone.indices.delete_index_template(name=f"{self.names.prefix}-{name}")
        for name in self.templates(1).pipelines:
            gone.ingest.delete_pipeline(id=name)
        for name in COMPONENTS:
            gone.cluster.delete_component_template(name=f"{self.names.prefix}-{name}")


def _arguments(body: Json) -> Json:
    """A search body as the client's keyword arguments, which name two fields otherwise."""
    renamed = {"_source": "source", "from": "from_"}
    return {renamed.get(key, key): value for key, value in body.items()}
