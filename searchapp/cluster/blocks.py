"""Indices that take no writes: a disk that was full, or somebody's hand."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.errors import StorageError
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading

FLOOD = "read_only_allow_delete"
NAMES = (FLOOD, "read_only", "write", "metadata")


@dataclass(frozen=True, slots=True)
class Block:
    """One block on one of our indices."""

    index: str
    name: str

    @property
    def message(self) -> str:
        """What is wrong, as a sentence."""
        return f"{self.index} takes no writes: index.blocks.{self.name} is set."

    def remedy(self, where: str) -> str:
        """How it goes away."""
        first = where.partition(",")[0]
        lift = f"curl -X PUT '{first}/{self.index}/_settings' -H 'Content-Type: application/json' "
        lift += f"-d '{{\"index.blocks.{self.name}\": null}}'"
        if self.name == FLOOD:
            return (
                "Elasticsearch sets it when a disk passes the flood-stage watermark, and lifts it by itself when there "
                f"is space again: free some. If it does not watch its disks: {lift}"
            )
        return f"Somebody set it. When the reason is gone: {lift}"


def blocks(store: ElasticsearchStore) -> list[Block]:
    """The blocks on our indices."""
    pattern = f"{store.names.versions},{store.names.documents}"
    with reading(store.where):
        found = store.client.indices.get_settings(index=pattern, name="index.blocks.*", ignore_unavailable=True)
    return [
        Block(index, name)
        for index, settings in sorted(found.items())
        for name in NAMES
        if settings.get("settings", {}).get("index", {}).get("blocks", {}).get(name) == "true"
    ]


def refuse_if_blocked(store: ElasticsearchStore) -> None:
    """Raise StorageError naming the first block, before a command stops half way at it."""
    if found := blocks(store):
        raise StorageError(f"Nothing was changed: {found[0].message}", found[0].remedy(store.where))
