"""The JSON schema of what leaves: of a noun as ``to_json`` writes it. The sentence below a field describes it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.json_schema import DefsRef, GenerateJsonSchema

PUBLIC = {
    "DocumentEntry": "Entry",
    "SearchResults": "Results",
    "Chunk": "Passage",
    "DocumentCollection": "Collection",
    "QueryRead": "ReadQuery",
    "SourcesFound": "Sources",
    "PassagesRead": "ReadPassages",
    "Version": "IndexVersion",
    "Queue": "QueueState",
    "Pause": "Paused",
    "TaskList": "Tasks",
}
"""Names of ours that are other ones in the API, where clients were made from them."""


class Untitled(GenerateJsonSchema):
    """Without a title for each field: it would only repeat the name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: D102
        return False


class Leaving(Untitled):
    """Of what we send: every field is there, so that none has a default, and names are those that clients know."""

    def default_schema(self, schema: Any) -> dict[str, Any]:  # noqa: D102
        return self.generate_inner(schema["schema"])

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: D102
        return field["type"] == "dataclass-field" or super().field_is_required(field, total)

    def dict_schema(self, schema: Any) -> dict[str, Any]:  # noqa: D102
        found = super().dict_schema(schema)
        found.pop("propertyNames", None)  # which keys there are, the description tells
        return found

    def dataclass_schema(self, schema: Any) -> dict[str, Any]:  # noqa: D102
        found = super().dataclass_schema(schema)
        return {**found, "title": PUBLIC.get(found["title"], found["title"])}

    def get_defs_ref(self, core_mode_ref: Any) -> DefsRef:  # noqa: D102
        core_ref, mode = core_mode_ref
        path, colon, rest = core_ref.partition(":")
        module, dot, name = path.rpartition(".")
        return super().get_defs_ref((f"{module}{dot}{PUBLIC.get(name, name)}{colon}{rest}", mode))  # type: ignore[arg-type]


def schema_of(type_: Any, ref_template: str = "#/$defs/{model}") -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of ``type_`` as it leaves, or of a model as it arrives; what it refers to comes beside it, by name."""
    arrives = isinstance(type_, type) and issubclass(type_, BaseModel)
    # A list, since the settings of what holds a class reach it, and a class of ours has none of its own.
    adapter = TypeAdapter(list[type_], config=ConfigDict(use_attribute_docstrings=True))
    schema = adapter.json_schema(
        mode="validation" if arrives else "serialization",
        ref_template=ref_template,
        schema_generator=Untitled if arrives else Leaving,
    )
    return schema["items"], schema.get("$defs", {})


def object_schema(type_: Any) -> dict[str, Any]:
    """The schema of a noun as one that stands alone: an object's, with all that it refers to."""
    schema, shared = schema_of(type_)
    if name := schema.pop("$ref", "").rpartition("/")[2]:
        schema = shared.pop(name)
    return {**schema, "$defs": shared}
