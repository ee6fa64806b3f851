"""Checks of our indices: shards, blocks, aliases, versions, and templates beside es/."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.aliases import aliases
from searchapp.cluster.build import refuse_if_running
from searchapp.cluster.changes import Effect
from searchapp.cluster.plan import plan
from searchapp.cluster.repository import repository_name
from searchapp.cluster.shards import GIB, needed_shards
from searchapp.cluster.snapshots import ours
from searchapp.cluster.store import blocks, elasticsearch_store, lost_documents
from searchapp.errors import UsageError
from searchapp.findings import Finding, Severity, error, found, info, ok, warning
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.index import health_of
from searchapp.stores.elasticsearch.versions import Version, read_versions
from searchapp.wiring import Application

SHARDS = "shards"


def check_shards(application: Application) -> Iterator[Finding]:
    """Whether each index survives a node, and whether its shards are of a good size."""
    store = elasticsearch_store(application)
    pattern = f"{store.names.versions},{store.names.documents}"
    with reading(store.where):
        there = sorted(store.client.indices.get_alias(index=pattern, ignore_unavailable=True))
        if not there:
            return
        health = health_of(store.client, there)
        # Versions by their pattern: one may go meanwhile, as in a reindex, and would be no error.
        kept = {store.names.documents}.intersection(there)
        sizes = store.client.indices.stats(index=[store.names.versions, *kept], metric="docs,store")["indices"]
    for name, one in sorted(health["indices"].items()):
        if name not in sizes:
            continue  # it went between the two questions
        primaries, replicas = one["number_of_shards"], one["number_of_replicas"]
        held = sizes[name]["primaries"]
        counts = {"index": name, "primaries": primaries, "replicas": replicas}
        if one["status"] != "green":
            missing, status = one["unassigned_shards"], one["status"]
            yield warning(SHARDS, "shards_on_no_node", missing=missing, status=status, **counts)
        elif replicas == 0 and health["number_of_data_nodes"] > 1:
            yield warning(SHARDS, "shards_without_replica", **counts)
        elif replicas == 0:
            yield info(SHARDS, "shards_on_one_node", **counts)
        else:
            yield ok(SHARDS, "shards_are_fine", **counts)
        needed = needed_shards(held["store"]["size_in_bytes"], held["docs"]["count"])
        if needed > primaries:
            size = held["store"]["size_in_bytes"] / primaries
            yield warning(SHARDS, "shard_too_large", index=name, size=size / GIB, shards=needed)


BLOCKS = "read-only"


def check_blocks(application: Application) -> Iterator[Finding]:
    """Each block on our indices."""
    store = elasticsearch_store(application)
    for block in blocks(store):
        yield found(BLOCKS, Severity.ERROR, block.sentence(store.where))


ALIASES = "aliases"


def check_aliases(application: Application) -> Iterator[Finding]:
    """A fault with the command that fixes it; an error also when there is no version and should be one."""
    seen = aliases(application)
    if seen.fault:
        yield error(ALIASES, "aliases_wrong", fault=seen.fault, command=seen.fix)
    elif live := next((place for place in seen.places if place.live), None):
        if live.chunks and not _has_registry(application):
            yield error(ALIASES, "registry_lost", index=elasticsearch_store(application).names.documents)
        yield ok(ALIASES, "live_version", version=live.name, documents=live.documents, passages=live.chunks)
    elif lost := lost_documents(elasticsearch_store(application)):
        yield error(ALIASES, "index_lost", documents=lost)
    elif snapshot := _snapshot_left(application):
        yield error(ALIASES, "index_and_registry_lost", snapshot=snapshot)
    else:
        yield info(ALIASES, "index_not_made_yet")


def _snapshot_left(application: Application) -> str:
    """The latest whole snapshot of ours, where a repository is set and registered; empty when there is none."""
    if not application.settings.snapshot_repository:
        return ""
    store = elasticsearch_store(application)
    repository = repository_name(store.names.prefix)
    with reading(store.where):
        known = store.client.options(ignore_status=404).snapshot.get_repository(name=repository)
        left = ours(store, repository) if known.meta.status == 200 else ()
    return next((one.name for one in left if one.state == "SUCCESS"), "")


def _has_registry(application: Application) -> bool:
    store = elasticsearch_store(application)
    with reading(store.where):
        return bool(store.client.indices.exists(index=store.names.documents))


VERSIONS, DIMENSIONS = "versions", "dimensions"


def check_versions(application: Application) -> Iterator[Finding]:
    """Unfinished builds, lost fingerprints, and dimensions that contradict the fingerprint."""
    store = elasticsearch_store(application)
    with reading(store.where):
        versions = read_versions(store.client, store.names)
        for version in versions:
            if version.build is not None and not version.live:
                yield _build(version)
            if version.spec is None:
                yield error(VERSIONS, "live_meta_gone" if version.live else "kept_meta_gone", version=version.name)
            elif version.live:
                yield _dimensions(store, version)
    others = [version.name for version in versions if not version.live and version.build is None]
    if others:
        yield info(VERSIONS, "older_versions", versions=others)


def _build(version: Version) -> Finding:
    build = version.build or {}
    done = build.get("documents", 0)
    try:
        refuse_if_running(version)
    except UsageError:
        return info(VERSIONS, "build_running", version=version.name, documents=done, pid=str(build.get("pid")))
    return warning(VERSIONS, "build_unfinished", version=version.name, documents=done)


def _dimensions(store: ElasticsearchStore, version: Version) -> Finding:
    mapping = store.client.indices.get_mapping(index=version.name)[version.name]["mappings"]
    dims = mapping.get("properties", {}).get("embedding", {}).get("dims")
    said = version.spec.fingerprint.dims if version.spec else None
    if dims != said:
        return error(DIMENSIONS, "index_dimensions_differ", version=version.name, taken=str(dims), made=str(said))
    return ok(DIMENSIONS, "index_dimensions_fit", version=version.name, dimensions=str(dims))


TEMPLATES = "templates"


def check_templates(application: Application) -> Iterator[Finding]:
    """Edits by hand one by one, everything else as a count. Raises as ``plan`` does."""
    planned = plan(application)
    for change in planned.edited:
        yield warning(TEMPLATES, "edited_by_hand", kind=change.kind, name=change.name, remedy=change.remedy)
    in_place = [change for change in planned.changes if change.effect is not Effect.NEW_INDEX and not change.edited]
    if in_place:
        names = sorted({change.name for change in in_place})
        yield warning(TEMPLATES, "changes_not_applied", changes=len(in_place), names=names)
    for change in planned.of(Effect.NEW_INDEX):
        if change.what != "embedding model":  # which the check of the model names
            yield warning(TEMPLATES, "index_differs", index=change.name, what=change.what, remedy=change.remedy)
    if not planned.changes:
        yield ok(TEMPLATES, "templates_fit")
