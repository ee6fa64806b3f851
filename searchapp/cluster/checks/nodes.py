"""Checks of the server and its nodes: version, licence, health, heap, disks, and what the credentials allow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from elasticsearch import ApiError
from elasticsearch import __version__ as client_version

from searchapp.cluster.pipelines import status
from searchapp.cluster.roles import PURPOSE, Role, descriptors
from searchapp.cluster.store import elasticsearch_store
from searchapp.embedding.base import ELASTICSEARCH
from searchapp.findings import Finding, Severity, error, found, info, ok, warning
from searchapp.messages import Message
from searchapp.stores.elasticsearch import inference
from searchapp.stores.elasticsearch.connection import reading, reason_of
from searchapp.wiring import Application

SERVER = "server"


def check_server(application: Application) -> Iterator[Finding]:
    """Raises when the server does not answer, or is of another major version; the index is looked at by others."""
    store = elasticsearch_store(application)
    store.index.check()
    with reading(store.where):
        nodes = store.client.nodes.info(metric="http", filter_path="nodes.*.version")["nodes"].values()
    versions = sorted({node["version"] for node in nodes})
    if len(versions) > 1:
        yield warning(SERVER, "node_versions_differ", where=store.where, versions=versions)
    client = ".".join(str(part) for part in client_version[:3])
    yield ok(SERVER, "server_fits", version=versions[-1], where=store.where, client=client)


LICENCE = "licence"


def check_licence(application: Application) -> Iterator[Finding]:
    """What searchapp itself needs, every licence allows; vectors made by Elasticsearch need more."""
    store = elasticsearch_store(application)
    with reading(store.where):
        kind, status = inference.licence(store.client)
    model = application.settings.embedding_model
    if kind == "none":
        yield info(LICENCE, "licence_not_given_yet")
    elif status != "active":
        yield error(LICENCE, "licence_inactive", kind=kind, status=status)
    elif kind in inference.LICENCES:
        yield ok(LICENCE, "licence_allows_inference", kind=kind)
    elif model.startswith("elasticsearch:"):
        yield error(LICENCE, "licence_forbids_inference", kind=kind, model=model)
    else:
        yield info(LICENCE, "licence_suffices", kind=kind)


INFERENCE = "inference"


def check_inference(application: Application) -> Iterator[Finding]:
    """Each thing that ``es pipeline status`` looks at; nothing in the other modes."""
    if not application.settings.embedding_model.startswith(f"{ELASTICSEARCH}:"):
        return
    for one in status(application):
        yield found(INFERENCE, Severity.OK if one.fine else Severity.ERROR, one.sentence)


HEALTH = "health"
PENDING_TASKS = 100


def check_health(application: Application) -> Iterator[Finding]:
    """Green, yellow or red, and whether the master keeps up."""
    store = elasticsearch_store(application)
    with reading(store.where):
        health = store.client.cluster.health()
    status, missing = health["status"], health["unassigned_shards"]
    if status == "red":
        yield error(HEALTH, "cluster_red", missing=missing)
    elif status == "yellow":
        yield warning(HEALTH, "cluster_yellow", missing=missing)
    else:
        yield ok(HEALTH, "cluster_green", nodes=health["number_of_data_nodes"])
    if health["number_of_pending_tasks"] > PENDING_TASKS:
        yield warning(HEALTH, "master_is_slow", tasks=health["number_of_pending_tasks"])


NODES = "nodes"
HEAP, FILES, MAPS = "heap", "open files", "vm.max_map_count"

HEAP_FULL = 85
"""Per cent; beyond it collecting garbage takes the node's time (Elastic's guide to JVM memory pressure)."""

OPEN_FILES = 65535
MAPS_NEEDED, MAPS_WANTED = 262144, 1048576
"""Elastic's bootstrap checks, and what it recommends."""

KERNEL = Path("/proc/sys/vm/max_map_count")


def check_nodes(application: Application) -> Iterator[Finding]:
    """Every node's heap and limits; memory maps where a node is on this machine."""
    store = elasticsearch_store(application)
    with reading(store.where):
        nodes = store.client.nodes.stats(metric="jvm,os,process")["nodes"].values()
    for node in nodes:
        yield heap(node)
        files = node.get("process", {}).get("max_file_descriptors", -1)
        if 0 < files < OPEN_FILES:
            yield warning(FILES, "too_few_open_files", node=node["name"], files=files, wanted=OPEN_FILES)
    reached = [urlsplit(address.strip()).hostname or "" for address in store.where.split(",")]
    yield maps([*reached, *(node.get("host", "") for node in nodes)], KERNEL)


def heap(node: dict[str, Any]) -> Finding:
    """The heap of one node, by its statistics."""
    memory, name = node["jvm"]["mem"], node["name"]
    used, size = memory["heap_used_percent"], memory["heap_max_in_bytes"]
    total = node["os"]["mem"]["total_in_bytes"]
    if used >= HEAP_FULL:
        return warning(HEAP, "heap_full", node=name, used=used, size=size / 2**30)
    if total and size > total / 2:
        return warning(HEAP, "heap_too_large", node=name, used=used, size=size / 2**30, memory=total / 2**30)
    return ok(HEAP, "heap_is_fine", node=name, used=used, size=size / 2**30)


def maps(hosts: list[str], kernel: Path) -> Finding:
    """The kernel's limit, which Elasticsearch's API does not tell; ``kernel`` is where this machine's stands."""
    local = any(host in ("127.0.0.1", "::1", "localhost") for host in hosts)
    if not local or not kernel.is_file():
        return info(MAPS, "maps_unknown", wanted=MAPS_WANTED)
    value = int(kernel.read_text())
    if value < MAPS_NEEDED:
        return warning(MAPS, "maps_too_few", value=value, wanted=MAPS_WANTED)
    if value < MAPS_WANTED:
        return info(MAPS, "maps_below_advice", value=value, wanted=MAPS_WANTED)
    return ok(MAPS, "maps_suffice", value=value)


DISK = "disk"
SETTINGS = "cluster.routing.allocation.disk."
UNITS = {"b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}


def check_disk(application: Application) -> Iterator[Finding]:
    """Low: no new shards there. High: shards leave it. Flood stage: its indices become read-only."""
    store = elasticsearch_store(application)
    with reading(store.where):
        answer = store.client.cluster.get_settings(include_defaults=True, flat_settings=True)
        nodes = store.client.nodes.stats(metric="fs")["nodes"].values()
    settings = {**answer["defaults"], **answer["persistent"], **answer["transient"]}
    if settings.get(f"{SETTINGS}threshold_enabled") == "false":
        yield info(DISK, "disks_unwatched")
    for node in nodes:
        total = node["fs"]["total"]
        yield disk(node["name"], total["total_in_bytes"], total["available_in_bytes"], settings)


def disk(name: str, total: int, free: int, settings: Mapping[str, Any]) -> Finding:
    """One node's disk by the cluster's settings."""
    stages = (
        ("flood_stage", error, "disk_below_flood_stage"),
        ("high", error, "disk_below_high_watermark"),
        ("low", warning, "disk_below_low_watermark"),
    )
    sizes = {"free": free / 2**30, "total": total / 2**30}
    for stage, finding, code in stages:
        needed = free_at(stage, total, settings)
        if free < needed:
            return finding(DISK, code, node=name, needed=needed / 2**30, **sizes)
    return ok(DISK, "disk_has_space", node=name, **sizes)


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


PRIVILEGES = "privileges"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check_privileges(application: Application) -> Iterator[Finding]:
    """Which roles the credentials can fill; an error when they cannot even search."""
    store = elasticsearch_store(application)
    with reading(store.where):
        try:
            lacking = {role: _lacking(application, role) for role in Role}
        except ApiError as refused:
            if "no handler" not in reason_of(refused) and "security is not enabled" not in reason_of(refused):
                raise
            yield _without_security(store.where)
            return
    if lacking[Role.WEB]:
        yield error(PRIVILEGES, "credentials_may_not_search", privileges=_few(lacking[Role.WEB]))
        return
    yield ok(PRIVILEGES, "credentials_suffice", roles=[role for role in Role if not lacking[role]])
    for role in (Role.WORKER, Role.OPERATOR):
        if lacking[role]:
            privileges = _few(lacking[role])
            yield info(PRIVILEGES, "credentials_lack_a_role", role=role, purpose=PURPOSE[role], privileges=privileges)
            return


def _lacking(application: Application, role: Role) -> list[str]:
    """The privileges of the role that the credentials do not have."""
    wanted = descriptors(application)[role]
    answer = elasticsearch_store(application).client.security.has_privileges(
        cluster=wanted["cluster"], index=[{**one, "allow_restricted_indices": False} for one in wanted["indices"]]
    )
    missing = {name for name, has in answer["cluster"].items() if not has}
    for held in answer["index"].values():
        missing |= {name for name, has in held.items() if not has}
    return sorted(missing)


def _few(names: list[str]) -> Message | list[str]:
    return Message("names_and_more", names=names[:4], more=len(names) - 4) if len(names) > 4 else names


def _without_security(where: str) -> Finding:
    hosts = {urlsplit(address.strip()).hostname for address in where.split(",")}
    if hosts <= set(LOOPBACK):
        return info(PRIVILEGES, "no_credentials_on_this_machine")
    return warning(PRIVILEGES, "no_credentials")
