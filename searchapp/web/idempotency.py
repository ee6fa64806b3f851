"""``Idempotency-Key`` on requests that change something: sent again, they get the answer that they had.

Kept is the answer of what was done (2xx); a request that was refused did nothing, so that its key may be used again.
After draft-ietf-httpapi-idempotency-key-header-07.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request

from searchapp import limits
from searchapp.access.owners import owner_of
from searchapp.errors import SearchAppError, UsageError
from searchapp.idempotency import Begun, IdempotencyKeys, Recorded
from searchapp.web import watchdog
from searchapp.web.bounds import MULTIPART
from searchapp.web.identity import SAFE_METHODS, caller
from searchapp.web.operation import Operation, described

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"

GIVEN_UP = 2.0
"""Times as long as a request may compute, after which it is no longer waited for: its server was ended."""

BLOCK = 1024 * 1024


def register(app: Flask, application: Application) -> None:
    """Look for a key before each request of ``app``; to be called when it is known who asks."""
    keys: IdempotencyKeys = application.idempotency

    @app.before_request
    def begin() -> Response | None:
        sent = request.headers.get(HEADER)
        rule = request.url_rule.rule if request.url_rule is not None else ""
        if sent is None or g.get("caller") is None or not is_taken(_operation(), rule, request.method):
            return None
        owner, key = owner_of(caller()), read_key(sent)
        seconds = GIVEN_UP * watchdog.seconds_of(request.path, application.settings.request_seconds)
        found = keys.begin(owner, key, _request(), seconds)
        if isinstance(found, Begun):
            g.idempotent = found
            return None
        return Response(found.body or b"", found.status, {**found.headers, REPLAYED: "true"})

    @app.after_request
    def end(response: Response) -> Response:
        begun: Begun | None = g.pop("idempotent", None)
        if begun is not None:
            try:
                if 200 <= response.status_code < 300:
                    keys.end(begun, _recorded(response))
                else:
                    keys.drop(begun)
            except SearchAppError as error:  # it is done, and told: only a repetition would not be known
                log.warning("The answer to an Idempotency-Key is not kept: %s", error)
        return response

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        begun: Begun | None = g.pop("idempotent", None)
        if begun is not None:
            with contextlib.suppress(SearchAppError):
                keys.drop(begun)


def is_taken(operation: Operation | None, rule: str, method: str) -> bool:
    """Whether a route takes a key: it belongs to the API, changes something, and its answer is no stream."""
    is_write = rule.startswith("/api/") and method not in SAFE_METHODS
    return operation is not None and is_write and not operation.events


def read_key(sent: str) -> str:
    """The key of the header, which the draft puts in quotation marks and many programs do not.

    Raises UsageError for one that is empty, too long or not ASCII.
    """
    is_quoted = len(sent) > 1 and sent[0] == sent[-1] == '"'
    key = sent[1:-1] if is_quoted else sent
    if not key or len(sent) > limits.IDEMPOTENCY_KEY_CHARACTERS or not (key.isascii() and key.isprintable()):
        raise UsageError("idempotency_key_invalid", most=limits.IDEMPOTENCY_KEY_CHARACTERS)
    return key


def _operation() -> Operation | None:
    return described(current_app.view_functions[request.endpoint]) if request.endpoint else None


def _request() -> bytes:
    """What tells this request from others: method, address, body, and what its caller may see."""
    told = hashlib.sha256()
    groups = caller().groups
    for part in (request.method, request.full_path, "*" if groups is None else "\n".join(sorted(groups))):
        told.update(hashlib.sha256(part.encode()).digest())
    if request.mimetype != MULTIPART:
        told.update(hashlib.sha256(request.get_data()).digest())
        return told.digest()
    # By its parts: what is between them is another at each try.
    for name, value in request.form.items(multi=True):
        told.update(hashlib.sha256(f"{name}\n{value}".encode()).digest())
    for name, file in request.files.items(multi=True):
        told.update(hashlib.sha256(f"{name}\n{file.filename}".encode()).digest())
        content = hashlib.sha256()
        while block := file.stream.read(BLOCK):
            content.update(block)
        file.stream.seek(0)
        told.update(content.digest())
    return told.digest()


def _recorded(response: Response) -> Recorded:
    operation = _operation()
    kept = ("Content-Type", *(operation.headers if operation is not None else ()))
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    secret = operation is not None and operation.secret
    whole = None if secret or response.is_streamed else response.get_data()
    return Recorded(response.status_code, headers, whole)
