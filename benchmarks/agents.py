"""What a tool call over ``/mcp`` costs beside the same question to the API: one caller, by both doors in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import httpx

from searchapp.samples import QUESTIONS

CALLS = 100
WORDS = [question for asked in QUESTIONS.values() for question in asked]
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


def tool_call(name: str, **arguments: Any) -> dict[str, Any]:
    """The call of a tool as it goes over the wire."""
    params = {"name": name, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def compare(address: str, key: str) -> dict[str, float]:
    """The middle time of a search by each door in milliseconds, and how many times as long the tool takes."""
    with httpx.Client(base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60) as client:

        def by_api(query: str) -> None:
            client.get("/api/search", params={"q": query}).raise_for_status()

        def by_mcp(query: str) -> None:
            response = client.post("/mcp", json=tool_call("search", query=query), headers=HEADERS)
            assert not response.raise_for_status().json()["result"].get("isError"), response.text

        def timed(door: Callable[[str], None], query: str) -> float:
            began = time.perf_counter()
            door(query)
            return (time.perf_counter() - began) * 1000

        by_mcp(WORDS[0])  # imports what serves agents
        times: dict[Callable[[str], None], list[float]] = {by_api: [], by_mcp: []}
        for number in range(CALLS):
            query = f"{WORDS[number % len(WORDS)]} {number}"
            # The query's vector is known to the second who asks, so both are the second one half of the time.
            for door in (by_api, by_mcp) if number % 2 else (by_mcp, by_api):
                times[door].append(timed(door, query))
    api, mcp = (statistics.median(times[door]) for door in (by_api, by_mcp))
    return {"api_ms": round(api, 1), "mcp_ms": round(mcp, 1), "times": round(mcp / api, 2)}
