"""What must stand in the cluster before the first write: templates, the first index behind its alias, the registry.

The server rewrites the templates and pipelines it is given and shows no author. So each carries in ``_meta`` a digest
of the content that was put: content that no longer has that digest was changed by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError

from searchapp.errors import ServiceRefusedError, StorageError
from searchapp.model import DocumentState
from searchapp.stores.elasticsearch.templates import (
    COMPONENTS,
    CONTENT,
    INDEX_TEMPLATES,
    MANAGED_BY,
    Templates,
    content_digest,
    normal_template,
)
from searchapp.stores.elasticsearch.versions import Names, live_version, version_meta
from searchapp.stores.index_spec import IndexSpec

Json = dict[str, Any]


class Outcome(StrEnum):
    """What happened to one object of the cluster."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Step:
    """One object that was looked at, and what was done."""

    kind: str
    name: str
    outcome: Outcome


class Origin(StrEnum):
    """Where the content of an object in the cluster comes from."""

    MISSING = "missing"
    SAME = "same"
    OLDER = "older"
    EDITED = "edited"


COMPONENT = "component template"
TEMPLATE = "index template"
PIPELINE = "pipeline"


@dataclass(frozen=True, slots=True)
class Installed:
    """An object of es/ by its full name: our body, and the one in the cluster (None: there is none), both normal."""

    kind: str
    name: str
    body: Json
    wanted: Json
    found: Json | None
    origin: Origin


def install(
    client: Elasticsearch, names: Names, templates: Templates, spec: IndexSpec, *, overwrite: bool = False
) -> list[Step]:
    """Put what is missing or differs; an index that exists is left as it is.

    Raises as ``put_templates`` does, and StorageError, with nothing written, when the aliases are not sane or the index
    is lost: an empty one in its place would hide that, and ingestion takes what is registered for indexed.
    """
    live = live_version(client, names)
    if live is None and (lost := registered_documents(client, names)):
        raise StorageError("registered_passages_missing", documents=lost)
    steps = put_templates(client, templates, overwrite=overwrite)
    # The alias comes last: where it is, writers take everything for prepared.
    registry = _create(client, names.documents, {})
    if live is not None:
        steps.append(Step("alias", names.chunks, Outcome.UNCHANGED))
    else:
        steps.append(_create_first_index(client, names, spec))
    steps.append(registry)
    return steps


def put_templates(client: Elasticsearch, templates: Templates, *, overwrite: bool = False) -> list[Step]:
    """Put the templates and pipelines that differ; they decide about indices that are created from now on.

    Raises StorageError, and writes nothing, when one of them was edited by hand in the cluster, unless ``overwrite``.
    """
    found = installed(client, templates)
    edited = [one.name for one in found if one.origin is Origin.EDITED]
    if edited and not overwrite:
        raise StorageError("templates_edited", names=edited)
    outcomes = {Origin.MISSING: Outcome.CREATED, Origin.SAME: Outcome.UNCHANGED}
    for one in found:
        if one.origin is not Origin.SAME:
            put(client, one)
    return [Step(one.kind, one.name, outcomes.get(one.origin, Outcome.UPDATED)) for one in found]


def registered_documents(client: Elasticsearch, names: Names, *, refresh: bool = True) -> int:
    """How many documents the registry takes for searchable; ``refresh``, which a reader may not, finds the latest."""
    states = [str(state) for state in (DocumentState.INDEXED, DocumentState.UNCHANGED)]
    clauses: list[Json] = [{"terms": {"state": states}}, {"range": {"chunks": {"gt": 0}}}]
    if refresh and client.indices.exists(index=names.documents):
        client.indices.refresh(index=names.documents)
    answer = client.count(index=names.documents, query={"bool": {"filter": clauses}}, ignore_unavailable=True)
    return int(answer["count"])


def add_missing(client: Elasticsearch, index: str, properties: Json) -> None:
    """Add to the mapping of ``index`` those of the fields that it lacks: mappings are strict.

    Raises ServiceRefusedError, naming the fields, where the key may not change mappings.
    """
    for mapping in client.indices.get_mapping(index=index).values():
        known = mapping["mappings"].get("properties", {})
        missing = {name: field for name, field in properties.items() if name not in known}
        if missing:
            _add_fields(client, index, missing)


def _add_fields(client: Elasticsearch, index: str, properties: Json) -> None:
    try:
        client.indices.put_mapping(index=index, properties=properties)
    except ApiError as error:
        if error.meta.status != 403:
            raise
        raise ServiceRefusedError("fields_missing", index=index, fields=list(properties)) from error


def remove(client: Elasticsearch, names: Names, templates: Templates) -> None:
    """Remove all of it, with every document; what is missing already is no error."""
    for name in client.indices.get(index=f"{names.versions},{names.documents}", ignore_unavailable=True):
        client.indices.delete(index=name)
    gone = client.options(ignore_status=404)
    for name in INDEX_TEMPLATES:
        gone.indices.delete_index_template(name=f"{names.prefix}-{name}")
    for name in templates.pipelines:
        gone.ingest.delete_pipeline(id=name)
    for name in COMPONENTS:
        gone.cluster.delete_component_template(name=f"{names.prefix}-{name}")


def _create_first_index(client: Elasticsearch, names: Names, spec: IndexSpec) -> Step:
    body = {
        "aliases": {names.chunks: {"is_write_index": True}, names.write: {}},
        "mappings": {"_meta": version_meta(spec)},
    }
    return _create(client, names.version(1), body)


def _create(client: Elasticsearch, name: str, body: Json) -> Step:
    if client.indices.exists(index=name):
        return Step("index", name, Outcome.UNCHANGED)
    # Another worker may create it between the question and this call; both want the same index.
    answer = client.options(ignore_status=400).indices.create(index=name, **body)
    exists_now = "error" in answer and answer["error"]["type"] == "resource_already_exists_exception"
    if "error" in answer and not exists_now:
        client.indices.create(index=name, **body)
    return Step("index", name, Outcome.UNCHANGED if exists_now else Outcome.CREATED)


def installed(client: Elasticsearch, templates: Templates) -> list[Installed]:
    """Every object of ``templates`` with what the cluster has of that name, in the order in which they are put."""
    readers: list[tuple[str, dict[str, Json], Callable[[str], Json]]] = [
        (PIPELINE, templates.pipelines, lambda name: _one(client.ingest.get_pipeline(id=name))),
        (COMPONENT, templates.components, lambda name: _component(client, name)),
        (TEMPLATE, templates.indices, lambda name: _template(client, name)),
    ]
    return [_compared(kind, name, body, read) for kind, bodies, read in readers for name, body in bodies.items()]


def put(client: Elasticsearch, one: Installed) -> None:
    """Write our body over whatever the cluster has, with the digest of its content."""
    meta = owned_meta(one.body)
    body = {key: value for key, value in one.body.items() if key != "_meta"}
    if one.kind == PIPELINE:
        client.ingest.put_pipeline(id=one.name, meta=meta, **body)
    elif one.kind == COMPONENT:
        client.cluster.put_component_template(name=one.name, meta=meta, **body)
    else:
        client.indices.put_index_template(name=one.name, meta=meta, **body)


def owned_meta(body: Json) -> Json:
    """The ``_meta`` of a body as it is put: its own, that it is ours, and the digest of its content."""
    content = content_digest(normal_template(body))
    return {**body.get("_meta", {}), MANAGED_BY: "searchapp", CONTENT: content}


def _compared(kind: str, name: str, body: Json, read: Callable[[str], Json]) -> Installed:
    wanted = normal_template(body)
    try:
        there = read(name)
    except NotFoundError:
        return Installed(kind, name, body, wanted, None, Origin.MISSING)
    found, meta = normal_template(there), there.get("_meta") or {}
    if found == wanted:
        origin = Origin.SAME
    elif meta.get(MANAGED_BY) == "searchapp" and meta.get(CONTENT) in (None, content_digest(found)):
        origin = Origin.OLDER  # None: put by a version that noted no content
    else:
        origin = Origin.EDITED
    return Installed(kind, name, body, wanted, found, origin)


def _component(client: Elasticsearch, name: str) -> Json:
    found: Json = client.cluster.get_component_template(name=name)["component_templates"][0]["component_template"]
    return found


def _template(client: Elasticsearch, name: str) -> Json:
    found: Json = client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    return found


def _one(answer: Any) -> Json:
    found: Json = next(iter(answer.body.values()))
    return found
