"""Each node's disk beside the watermarks at which Elasticsearch stops using it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error, info, ok, warning
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

NAME = "disk"
SETTINGS = "cluster.routing.allocation.disk."
UNITS = {"b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
FREE = "Free disk space on it, or add a node. Old versions of the index go with searchapp es prune."


def check(application: Application) -> Iterator[Finding]:
    """Low: no new shards there. High: shards leave it. Flood stage: its indices become read-only."""
    store = elasticsearch_store(application)
    with reading(store.where):
        answer = store.client.cluster.get_settings(include_defaults=True, flat_settings=True)
        nodes = store.client.nodes.stats(metric="fs")["nodes"].values()
    settings = {**answer["defaults"], **answer["persistent"], **answer["transient"]}
    if settings.get(f"{SETTINGS}threshold_enabled") == "false":
        yield info(
            NAME, "Elasticsearch does not watch its disks: cluster.routing.allocation.disk.threshold_enabled is false.",
            "Set it to true, or watch them yourself: on a full disk writes fail half way.",
        )  # fmt: skip
    for node in nodes:
        total = node["fs"]["total"]
        yield disk(node["name"], total["total_in_bytes"], total["available_in_bytes"], settings)


def disk(name: str, total: int, free: int, settings: Mapping[str, Any]) -> Finding:
    """One node's disk by the cluster's settings."""
    shown = f"{name} has {free / 2**30:.1f} of {total / 2**30:.1f} GiB free"
    stages = (
        ("flood_stage", error, "its indices are read-only until space is free"),
        ("high", error, "its shards are moved away"),
        ("low", warning, "no new shard goes there"),
    )
    for stage, finding, means in stages:
        needed = free_at(stage, total, settings)
        if free < needed:
            limit = f"the {stage.replace('_', ' ')} watermark of {needed / 2**30:.1f} GiB free"
            return finding(NAME, f"{shown}, less than {limit}: {means}.", FREE)
    return ok(NAME, f"{shown}.")


def free_at(stage: str, total: int, settings: Mapping[str, Any]) -> float:
    """Bytes that must stay free for ``stage``: "85%", "0.85", "20gb"; a share never asks for more than its headroom."""
    value = str(settings.get(f"{SETTINGS}watermark.{stage}", "")).strip().lower()
    if size := _bytes(value):
        return size
    share = _share(value)
    if share is None:
        return 0.0
    needed = total * (1 - share)
    headroom = _bytes(str(settings.get(f"{SETTINGS}watermark.{stage}.max_headroom", "-1")).lower())
    return min(needed, headroom) if headroom else needed


def _bytes(value: str) -> float | None:
    found = re.fullmatch(r"([0-9.]+)([kmgtp]?b)", value)
    return float(found[1]) * UNITS[found[2]] if found else None


def _share(value: str) -> float | None:
    try:
        return float(value[:-1]) / 100 if value.endswith("%") else float(value)
    except ValueError:
        return None
