"""A cluster's objects as resources of Terraform's provider ``elastic/elasticstack``, in Terraform's JSON syntax.

Terraform has not been run on it here: attribute names are those of the provider's documentation
(registry.terraform.io/providers/elastic/elasticstack), against which ``tests/cluster/test_terraform.py`` holds them.
Bodies are strings of JSON, as the provider takes them; blocks are objects, which both its older blocks and its newer
nested attributes read.
"""

from __future__ import annotations

import json
import re
from typing import Any

from searchapp.cluster.store import Json

PROVIDER = "elastic/elasticstack"
VERSION = ">= 0.11"

COMPONENT = "elasticstack_elasticsearch_component_template"
INDEX = "elasticstack_elasticsearch_index_template"
PIPELINE = "elasticstack_elasticsearch_ingest_pipeline"
ROLE = "elasticstack_elasticsearch_security_role"
REPOSITORY = "elasticstack_elasticsearch_snapshot_repository"
POLICY = "elasticstack_elasticsearch_snapshot_lifecycle"


def terraform(
    components: dict[str, Json],
    indices: dict[str, Json],
    pipelines: dict[str, Json],
    roles: dict[str, Json],
    repository: dict[str, Json],
    policy: dict[str, Json],
) -> Json:
    """One file for all of it. The server and the credentials come from the environment (ELASTICSEARCH_ENDPOINTS)."""
    resources = {
        COMPONENT: {label(name): _component(name, body) for name, body in components.items()},
        INDEX: {label(name): _index(name, body, components) for name, body in indices.items()},
        PIPELINE: {label(name): _pipeline(name, body) for name, body in pipelines.items()},
        ROLE: {label(name): _role(name, body) for name, body in roles.items()},
        REPOSITORY: {label(name): _repository(name, body) for name, body in repository.items()},
        POLICY: {label(name): _policy(name, body) for name, body in policy.items()},
    }
    return {
        "terraform": {"required_providers": {"elasticstack": {"source": PROVIDER, "version": VERSION}}},
        "provider": {"elasticstack": {"elasticsearch": {}}},
        "resource": {kind: bodies for kind, bodies in resources.items() if bodies},
    }


def label(name: str) -> str:
    """A name of Terraform's own for an object: letters, digits and underscores, no digit first."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return plain if plain[:1].isalpha() or plain.startswith("_") else f"_{plain}"


def literal(text: str) -> str:
    """A string in which Terraform sees no expression of its own."""
    return text.replace("${", "$${").replace("%{", "%%{")


def _text(body: Any) -> str:
    return literal(json.dumps(body, ensure_ascii=False, sort_keys=True))


def _component(name: str, body: Json) -> Json:
    return {"name": literal(name), "metadata": _text(body["_meta"]), "template": _template(body["template"])}


def _index(name: str, body: Json, components: dict[str, Json]) -> Json:
    """It refers to its component templates, so that Terraform makes those first."""
    composed = [
        f"${{{COMPONENT}.{label(component)}.name}}" if component in components else literal(component)
        for component in body.get("composed_of", [])
    ]
    return {
        "name": literal(name),
        "index_patterns": [literal(pattern) for pattern in body["index_patterns"]],
        "composed_of": composed,
        **({"priority": body["priority"]} if "priority" in body else {}),
        "metadata": _text(body["_meta"]),
        **({"template": _template(body["template"])} if "template" in body else {}),
    }


def _template(template: Json) -> Json:
    return {part: _text(template[part]) for part in ("settings", "mappings") if part in template}


def _pipeline(name: str, body: Json) -> Json:
    lists: Json = {part: [_text(one) for one in body[part]] for part in ("processors", "on_failure") if part in body}
    described = {"description": literal(body["description"])} if "description" in body else {}
    return {"name": literal(name), **described, **lists, "metadata": _text(body["_meta"])}


def _role(name: str, body: Json) -> Json:
    indices = [{part: [literal(one) for one in entry[part]] for part in entry} for entry in body["indices"]]
    return {"name": literal(name), "cluster": body["cluster"], "indices": indices}


def _repository(name: str, body: Json) -> Json:
    settings = {key: literal(value) for key, value in body["settings"].items() if key != "compress"}
    return {"name": literal(name), body["type"]: {**settings, "compress": True}}


def _policy(name: str, body: Json) -> Json:
    config = body["config"]
    return {
        "name": literal(name),
        "snapshot_name": literal(body["name"]),
        "schedule": literal(body["schedule"]),
        "repository": f"${{{REPOSITORY}.{label(body['repository'])}.name}}",
        "indices": [literal(index) for index in config["indices"]],
        "ignore_unavailable": config["ignore_unavailable"],
        "include_global_state": config["include_global_state"],
        "metadata": _text(config["metadata"]),
        **body["retention"],
    }
