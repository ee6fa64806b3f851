"""What must stand in the cluster before the first write: templates, the first index behind its alias, the registry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from searchapp.stores.base import IndexSpec
from searchapp.stores.elasticsearch.templates import Templates
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


def install(client: Elasticsearch, names: Names, templates: Templates, spec: IndexSpec) -> list[Step]:
    """Put what is missing or differs; an index that exists is left as it is."""
    steps = put_templates(client, templates)
    steps.append(_create_first_index(client, names, spec))
    steps.append(_create(client, names.documents, {}))
    return steps


def put_templates(client: Elasticsearch, templates: Templates) -> list[Step]:
    """Put the templates that differ; they decide about indices that are created from now on."""
    steps = [_put_component(client, name, body) for name, body in templates.components.items()]
    return steps + [_put_index_template(client, name, body) for name, body in templates.indices.items()]


def _put_component(client: Elasticsearch, name: str, body: Json) -> Step:
    body, outcome = _marked(body, _existing_meta(client.cluster.get_component_template, "component_template", name))
    if outcome is not Outcome.UNCHANGED:
        client.cluster.put_component_template(name=name, template=body["template"], meta=body["_meta"])
    return Step("component template", name, outcome)


def _put_index_template(client: Elasticsearch, name: str, body: Json) -> Step:
    body, outcome = _marked(body, _existing_meta(client.indices.get_index_template, "index_template", name))
    if outcome is not Outcome.UNCHANGED:
        client.indices.put_index_template(
            name=name,
            index_patterns=body["index_patterns"],
            composed_of=body.get("composed_of", []),
            priority=body["priority"],
            template=body["template"],
            meta=body["_meta"],
        )
    return Step("index template", name, outcome)


def _existing_meta(get: Any, kind: str, name: str) -> Json | None:
    try:
        found = get(name=name)[f"{kind}s"][0][kind]
    except NotFoundError:
        return None
    # A component template nests its own _meta differently between versions.
    meta: Json = found.get("_meta") or {}
    return meta


def _marked(body: Json, existing: Json | None) -> tuple[Json, Outcome]:
    """The body with its digest in ``_meta``: the server rewrites what it is given, so bodies cannot be compared."""
    digest = sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
    marked = {**body, "_meta": {**body.get("_meta", {}), "managed_by": "searchapp", "digest": digest}}
    if existing is None:
        return marked, Outcome.CREATED
    return marked, Outcome.UNCHANGED if existing.get("digest") == digest else Outcome.UPDATED


def _create_first_index(client: Elasticsearch, names: Names, spec: IndexSpec) -> Step:
    if live_version(client, names) is not None:
        return Step("alias", names.chunks, Outcome.UNCHANGED)
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
