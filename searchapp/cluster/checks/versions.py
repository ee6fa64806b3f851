"""Each version of the index: whether it is finished, says how it was made, and holds what it says."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.build import refuse_if_running
from searchapp.cluster.store import elasticsearch_store
from searchapp.errors import UsageError
from searchapp.findings import Finding, error, info, ok, warning
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import Version, read_versions
from searchapp.wiring import Application

NAME, DIMENSIONS = "versions", "dimensions"


def check(application: Application) -> Iterator[Finding]:
    """Unfinished builds, lost fingerprints, and dimensions that contradict the fingerprint."""
    store = elasticsearch_store(application)
    with reading(store.where):
        versions = read_versions(store.client, store.names)
        for version in versions:
            if version.build is not None and not version.live:
                yield _build(version)
            if version.spec is None:
                yield error(
                    NAME, f"{version.name} does not say with which model it was built: its _meta is gone.",
                    "searchapp es reindex builds the next version from its text."
                    if version.live else "searchapp es prune --keep 0 removes it.",
                )  # fmt: skip
            elif version.live:
                yield _dimensions(store, version)
    others = [version.name for version in versions if not version.live and version.build is None]
    if others:
        yield info(NAME, f"Older versions are kept: {', '.join(others)}.", "searchapp es prune removes them.")


def _build(version: Version) -> Finding:
    build = version.build or {}
    done = f"{build.get('documents', 0):,} documents"
    try:
        refuse_if_running(version)
    except UsageError:
        return info(NAME, f"{version.name} is being built ({done} so far) by process {build.get('pid')}.")
    return warning(
        NAME, f"{version.name} was left unfinished by an es reindex that was ended after {done}.",
        "searchapp es reindex goes on with it; searchapp es prune --unfinished removes it.",
    )  # fmt: skip


def _dimensions(store: ElasticsearchStore, version: Version) -> Finding:
    mapping = store.client.indices.get_mapping(index=version.name)[version.name]["mappings"]
    dims = mapping.get("properties", {}).get("embedding", {}).get("dims")
    said = version.spec.fingerprint.dims if version.spec else None
    if dims != said:
        return error(
            DIMENSIONS, f"{version.name} takes vectors of {dims} dimensions, and its model is said to make {said}.",
            "searchapp es reindex builds the next version.",
        )  # fmt: skip
    return ok(DIMENSIONS, f"{dims}, as {version.name} and its model say.")
