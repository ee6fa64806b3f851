"""Reads what a client sent into its type, or raises a UsageError that says which part of it is wrong."""

from __future__ import annotations

import functools
from typing import Any, TypeVar, get_origin

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from searchapp.errors import UsageError
from searchapp.messages import Message

Asked = TypeVar("Asked", bound=BaseModel)


def read_query(model: type[Asked], request: Request) -> Asked:
    """The parameters of the request's address; of one that is given twice and takes one value, the first counts."""
    values: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        name = field.alias or name
        if name in request.args:
            takes_several = get_origin(field.annotation) is list
            values[name] = request.args.getlist(name) if takes_several else request.args[name]
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _usage(model, error) from error


def read_body(model: type[Asked], request: Request) -> Asked:
    """The request's JSON body. Nothing is converted: a number in quotation marks is no number."""
    # A form of another site can send any text, but not under this type.
    if not request.is_json:
        raise _no_object()
    try:
        return model.model_validate_json(request.get_data(), strict=True)
    except ValidationError as error:
        raise _usage(model, error) from error


def _usage(model: type[BaseModel], error: ValidationError) -> UsageError:
    first: ErrorDetails = error.errors(include_url=False, include_context=False)[0]
    if not first["loc"]:
        return _no_object()
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    name, field = "", schema
    for place, step in enumerate(first["loc"], 1):
        if isinstance(step, int):
            if place == len(first["loc"]) or "items" not in field:
                break  # the list's own kind says what its items are
            name, field = f"{name}[{step}]", _resolved(field["items"], definitions)
            continue
        if "properties" not in field and "anyOf" in field:
            field = next((one for one in field["anyOf"] if "$ref" in one), field)
            field = _resolved(field, definitions)
        name, fields = f"{name}.{step[:64]}".lstrip("."), field["properties"]
        if step not in fields:
            return UsageError("field_unknown", name=name, fields=list(fields))
        field = _resolved(fields[step], definitions)
    meaning: str = field.get("description", "")
    if first["type"] == "missing":
        return UsageError(
            "field_missing", name=name, meaning=meaning or Message("field_kind", kind=_kind(field, definitions))
        )
    remedy = Message("field_default", default=field["default"]) if field.get("default") else meaning
    if first["type"].endswith(("too_short", "too_long")):
        return UsageError("field_length_wrong", name=name, length=_length(field, first["type"]), remedy=remedy)
    return UsageError("field_kind_wrong", name=name, kind=_kind(field, definitions), remedy=remedy)


def _resolved(schema: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """``schema`` with what it refers to put in its place; its own description stays."""
    referred: dict[str, Any] = definitions[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else {}
    return referred | schema


def _kind(schema: dict[str, Any], definitions: dict[str, Any]) -> Message:
    """What the field must be."""
    schema = _resolved(schema, definitions)
    if "anyOf" in schema:
        kinds = [_kind(choice, definitions) for choice in schema["anyOf"]]
        return functools.reduce(lambda one, other: Message("kind_either", one=one, other=other), kinds)
    if "enum" in schema:
        return Message("kind_one_of", values=schema["enum"])
    match schema["type"]:
        case "integer":
            return Message("kind_number", least=schema["minimum"], most=schema["maximum"])
        case "boolean":
            return Message("kind_boolean")
        case "null":
            return Message("kind_null")
        case "object":
            return Message("kind_object", fields=list(schema["properties"]))
        case "array":
            kind = _kind(schema["items"], definitions)
            return Message("kind_strings") if kind.code == "kind_string" else Message("kind_list", kind=kind)
    return Message("kind_string")


def _length(schema: dict[str, Any], fault: str) -> Message:
    """What length the field must have; ``fault`` is pydantic's word for what is wrong with it."""
    kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]  # null has none
    named = "string" if fault.startswith("string_") else "array"
    schema = next((one for one in kinds if one.get("type") == named), kinds[0] if kinds else schema)
    items = schema["type"] == "array"
    of = "Items" if items else "Length"
    least, most = schema.get(f"min{of}", 0), schema.get(f"max{of}")
    if most is None:
        return Message("length_some") if least == 1 else Message("length_least", least=least)
    if items:
        return Message("items_between", least=least, most=most) if least else Message("items_most", most=most)
    return Message("length_between", least=least, most=most) if least else Message("length_most", most=most)


def _no_object() -> UsageError:
    return UsageError("body_not_json")
