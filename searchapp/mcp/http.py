"""One exchange of the protocol's streamable HTTP, in the thread of the request that brought it.

Each request has a server and an event loop of its own, without session: it carries its key, so that a key which was
revoked is refused at the next call, and no thread is held by a stream that nothing comes on. Responses are JSON. What
the web server knows of the request (who asks, until when, for which record) is known to the tool, since the thread is
the same (decision 86).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from searchapp import limits
from searchapp.mcp.context import ToolContext
from searchapp.mcp.server import TOOLS, build
from searchapp.mcp.tool import Tool

_TOOLS = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What is answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def called(body: bytes) -> Tool | None:
    """The tool that a request calls; None where it calls none that there is."""
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or asked.get("method") != "tools/call" or not isinstance(asked.get("params"), dict):
        return None
    name = asked["params"].get("name")
    return _TOOLS.get(name) if isinstance(name, str) else None


def exchange(context: ToolContext, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Exchanged:
    """What the protocol's own package answers to a POST of ``body``; tools run in this thread."""
    given = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": given,
    }
    arriving = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if arriving:
            return arriving.pop()
        await asyncio.Event().wait()  # whether the client has left is asked by the tools themselves
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(dict(message))

    async def run() -> None:
        server = build(context, in_threads=False)
        manager = StreamableHTTPSessionManager(
            server, json_response=True, stateless=True, max_request_body_size=limits.BODY_BYTES
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    asyncio.run(run())
    begun = next(message for message in sent if message["type"] == "http.response.start")
    return Exchanged(
        int(begun["status"]),
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in begun.get("headers", ())],
        b"".join(message.get("body", b"") for message in sent if message["type"] == "http.response.body"),
    )
