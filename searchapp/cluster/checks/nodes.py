"""Heap, open files and memory maps of each node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, info, ok, warning
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

NAME = "nodes"
HEAP, FILES, MAPS = "heap", "open files", "vm.max_map_count"

HEAP_FULL = 85
"""Per cent; beyond it collecting garbage takes the node's time (Elastic's guide to JVM memory pressure)."""

OPEN_FILES = 65535
MAPS_NEEDED, MAPS_WANTED = 262144, 1048576
"""Elastic's bootstrap checks, and what it recommends."""

KERNEL = Path("/proc/sys/vm/max_map_count")


def check(application: Application) -> Iterator[Finding]:
    """Every node's heap and limits; memory maps where a node is on this machine."""
    store = elasticsearch_store(application)
    with reading(store.where):
        nodes = store.client.nodes.stats(metric="jvm,os,process")["nodes"].values()
    for node in nodes:
        yield heap(node)
        files = node.get("process", {}).get("max_file_descriptors", -1)
        if 0 < files < OPEN_FILES:
            yield warning(
                FILES, f"{node['name']} may open {files:,} files only.", f"ulimit -n {OPEN_FILES} for its user."
            )
    reached = [urlsplit(address.strip()).hostname or "" for address in store.where.split(",")]
    yield maps([*reached, *(node.get("host", "") for node in nodes)], KERNEL)


def heap(node: dict[str, Any]) -> Finding:
    """The heap of one node, by its statistics."""
    memory, name = node["jvm"]["mem"], node["name"]
    used, size = memory["heap_used_percent"], memory["heap_max_in_bytes"]
    total = node["os"]["mem"]["total_in_bytes"]
    shown = f"{name} uses {used} % of a heap of {size / 2**30:.1f} GiB"
    if used >= HEAP_FULL:
        return warning(HEAP, f"{shown}.", "Give it more (-Xms and -Xmx in config/jvm.options.d), or add a node.")
    if total and size > total / 2:
        return warning(
            HEAP, f"{shown}, more than half of the machine's {total / 2**30:.1f} GiB.",
            "Lower -Xmx to half of the memory: vectors are read through the file system's cache.",
        )  # fmt: skip
    return ok(HEAP, f"{shown}.")


def maps(hosts: list[str], kernel: Path) -> Finding:
    """The kernel's limit, which Elasticsearch's API does not tell; ``kernel`` is where this machine's stands."""
    local = any(host in ("127.0.0.1", "::1", "localhost") for host in hosts)
    if not local or not kernel.is_file():
        return info(
            MAPS, "The nodes are on other machines, which do not tell it.",
            f"Check there: sysctl vm.max_map_count should say {MAPS_WANTED} or more.",
        )  # fmt: skip
    value = int(kernel.read_text())
    remedy = f"sysctl -w vm.max_map_count={MAPS_WANTED}, and the same line in /etc/sysctl.conf."
    if value < MAPS_NEEDED:
        return warning(MAPS, f"{value}: a node that is to be reached from elsewhere does not start with it.", remedy)
    if value < MAPS_WANTED:
        return info(MAPS, f"{value}; Elastic recommends {MAPS_WANTED}.", remedy)
    return ok(MAPS, str(value))
