"""What keeps our indices from being written or read: a full disk, a block that somebody set, a closed index."""

from __future__ import annotations

import re
from dataclasses import dataclass

from searchapp.errors import StorageError
from searchapp.messages import Message

FLOOD = "read_only_allow_delete"
NAMES = (FLOOD, "read_only", "write", "metadata", "read")
"""The settings ``index.blocks.*``."""

CLUSTER_NAMES = ("read_only", FLOOD)
"""The settings ``cluster.blocks.*``."""

_BY_ID = {"5": "read_only", "7": "read", "8": "write", "9": "metadata", "12": FLOOD}
_OF_CLUSTER = {"6": "read_only", "13": FLOOD}
"""Blocks by the number that refusals name (Elasticsearch's IndexMetadata and Metadata)."""

_REFUSAL = re.compile(r"(?:index \[(?P<index>[^\]]{1,255})\] )?blocked by: \[[A-Z_]{1,40}/(?P<id>\d{1,3})/")


@dataclass(frozen=True, slots=True)
class Block:
    """One block on an index, or on all of the cluster (``index`` is "" then)."""

    index: str
    name: str

    def sentence(self, where: str) -> Message:
        """What is wrong, and how it goes away on the server at ``where``."""
        if not self.index:
            nothing = f'{{"cluster.blocks.{self.name}": null}}'
            lift = _request("PUT", "_cluster/settings", where, f'{{"persistent": {nothing}, "transient": {nothing}}}')
            return Message("cluster_blocked", where=where, block=self.name, command=lift)
        lift = _request("PUT", f"{self.index}/_settings", where, f'{{"index.blocks.{self.name}": null}}')
        code = {FLOOD: "index_blocked_by_disk", "read": "index_blocked_reading"}.get(self.name, "index_blocked")
        return Message(code, index=self.index, block=self.name, command=lift)


def refused_by_block(reason: str, where: str) -> StorageError | None:
    """The error for a refusal with this reason; None where no block is its cause.

    A disk past the flood stage is told from a block that somebody set: only the first goes away by itself.
    """
    found = _REFUSAL.search(reason)
    if found is None:
        flooded = "flood" in reason or "read-only" in reason
        return StorageError("index_read_only_at", where=where, why=reason) if flooded else None
    if found["id"] == "12":
        return StorageError("index_read_only_at", where=where, why=reason)
    if found["id"] in _OF_CLUSTER:
        return StorageError(Block("", _OF_CLUSTER[found["id"]]).sentence(where))
    if found["id"] in _BY_ID and found["index"]:
        return StorageError(Block(found["index"], _BY_ID[found["id"]]).sentence(where))
    return None


def closed(index: str, where: str) -> dict[str, str]:
    """The values of the sentence that an index is closed."""
    return {"index": index, "command": _request("POST", f"{index}/_open", where)}


def _request(method: str, path: str, where: str, body: str = "") -> str:
    """A command that asks the first of the addresses at ``where``."""
    command = f"curl -X {method} '{where.partition(',')[0]}/{path}'"
    return f"{command} -H 'Content-Type: application/json' -d '{body}'" if body else command
