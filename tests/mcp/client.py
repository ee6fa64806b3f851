"""Asks a server with the official client: one in this process, one at an address, or one that it starts itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio
import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.server.lowlevel import Server

T = TypeVar("T")


def asked(
    server: Server[Any] | StdioServerParameters, questions: Callable[[Client], Awaitable[T]], **options: Any
) -> T:
    """What ``questions`` gets from ``server``."""

    async def run() -> T:
        with anyio.fail_after(240):
            async with Client(server, **options) as client:
                return await questions(client)

    return anyio.run(run)


def asked_at(
    address: str, key: str, questions: Callable[[Client], Awaitable[T]], *, mode: str = "auto", **headers: str
) -> T:
    """What ``questions`` gets from the server at ``address``, for the holder of ``key``."""

    async def run() -> T:
        with anyio.fail_after(240):
            brought = {"Authorization": f"Bearer {key}", **headers}
            async with httpx2.AsyncClient(headers=brought, timeout=120) as http:
                transport = streamable_http_client(f"{address}/mcp", http_client=http)
                async with Client(transport, mode=mode) as client:
                    return await questions(client)

    return anyio.run(run)


async def called(client: Client, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The structured result of a tool, which must not be an error."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.content
    structured: dict[str, Any] = result.structured_content
    return structured


async def refused(client: Client, name: str, /, **arguments: Any) -> str:
    """What a tool says that must not work."""
    result = await client.call_tool(name, arguments)
    assert result.is_error, result.structured_content
    return str(result.content[0].text)
