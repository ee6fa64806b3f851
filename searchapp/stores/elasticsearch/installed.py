"""The templates and pipelines in the cluster beside those of es/: ours, older than our files, or edited by hand.

The server rewrites what it is given and shows no author. So each object carries in ``_meta`` a digest of the content
that was put: content that no longer has that digest was changed by somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from searchapp.stores.elasticsearch.normal import CONTENT, MANAGED_BY, content_digest, normal_template
from searchapp.stores.elasticsearch.templates import Templates

Json = dict[str, Any]


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
    meta = {**one.body.get("_meta", {}), MANAGED_BY: "searchapp", CONTENT: content_digest(one.wanted)}
    body = {key: value for key, value in one.body.items() if key != "_meta"}
    if one.kind == PIPELINE:
        client.ingest.put_pipeline(id=one.name, meta=meta, **body)
    elif one.kind == COMPONENT:
        client.cluster.put_component_template(name=one.name, meta=meta, **body)
    else:
        client.indices.put_index_template(name=one.name, meta=meta, **body)


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
