"""``GET /openapi.json``: the API's description in OpenAPI 3.1, generated from the routes and their ``operation``s."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypeAlias

from flask import Blueprint, Flask, current_app
from pydantic import BaseModel
from werkzeug.routing import Rule

from searchapp import __version__, limits
from searchapp.errors import (
    BusyError,
    ConflictError,
    ForbiddenError,
    IdempotencyError,
    SearchAppError,
    StorageError,
    TooManyRequestsError,
    UnauthenticatedError,
    UsageError,
)
from searchapp.model.schema import Untitled, schema_of
from searchapp.settings import Authentication
from searchapp.web import idempotency, problems
from searchapp.web.identity import REQUIRED
from searchapp.web.operation import Errors, Operation, described, operation
from searchapp.web.problems import InternalError
from searchapp.web.v1.errors import PREFIX, ErrorBody

Json: TypeAlias = dict[str, Any]

REF = "#/components/schemas/{model}"
EVERYWHERE: Errors = (InternalError,)
BEHIND_THE_DOOR: Errors = (UnauthenticatedError, ForbiddenError, TooManyRequestsError)

PARAMETERS = {
    "model": "A model's id, as their list gives it.",
    "key_id": "A key's id, as the list gives it.",
    "search_id": "A saved search's id, as the list gives it.",
    "user_name": "A user's name.",
    "conversation_id": "A conversation's id, as lists and the first event of an answer give it.",
    "collection": "A collection's id, as lists give it, or its name.",
    "document_id": "A document's id, as lists and hits give it.",
    "n": "A turn's place in its conversation, from 1.",
    "page": "A page's number, from 1.",
    "schedule_id": "A schedule's id, as their list gives it.",
    "shared_id": "What stands behind /c/ in the address of a shared conversation.",
    "task_id": "An operation's id, as its start gives it.",
}
"""What stands in paths."""

_NAME: Json = {"type": "string", "minLength": 1, "maxLength": limits.NAME_CHARACTERS}
_NUMBER: Json = {"type": "integer", "minimum": 0, "maximum": limits.PATH_NUMBER}

_IF_MATCH: Json = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of what is to be changed, as its GET gave it; where that is another now, nothing is done.",
    "schema": {"type": "string"},
}

_IDEMPOTENCY_KEY: Json = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "Names this request. Sent again with the same name, it is answered as before and does nothing anew.",
    "schema": {"type": "string", "minLength": 1, "maxLength": limits.IDEMPOTENCY_KEY_CHARACTERS},
}
IDEMPOTENT: Errors = (UsageError, ConflictError, IdempotencyError, StorageError)
"""What a request with a key may meet besides."""

DESCRIPTION = """Search, answers and documents of one searchapp.

Errors are problem details (RFC 9457): `detail` says what happened and `remedy` what to do about it. Where the server
asks who calls (SEARCHAPP_AUTH=required), send an API key; a browser's session also works, with the CSRF token of its
page in X-CSRF-Token for every request that changes something. Every answer is an object. A list that is paged says its
`total` and takes `from` and `size`, or gives in `next` what `cursor` takes; any other list is whole. Within a minor
version fields are added, and none is taken away: leave alone what you do not know. RateLimit says how many requests are
left, Retry-After when to come again."""


def blueprint(authentication: Authentication) -> Blueprint:
    """``/openapi.json``; nobody needs a key to read it."""
    routes = Blueprint("openapi", __name__)
    made = functools.cache(document)

    @routes.get("/openapi.json")
    @operation("Read this description", conditional=True)
    def description() -> dict[str, Any]:
        return made(current_app._get_current_object(), authentication)  # type: ignore[attr-defined]

    return routes


def document(app: Flask, authentication: Authentication) -> Json:
    """The description of every described route of ``app``."""
    components: Json = {}
    paths: Json = {}
    for rule, method, documented in _operations(app):
        path = paths.setdefault(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        path[method.lower()] = _operation(rule, method, documented, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "searchapp", "version": __version__, "description": DESCRIPTION},
        "security": [{}] if authentication is Authentication.OFF else [{"key": []}, {"session": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key from searchapp keys make."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "searchapp",
                    "description": "The session of a browser that logged in; over TLS the name is __Host-searchapp.",
                },
            },
        },
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.url_map.iter_rules():
        documented = described(app.view_functions[rule.endpoint])
        if documented is not None:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, documented


def _operation(rule: Rule, method: str, documented: Operation, components: Json) -> Json:
    found: Json = {"operationId": rule.endpoint.replace(".", "_"), "summary": documented.summary}
    if documented.description:
        found["description"] = documented.description
    parameters = [_path_parameter(name, f"<int:{name}>" in rule.rule) for name in sorted(rule.arguments)]
    if documented.query is not None:
        parameters += _query_parameters(documented.query, components)
    if documented.matched:
        parameters.append(_IF_MATCH)
    errors = documented.errors
    if idempotency.is_taken(documented, rule.rule, method):
        parameters.append(_IDEMPOTENCY_KEY)
        errors = tuple(dict.fromkeys((*errors, *IDEMPOTENT)))
    if parameters:
        found["parameters"] = parameters
    if documented.body is not None:
        found["requestBody"] = _request_body(documented, components)
    scope = REQUIRED.get(rule.endpoint, "operate")
    if scope is None:
        found["security"] = []
        errors = (*errors, *EVERYWHERE)
    else:
        found["x-scope"] = str(scope)
        errors = (*errors, *BEHIND_THE_DOOR, *EVERYWHERE)
    in_openai_form = rule.rule.startswith(PREFIX)
    found["responses"] = {**_responses(documented, components), **_errors(errors, components, in_openai_form)}
    return found


def _path_parameter(name: str, is_number: bool) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PARAMETERS.get(name, ""),
        "schema": _NUMBER if is_number else _NAME,
    }


def _query_parameters(model: type[BaseModel], components: Json) -> list[Json]:
    schema = model.model_json_schema(ref_template=REF, schema_generator=Untitled)
    _share(schema.get("$defs", {}), components)
    parameters = []
    for name, field in schema["properties"].items():
        description = field.pop("description", "")
        parameter = {"name": name, "in": "query", "required": name in schema.get("required", ()), "schema": field}
        if field.get("type") == "array":
            # Of a choice several go into one parameter, separated by commas; free texts may hold commas themselves.
            parameter |= {"style": "form", "explode": "$ref" not in field["items"]}
        parameters.append(parameter | {"description": description})
    return parameters


def _request_body(documented: Operation, components: Json) -> Json:
    content: Json = {"application/json": {"schema": _schema(documented.body, components)}}
    if documented.takes_files:
        file = {"type": "string", "format": "binary", "description": "The document, with its file name."}
        files = {"type": "array", "items": file, "minItems": 1}
        form = {"type": "object", "properties": {"file": files}, "required": ["file"]}
        content["multipart/form-data"] = {"schema": form}
    return {"required": True, "content": content}


def _responses(documented: Operation, components: Json) -> Json:
    content: Json = {kind: {"schema": dict(schema)} for kind, schema in documented.content.items()}
    if documented.returns is not None:
        content["application/json"] = {"schema": _schema(documented.returns, components)}
    if documented.events:
        content["text/event-stream"] = {
            "schema": {"oneOf": [_event(*one, components) for one in documented.events.items()]}
        }
    response: Json = {"description": documented.status.phrase}
    if content:
        response["content"] = content
    headers, also = dict(documented.headers), dict(documented.also)
    if documented.conditional:
        headers["ETag"] = "Names this content; send it in If-None-Match."
        also[HTTPStatus.NOT_MODIFIED] = "The content that If-None-Match names is current."
    if headers:
        response["headers"] = {name: _header(text) for name, text in headers.items()}
    return {str(int(documented.status)): response} | {
        str(int(status)): {"description": text} for status, text in also.items()
    }


def _event(name: str, data: Any, components: Json) -> Json:
    """The schema of one server-sent event, in the words that OpenAPI 3.2 has for it."""
    text = {"type": "string", "contentMediaType": "application/json", "contentSchema": _schema(data, components)}
    return {"type": "object", "properties": {"event": {"const": name}, "data": text}, "required": ["event", "data"]}


def _errors(errors: Errors, components: Json, in_openai_form: bool) -> Json:
    """A response for each status; the classes that share one are named together."""
    content = {problems.MEDIA_TYPE: {"schema": _schema(problems.Problem, components)}}
    if in_openai_form:
        content = {"application/json": {"schema": _schema(ErrorBody, components)}}
    by_status: dict[int, list[type[SearchAppError] | HTTPStatus]] = {}
    for error in errors:
        status = int(error) if isinstance(error, HTTPStatus) else error.http_status
        by_status.setdefault(status, []).append(error)
    return {str(status): _problem(by_status[status], content) for status in sorted(by_status)}


def _problem(errors: list[type[SearchAppError] | HTTPStatus], content: Json) -> Json:
    classes = [error for error in errors if not isinstance(error, HTTPStatus)]
    sentences = [(error.__doc__ or "").partition("\n")[0] for error in classes]
    sentences += [f"{error.phrase}." for error in errors if isinstance(error, HTTPStatus)]
    response: Json = {
        "description": " ".join(sentences),
        "content": content,
    }
    if any(issubclass(error, BusyError) for error in classes):
        response["headers"] = {"Retry-After": _header("Seconds to wait, where it is known.", "integer")}
    if UnauthenticatedError in classes:
        response["headers"] = {"WWW-Authenticate": _header("Bearer")}
    return response


def _header(description: str, kind: str = "string") -> Json:
    return {"description": description, "schema": {"type": kind}}


def _schema(type_: Any, components: Json) -> Json:
    """The schema of ``type_``, a reference where it has a name; what it refers to goes into ``components``."""
    schema, shared = schema_of(type_, REF)
    _share(shared, components)
    return schema


def _share(found: Json, components: Json) -> None:
    """Raises ValueError where two nouns have one name: clients would take one for the other."""
    for name, schema in found.items():
        if components.setdefault(name, schema) != schema:
            raise ValueError(f"Two nouns of the API are called {name}.")
