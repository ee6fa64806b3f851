"""What must stand in the cluster before the first write: templates, the first index behind its alias, the registry."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from searchapp.errors import ServiceRefusedError, StorageError
from searchapp.model import DocumentState
from searchapp.stores.base import IndexSpec
from searchapp.stores.elasticsearch.installed import Origin, installed, put
from searchapp.stores.elasticsearch.templates import COMPONENTS, INDEX_TEMPLATES, Templates
from searchapp.stores.elasticsearch.versions import Names, live_version, version_meta

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


def install(
    client: Elasticsearch, names: Names, templates: Templates, spec: IndexSpec, *, overwrite: bool = False
) -> list[Step]:
    """Put what is missing or differs; an index that exists is left as it is.

    Raises as ``put_templates`` does, and StorageError, with nothing written, when the aliases are not sane or the index
    is lost: an empty one in its place would hide that, and ingestion takes what is registered for indexed.
    """
    live = live_version(client, names)
    if live is None and (lost := registered_documents(client, names)):
        raise StorageError(
            f"The index is lost: the registry tells of {lost:,} documents, and there are no passages.",
            "searchapp doctor tells how to get it back.",
        )
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
        raise StorageError(
            f"Edited by hand in the cluster: {', '.join(edited)}.",
            "searchapp es plan shows the edit. Take it over into es/mappings, or undo it: searchapp es apply "
            "--overwrite.",
        )
    outcomes = {Origin.MISSING: Outcome.CREATED, Origin.SAME: Outcome.UNCHANGED}
    for one in found:
        if one.origin is not Origin.SAME:
            put(client, one)
    return [Step(one.kind, one.name, outcomes.get(one.origin, Outcome.UPDATED)) for one in found]


def registered_documents(client: Elasticsearch, names: Names) -> int:
    """How many documents the registry takes for searchable."""
    states = [str(state) for state in (DocumentState.INDEXED, DocumentState.UNCHANGED)]
    clauses: list[Json] = [{"terms": {"state": states}}, {"range": {"chunks": {"gt": 0}}}]
    if client.indices.exists(index=names.documents):
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
        raise ServiceRefusedError(
            f"The index {index} was made by an earlier version and lacks {', '.join(properties)}.",
            "Run searchapp es apply, or ingest something, once with a key that may change mappings.",
        ) from error


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
