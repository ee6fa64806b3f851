"""The index as one process knows it: its client, its names, which of its versions is live, and how it is doing."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from elasticsearch import ApiError, Elasticsearch
from elasticsearch import __version__ as client_version

from searchapp.embedding.base import ELASTICSEARCH, Fingerprint
from searchapp.errors import IncompatibleServerError, ServiceUnavailableError, StorageError
from searchapp.settings import Settings
from searchapp.stores.elasticsearch.blocks import closed
from searchapp.stores.elasticsearch.connection import connect, reading, shown, translated
from searchapp.stores.elasticsearch.inference import licence
from searchapp.stores.elasticsearch.installation import add_missing, registered_documents
from searchapp.stores.elasticsearch.templates import (
    Templates,
    chunk_properties,
    es_folder,
    read_pipelines,
    read_templates,
)
from searchapp.stores.elasticsearch.versions import Names, Version, chosen, live_version, read_versions
from searchapp.stores.index_spec import Chunking, IndexSpec

Json = dict[str, Any]

LIVE_SECONDS = 1.0
"""How long a process may go on searching the version before; it still gets every write, and stays whole."""


class ElasticsearchIndex:
    """The versions behind the alias ``<prefix>-chunks``, and what each was made of; nothing of its contents.

    ``pinned`` names a version to read instead of the live one.
    """

    def __init__(self, settings: Settings, pinned: str = "") -> None:
        self.settings = settings
        self._pinned = pinned
        self._live: tuple[float, Version] | None = None
        self._seen = ""
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
        """Raise when the server does not answer, and IncompatibleServerError for one of another major version."""
        self.client.cluster.health()
        try:
            nodes = self.client.nodes.info(metric="http", filter_path="nodes.*.version")
        except ApiError as error:
            if error.meta.status == 403:  # a reader's key may not look at nodes
                return
            raise
        for node in nodes.get("nodes", {}).values():
            if int(node["version"].split(".")[0]) != client_version[0]:
                raise IncompatibleServerError(
                    "server_of_version", where=self.where, version=node["version"], client=client_version[0]
                )

    def templates(self, dims: int) -> Templates:
        """What es/ holds, for vectors of ``dims`` dimensions."""
        settings, folder = self.settings, es_folder(self.settings.es_dir)
        templates = read_templates(folder, settings.index_prefix, dims, settings.index_options, settings.index_shards)
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
        self._seen = found.name if found else self._seen
        return found

    @translated
    def serving(self) -> Version | None:
        """The version to read, as ``live``; None before ``prepare``.

        Raises ServiceUnavailableError where there is none any more although documents are registered or this process
        has read it, and where somebody closed it: either would look like an index in which nothing is found.
        """
        found = self.live()
        if found is None and not self._pinned:
            if lost := registered_documents(self.client, self.names, refresh=False):
                raise ServiceUnavailableError("index_lost", documents=lost)
            if self._seen:
                raise ServiceUnavailableError("index_gone", index=self._seen)
        elif found is not None and found.closed:
            raise ServiceUnavailableError("index_closed", **closed(found.name, self.where))
        return found

    @property
    def readable(self) -> str:
        """What is read where one request is enough: the alias is then as good as the version's own name."""
        return self._pinned or self.names.chunks

    def forget(self) -> None:
        """There is no index any more, by our own hand."""
        self._live, self._seen = None, ""

    def look_again(self) -> None:
        """Forget which version is live; for who has just switched."""
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
    def written_versions(self) -> list[Version]:
        """The versions that writes reach now, the live one first. Raises StorageError when there is none."""
        versions = read_versions(self.client, self.names)
        if chosen(versions, self.names) is None:
            self.look_again()
            self.serving()
            raise StorageError("index_behind_alias_missing", alias=self.names.chunks)
        return sorted((version for version in versions if version.written), key=lambda version: not version.live)

    def complete_mapping(self, version: Version) -> None:
        """Add the fields that a version made by an earlier searchapp lacks; looked at once a process."""
        if version.name not in self._complete:
            add_missing(self.client, version.name, chunk_properties(es_folder(self.settings.es_dir)))
            self._complete.add(version.name)

    def of_model(self, model: Fingerprint | None) -> list[str]:
        """The versions that hold vectors of this model."""
        versions = read_versions(self.client, self.names) if model else ()
        return [
            version.name for version in versions if version.spec and model and version.spec.fingerprint.matches(model)
        ]


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """The server's own words; ``health`` is green, yellow or red."""

    name: str
    version: str
    health: str
    nodes: int
    licence: str


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """One index of ours; ``alias`` is the name that searches use for it, if any.

    ``documents`` are what Elasticsearch calls so: chunks, or entries of the registry. They and ``bytes`` count the
    primaries.
    """

    name: str
    alias: str
    health: str
    documents: int
    bytes: int
    shards: int
    replicas: int


def read_server(index: ElasticsearchIndex) -> ServerStatus:
    """Name, lowest version among the nodes, health, and licence."""
    with reading(index.where):
        health = index.client.cluster.health()
        nodes = index.client.nodes.info(metric="http", filter_path="nodes.*.version").get("nodes", {})
        kind, _ = licence(index.client)
    versions = sorted({node["version"] for node in nodes.values()})
    return ServerStatus(
        health["cluster_name"], versions[0] if versions else "", health["status"], health["number_of_nodes"], kind
    )


def health_of(client: Elasticsearch, indices: Collection[str]) -> Json:
    """The cluster's health with that of these ``indices``, now: for one that is gone Elasticsearch would wait."""
    at_once = client.options(ignore_status=408)
    answer: Json = at_once.cluster.health(index=sorted(indices), level="indices", timeout="0s").body
    return answer


def read_indices(index: ElasticsearchIndex) -> tuple[IndexStatus, ...]:
    """Every version of the chunks, and the registry; an empty tuple before ``es apply``."""
    pattern = f"{index.names.chunks}-*,{index.names.documents}"
    with reading(index.where):
        found = index.client.indices.get_alias(index=pattern, ignore_unavailable=True)
        if not found:
            return ()
        stats = index.client.indices.stats(index=sorted(found), metric="docs,store")["indices"]
        health = health_of(index.client, found)["indices"]
    return tuple(
        IndexStatus(
            name=name,
            alias=", ".join(found[name]["aliases"]),
            health=health[name]["status"],
            documents=stats[name]["primaries"]["docs"]["count"],
            bytes=stats[name]["primaries"]["store"]["size_in_bytes"],
            shards=health[name]["number_of_shards"],
            replicas=health[name]["number_of_replicas"],
        )
        for name in sorted(found.keys() & health.keys())  # one may have gone meanwhile
    )
