"""Reads what a client sent into its type, or raises a UsageError that says which part of it is wrong."""

from __future__ import annotations

from typing import Any, TypeVar, get_origin

from flask import Request
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from searchapp.errors import UsageError

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
    name = str(first["loc"][0])[:64]
    fields = model.model_json_schema()["properties"]
    if name not in fields:
        return UsageError(f"There is no field '{name}' here.", f"The fields are {', '.join(fields)}.")
    field = fields[name]
    if first["type"] == "missing":
        return UsageError(f"{name} is missing.", field.get("description", f"It is {_kind(model, field)}."))
    remedy = f"Leave it out for {field['default']}." if field.get("default") else field.get("description", "")
    return UsageError(f"{name} must be {_kind(model, field)}.", remedy)


def _kind(model: type[BaseModel], schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        schema = model.model_json_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return " or ".join(_kind(model, choice) for choice in schema["anyOf"])
    if "enum" in schema:
        return f"one of {', '.join(schema['enum'])}"
    if schema["type"] == "integer":
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if schema["type"] == "null":
        return "null"
    if schema["type"] == "boolean":
        return "true or false"
    if schema["type"] == "array":
        items = schema["items"]
        return "a list of strings" if items.get("type") == "string" else f"a list, each {_kind(model, items)}"
    return "true or false" if schema["type"] == "boolean" else "a string"


def _no_object() -> UsageError:
    return UsageError("The request's body is not a JSON object.", "Send one with Content-Type: application/json.")
