"""The templates of es/mappings, read, named and sized for one installation.

Their normal form is one way to write settings, mappings and templates, so that files and the server's answers can be
compared.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from searchapp.errors import UsageError
from searchapp.settings import IndexOptions

Json = dict[str, Any]

SHIPPED_PREFIX = "searchapp"
"""The index prefix that the files are written with; another one replaces it when they are put."""

COMPONENTS = ("chunks-fields",)
INDEX_TEMPLATES = ("chunks", "documents")
GRAPH_OPTIONS = ("m", "ef_construction")

SHARDS = "number_of_shards"
"""The setting of an index, and one shard is what Elasticsearch makes without it."""

MANAGED_BY = "managed_by"
CONTENT = "content"
OUR_META = (MANAGED_BY, CONTENT, "digest")
"""What ``put_templates`` writes into ``_meta`` beside what the file has there (``digest``: earlier versions)."""

SERVER_META = ("created_date", "created_date_millis", "modified_date", "modified_date_millis")


@dataclass(frozen=True, slots=True)
class Templates:
    """Bodies ready to be put, by full name."""

    components: dict[str, Json]
    indices: dict[str, Json]
    pipelines: dict[str, Json] = field(default_factory=dict)

    def index(self, name: str) -> Json:
        """Settings and mappings of an index by the index template ``name``: those of its components under its own."""
        body = self.indices[name]
        parts = [self.components[component]["template"] for component in body.get("composed_of", [])]
        settings: Json = {}
        mappings: Json = {}
        for part in [*parts, body["template"]]:
            settings |= flat_settings(part.get("settings", {}))
            own = part.get("mappings", {})
            properties = {**mappings.get("properties", {}), **own.get("properties", {})}
            mappings = {**mappings, **own, "properties": properties}
        return {"settings": settings, "mappings": mappings}


def es_folder(configured: Path | None = None) -> Path:
    """The folder with mappings/ and pipelines/: the configured one, the installed one, or the checkout's."""
    if configured is not None:
        return configured
    installed = Path(str(files("searchapp"))) / "es"
    return installed if installed.is_dir() else installed.parents[1] / "es"


def read_templates(
    folder: Path, prefix: str, dims: int, index_options: IndexOptions | None = None, shards: int | None = None
) -> Templates:
    """Read es/mappings for indices that begin with ``prefix`` and vectors of ``dims`` dimensions.

    ``index_options`` replaces the type in the files, ``shards`` the number of primary shards of the chunks; the graph's
    own options stay where there is a graph. Raises UsageError naming the file that is missing or is not JSON.
    """
    components = {f"{prefix}-{name}": _read(folder, name) for name in COMPONENTS}
    fields = components[f"{prefix}-chunks-fields"]["template"]["mappings"]["properties"]
    fields["embedding"]["dims"] = dims
    if index_options is not None:
        shipped = fields["embedding"].get("index_options", {})
        graph = {key: shipped[key] for key in GRAPH_OPTIONS if key in shipped} if index_options.is_graph else {}
        fields["embedding"]["index_options"] = {"type": str(index_options), **graph}
    indices = {f"{prefix}-{name}": _renamed(_read(folder, name), prefix) for name in INDEX_TEMPLATES}
    if shards is not None:
        chunks = indices[f"{prefix}-chunks"]["template"]
        chunks["settings"] = {**flat_settings(chunks.get("settings", {})), SHARDS: str(shards)}
    return Templates(components, indices)


def read_pipelines(folder: Path, prefix: str, inference_id: str) -> dict[str, Json]:
    """Every pipeline of es/pipelines by its full name, for one inference endpoint. Raises as ``read_templates``.

    The name ends in the endpoint's: while the index moves from one to another, both make vectors.
    """
    found: dict[str, Json] = {}
    for path in sorted((folder / "pipelines").glob("*.json")):
        body = _json(path)
        for processor in body["processors"]:
            if "inference" in processor:
                processor["inference"]["model_id"] = inference_id
        found[f"{prefix}{path.stem.removeprefix(SHIPPED_PREFIX)}-{inference_id}"] = body
    return found


def read_endpoint_body(folder: Path, name: str) -> Json:
    """How to make an inference endpoint, by es/pipelines/endpoints. Raises as ``read_templates``."""
    body = _json(folder / "pipelines" / "endpoints" / f"{name}.json")
    body.pop("_meta", None)
    return body


def registry_properties(folder: Path) -> Json:
    """The fields of a registry entry, as es/mappings has them."""
    properties: Json = _read(folder, "documents")["template"]["mappings"]["properties"]
    return properties


def chunk_properties(folder: Path) -> Json:
    """The fields of a chunk, as es/mappings has them; of its vector too, but not sized for a model."""
    properties: Json = _read(folder, COMPONENTS[0])["template"]["mappings"]["properties"]
    return properties


def _read(folder: Path, name: str) -> Json:
    return _json(folder / "mappings" / f"{SHIPPED_PREFIX}-{name}.json")


def _json(path: Path) -> Json:
    try:
        body: Json = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError("es_file_unreadable", file=path) from error
    except ValueError as error:
        raise UsageError("es_file_not_json", file=path, why=str(error)) from error
    return body


def _renamed(template: Json, prefix: str) -> Json:
    def rename(name: str) -> str:
        return prefix + name.removeprefix(SHIPPED_PREFIX)

    renamed = copy.deepcopy(template)
    for key in ("index_patterns", "composed_of"):
        if key in renamed:
            renamed[key] = [rename(name) for name in renamed[key]]
    return renamed


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
