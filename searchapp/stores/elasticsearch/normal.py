"""One way to write settings, mappings and templates, so that files and the server's answers can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

Json = dict[str, Any]

MANAGED_BY = "managed_by"
CONTENT = "content"
OUR_META = (MANAGED_BY, CONTENT, "digest")
"""What ``put_templates`` writes into ``_meta`` beside what the file has there (``digest``: earlier versions)."""

SERVER_META = ("created_date", "created_date_millis", "modified_date", "modified_date_millis")


def flat_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted names without ``index.``, values as strings or lists of them: the server writes numbers as strings."""
    flat = dict(_leaves("", settings))
    return {name.removeprefix("index."): flat[name] for name in sorted(flat)}


def _leaves(prefix: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{prefix}.{name}" if prefix else str(name), inner)
    elif isinstance(value, list):
        yield prefix, [_text(one) for one in value]
    else:
        yield prefix, _text(value)


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)


def normal_field(field: Mapping[str, Any]) -> Json:
    """A field without the parameters that only repeat the default, the way the server shows it."""
    normal = dict(field)
    if isinstance(normal.get("copy_to"), str):
        normal["copy_to"] = [normal["copy_to"]]
    if str(normal.get("index")).lower() == "true":
        del normal["index"]
    for nested in ("fields", "properties"):
        if nested in normal:
            normal[nested] = {name: normal_field(inner) for name, inner in sorted(normal[nested].items())}
    return normal


def normal_mappings(mappings: Mapping[str, Any]) -> Json:
    """The mapping with each field in its normal form; ``_meta`` is left out."""
    normal = {key: value for key, value in mappings.items() if key not in ("_meta", "properties")}
    if "dynamic" in normal:
        normal["dynamic"] = _text(normal["dynamic"])
    properties = mappings.get("properties", {})
    return {**normal, "properties": {name: normal_field(field) for name, field in sorted(properties.items())}}


def normal_template(body: Mapping[str, Any]) -> Json:
    """A component template, index template or pipeline, without what the server or ``put_templates`` adds to it."""
    normal = {key: value for key, value in body.items() if key not in SERVER_META and value not in ([], {})}
    meta = {key: value for key, value in (body.get("_meta") or {}).items() if key not in OUR_META}
    normal["_meta"] = meta
    template = dict(body.get("template") or {})
    if template:
        if "settings" in template:
            template["settings"] = flat_settings(template["settings"])
        if "mappings" in template:
            template["mappings"] = normal_mappings(template["mappings"])
        normal["template"] = template
    return normal


def content_digest(normal: Mapping[str, Any]) -> str:
    """Sixteen letters that change with the content of a normal form."""
    return sha256(json.dumps(normal, sort_keys=True).encode()).hexdigest()[:16]
