"""What ``es export`` writes for Terraform, held against the attribute names of the provider's documentation.

Terraform itself is not at hand; the tables below are the schemas as elastic/elasticstack documents them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from searchapp.cluster.repository import repository_body
from searchapp.cluster.roles import Role, descriptor
from searchapp.cluster.terraform import label, literal, terraform
from searchapp.stores.elasticsearch.installation import owned_meta
from searchapp.stores.elasticsearch.templates import es_folder, read_pipelines, read_templates

Json = dict[str, Any]

REQUIRED = {
    "component_template": {"name", "template"},
    "index_template": {"name", "index_patterns"},
    "ingest_pipeline": {"name", "processors"},
    "security_role": {"name"},
    "snapshot_repository": {"name"},
    "snapshot_lifecycle": {"name", "repository", "schedule"},
}
OPTIONAL = {
    "component_template": {"metadata", "version"},
    "index_template": {"composed_of", "data_stream", "metadata", "priority", "template", "version"},
    "ingest_pipeline": {"description", "metadata", "on_failure"},
    "security_role": {"applications", "cluster", "global", "indices", "metadata", "run_as"},
    "snapshot_repository": {"azure", "fs", "gcs", "hdfs", "s3", "url", "verify"},
    "snapshot_lifecycle": {
        "expand_wildcards", "expire_after", "feature_states", "ignore_unavailable", "include_global_state", "indices",
        "max_count", "metadata", "min_count", "partial", "snapshot_name",
    },
}  # fmt: skip
NESTED = {
    "template": {"alias", "mappings", "settings"},
    "indices": {"names", "privileges", "allow_restricted_indices", "field_security", "query"},
    "fs": {"location", "chunk_size", "compress", "max_number_of_snapshots", "readonly"},
    "s3": {"bucket", "base_path", "buffer_size", "canned_acl", "chunk_size", "client", "compress", "readonly"},
}
JSON_STRINGS = {"metadata", "settings", "mappings", "processors", "on_failure"}


@pytest.fixture(params=["fs:searchapp", "s3:bucket/some/path"])
def made(request: pytest.FixtureRequest) -> Json:
    templates = read_templates(es_folder(), "my.docs", 64)
    pipelines = read_pipelines(es_folder(), "my.docs", "e5")

    def owned(bodies: dict[str, Json]) -> dict[str, Json]:
        return {name: {**body, "_meta": owned_meta(body)} for name, body in bodies.items()}

    policy = {
        "name": "<my.docs-{now/d}>", "schedule": "0 30 1 * * ?", "repository": "my.docs-snapshots",
        "config": {
            "indices": ["my.docs-chunks"], "ignore_unavailable": False, "include_global_state": False, "metadata": {},
        },
        "retention": {"expire_after": "30d", "min_count": 7, "max_count": 100},
    }  # fmt: skip
    return terraform(
        owned(templates.components),
        owned(templates.indices),
        owned(pipelines),
        {f"my.docs-{role}": descriptor(role, "my.docs", inference=True) for role in Role},
        {"my.docs-snapshots": repository_body(request.param)},
        {"my.docs-daily": policy},
    )


def resources(made: Json) -> list[tuple[str, str, Json]]:
    return [
        (kind.removeprefix("elasticstack_elasticsearch_"), name, body)
        for kind, bodies in made["resource"].items()
        for name, body in bodies.items()
    ]


def test_every_resource_has_documented_attributes_only(made: Json) -> None:
    found = resources(made)
    assert {kind for kind, _, _ in found} == set(REQUIRED)
    for kind, name, body in found:
        assert REQUIRED[kind] <= body.keys() <= REQUIRED[kind] | OPTIONAL[kind], (kind, name)
        assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)
        for block, known in NESTED.items():
            inner = body.get(block, {}) if kind != "snapshot_lifecycle" else {}
            for one in inner if isinstance(inner, list) else [inner]:
                assert one.keys() <= known, (kind, name, block)
    assert made["terraform"]["required_providers"]["elasticstack"]["source"] == "elastic/elasticstack"


def test_bodies_are_strings_of_json_and_the_same_as_ours(made: Json) -> None:
    for _, _, body in resources(made):
        for attributes in (body, body.get("template", {})):
            for name in JSON_STRINGS & attributes.keys():
                for text in [attributes[name]] if isinstance(attributes[name], str) else attributes[name]:
                    json.loads(text)
    (component,) = made["resource"]["elasticstack_elasticsearch_component_template"].values()
    assert json.loads(component["template"]["mappings"])["properties"]["embedding"]["dims"] == 64


def test_references_lead_to_resources_and_nothing_else_is_an_expression(made: Json) -> None:
    expressions = set(re.findall(r"(?<!\$)\$\{([^}]*)\}", json.dumps(made)))
    assert expressions == {
        "elasticstack_elasticsearch_component_template.my_docs_chunks_fields.name",
        "elasticstack_elasticsearch_snapshot_repository.my_docs_snapshots.name",
    }
    for expression in expressions:
        kind, name, _ = expression.split(".")
        assert name in made["resource"][kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("plain", "plain"), ("${file(1)}", "$${file(1)}"), ("100%{x}", "100%%{x}"), ("{{{_ingest}}}", "{{{_ingest}}}")],
)
def test_what_looks_like_an_expression_is_escaped(text: str, expected: str) -> None:
    assert literal(text) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("a-b.c", "a_b_c"), ("2024-docs", "_2024_docs"), ("_x", "_x"), ("文档", "__")]
)
def test_labels(name: str, expected: str) -> None:
    assert label(name) == expected
