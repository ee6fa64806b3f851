"""A function of ours as a tool: its arguments checked, its result as JSON, its errors as sentences, its use recorded.

::

    @tool(Scope.READ, what=What.SEARCH)
    def search(context: ToolContext, query: Query, size: ... = 10) -> SearchResults:
        \"\"\"What a model reads of it.\"\"\"

The first parameter is the context, the others are the tool's arguments; the docstring is its description, and the
noun that it returns says what its structured result looks like.
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mcp import types
from mcp.server.mcpserver.tools import Tool as Signature
from pydantic import ValidationError

from searchapp.access import Scope
from searchapp.audit import What
from searchapp.errors import SearchAppError, UsageError
from searchapp.mcp.context import ToolContext
from searchapp.messages import Message
from searchapp.model.json import to_json
from searchapp.model.schema import object_schema
from searchapp.redaction import redactor

log = logging.getLogger(__name__)

WRONG_ARGUMENTS = 5
"""Of a call, that are told of at once."""

SHOWN = 64
"""Characters of a name that nobody knows."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, the same for everybody; who may not use it (``scope``) is not shown it."""

    described: types.Tool
    scope: Scope
    what: What | None
    waits: bool
    """Whether its callers stand in a line of its own, and not in that of all requests (``ToolContext.answered``)."""
    _signature: Signature

    @property
    def name(self) -> str:
        """What clients call it."""
        return self.described.name

    def call(self, context: ToolContext, given: Mapping[str, Any]) -> types.CallToolResult:
        """What comes of it for this caller. Errors are results, too, so that a model can read and mend them."""
        try:
            with self._recorded(context):
                context.require(self.scope)
                found = self._signature.fn(context, **self._arguments(given))
        except SearchAppError as error:
            return _failed(redactor(context.application.settings)(error.sentence.whole.text()))
        except Exception:
            log.exception("The tool %s failed", self.name)
            return _failed(Message("internal").whole.text())
        data: dict[str, Any] = to_json(found)
        text = types.TextContent(type="text", text=json.dumps(data, ensure_ascii=False))
        return types.CallToolResult(content=[text], structured_content=data)

    def _arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        known = self.described.input_schema["properties"]
        for name in given:
            if name not in known:
                raise UsageError("argument_unknown", name=name[:SHOWN], tool=self.name, arguments=list(known))
        try:
            checked: dict[str, Any] = self._signature.fn_metadata.validate_arguments(dict(given))
        except ValidationError as error:
            told = error.errors(include_url=False, include_context=False, include_input=False)
            wrong = [f"{'.'.join(str(step)[:SHOWN] for step in one['loc'])}: {one['msg']}" for one in told]
            raise UsageError("arguments_wrong", tool=self.name, why="; ".join(wrong[:WRONG_ARGUMENTS])) from error
        return checked

    @contextmanager
    def _recorded(self, context: ToolContext) -> Iterator[None]:
        """Changes are recorded always, queries and questions where that is asked for; the tool notes the details."""
        audit = context.application.audit
        if self.what is None or not (self.scope is not Scope.READ or audit.of_queries):
            yield
            return
        with audit.recorded(self.what, context.actor):
            yield


def tool(
    scope: Scope,
    *,
    what: What | None = None,
    destructive: bool = False,
    idempotent: bool = True,
    open_world: bool = False,
    waits: bool = False,
) -> Callable[[Callable[..., Any]], Tool]:
    """Make a function a tool for callers with ``scope``; ``what`` is how the audit log names its use.

    ``waits`` as in ``Tool``. ``destructive``, ``idempotent`` and ``open_world`` (it goes out into the web) are hints
    for the client.
    """

    def made(function: Callable[..., Any]) -> Tool:
        hints = types.ToolAnnotations(
            read_only_hint=scope is Scope.READ,
            destructive_hint=destructive,
            idempotent_hint=idempotent,
            open_world_hint=open_world,
        )
        signature = Signature.from_function(function, context_kwarg="context", structured_output=False)
        described = types.Tool(
            name=signature.name,
            description=inspect.getdoc(function),
            input_schema={**signature.parameters, "additionalProperties": False},
            # mcp would copy our nouns into models of its own, and lose what they say of their JSON.
            output_schema=object_schema(inspect.signature(function, eval_str=True).return_annotation),
            annotations=hints,
        )
        return Tool(described, scope, what, waits, signature)

    return made


def _failed(sentence: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=sentence)], is_error=True)
