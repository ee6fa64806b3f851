"""What a route takes and gives, said once: it is read from the request by this, and described by ``openapi`` from this.

::

    @routes.get("/search")
    @operation("Find chunks", errors=SEARCH)
    def search(query: SearchQuery) -> SearchResults: ...

A parameter named ``query`` gets the address's parameters, one named ``body`` the JSON body, both checked; what the
function returns is the response. So signature and description cannot part.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, is_dataclass
from http import HTTPStatus
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from flask import Response, current_app, request
from flask.typing import ResponseReturnValue
from pydantic import BaseModel
from typing_extensions import is_typeddict

from searchapp.errors import (
    ChangedError,
    IncompatibleServerError,
    ModelMismatchError,
    ModelUnavailableError,
    OverloadedError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    UsageError,
)
from searchapp.model import DocumentEntry
from searchapp.model.json import to_json
from searchapp.web.parameters import read_body, read_query

Errors = tuple[type[SearchAppError] | HTTPStatus, ...]
"""Errors of ours by their class, those of HTTP itself by their status."""

STORE: Errors = (ServiceUnavailableError, ServiceRefusedError, IncompatibleServerError)
"""What any question to the store may meet."""

SEARCH: Errors = (UsageError, ModelMismatchError, ModelUnavailableError, OverloadedError, *STORE)


@dataclass(frozen=True, slots=True)
class Operation:
    """The description of one route.

    ``returns`` is the type of a JSON response, None where there is none; ``content`` holds the schemas of other media
    types, and ``events`` the types of an event stream's data. ``takes_files`` says that a multipart upload is taken in
    place of ``body``. ``headers`` and ``also`` (further statuses) go by name and number to a sentence each.
    ``conditional``: it has an ETag, and is not sent again to who names that one in If-None-Match. ``matched``: it
    calls ``refuse_if_changed``, so that If-Match says of which content a change is meant. ``secret``: what it answers
    is kept nowhere.
    """

    summary: str
    description: str
    status: HTTPStatus
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    takes_files: bool
    returns: Any
    content: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    events: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[HTTPStatus, str] = field(default_factory=dict)
    errors: Errors = ()
    conditional: bool = False
    matched: bool = False
    secret: bool = False


def operation(
    summary: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    content: Mapping[str, Mapping[str, Any]] | None = None,
    events: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    also: Mapping[HTTPStatus, str] | None = None,
    errors: Errors = (),
    conditional: bool = False,
    matched: bool = False,
    secret: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., ResponseReturnValue]]:
    """Describe a view function, and have it called with what its ``query`` and ``body`` parameters take."""

    def decorate(view: Callable[..., Any]) -> Callable[..., ResponseReturnValue]:
        hints = get_type_hints(view)
        query, (body, takes_files) = hints.get("query"), _body(hints.get("body"))
        returns = _json_type(hints.get("return"))
        description = Operation(
            summary,
            inspect.getdoc(view) or "",
            status,
            query,
            body,
            takes_files,
            returns,
            content or {},
            events or {},
            headers or {},
            also or {},
            (*errors, ChangedError) if matched else errors,
            conditional,
            matched,
            secret,
        )

        @functools.wraps(view)
        def called(**arguments: Any) -> ResponseReturnValue:
            if query is not None:
                arguments["query"] = read_query(query, request)
            if body is not None:
                has_files = takes_files and request.mimetype == "multipart/form-data"
                arguments["body"] = None if has_files else read_body(body, request)
            given: Any = view(**arguments)
            if isinstance(given, tuple):
                given = (to_json(given[0], returns), *given[1:])
            elif returns is not None and not isinstance(given, Response):
                given = to_json(given, returns)
            return _unless_known(current_app.make_response(given)) if conditional else given

        called.operation = description  # type: ignore[attr-defined]
        return called

    return decorate


def described(view: object) -> Operation | None:
    """The description of a view function; None where it has none, as pages have."""
    found: Operation | None = getattr(view, "operation", None)
    return found


def refuse_if_changed(current: DocumentEntry) -> None:
    """Raise ChangedError where If-Match names another content than ``current``, as its own GET would send it."""
    if request.if_match:
        response = current_app.make_response(to_json(current))
        response.add_etag()
        if not request.if_match.contains(response.get_etag()[0] or ""):
            raise ChangedError("document_changed")


def _unless_known(response: Response) -> Response:
    """``response`` with an ETag of its body; 304 without one to who has that already."""
    # A browser asks each time, and a shared cache keeps nothing.
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)  # in place
    return response


def _body(hint: Any) -> tuple[type[BaseModel] | None, bool]:
    """The body's type, and whether files may come in its place (``Address | None``)."""
    if get_origin(hint) is UnionType:
        model, none = get_args(hint)
        assert none is NoneType, hint  # noqa: S101
        return model, True
    return hint, False


def _json_type(hint: Any) -> Any:
    """What of a return type is the JSON body: the type itself, or the first part of (body, status, headers).

    A view that also streams says ``Response | Body``.
    """
    if get_origin(hint) is tuple:
        hint = get_args(hint)[0]
    if get_origin(hint) is UnionType and Response in get_args(hint):
        (hint,) = set(get_args(hint)) - {Response}
    return hint if is_dataclass(hint) or is_typeddict(hint) or get_origin(hint) is dict else None
