"""``es prune``: old versions of the index go, the live one never."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.cluster.build import refuse_if_running
from searchapp.cluster.store import elasticsearch_store
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import chosen, read_versions
from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class Pruned:
    """Names of versions; ``removed`` would be removed when ``dry_run``."""

    live: str
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    dry_run: bool


def prune(application: Application, *, keep: int = 1, unfinished: bool = False, dry_run: bool = False) -> Pruned:
    """Remove all old versions but the ``keep`` newest; with ``unfinished`` also builds that a kill left.

    The live version and a build that is under way stay. Raises StorageError when the alias does not name one live
    version, and UsageError when ``unfinished`` meets a build that is running.
    """
    store = elasticsearch_store(application)
    client, names = store.client, store.names
    with reading(store.where):
        versions = read_versions(client, names)
        live = chosen(versions, names)
        old = [version for version in versions if not version.live and version.build is None]
        # A version that still receives writes is what a rollback goes to; it outlives those that do not.
        old.sort(key=lambda version: (version.written, names.number(version.name) or 0), reverse=True)
        removed = old[keep:]
        if unfinished:
            builds = [version for version in versions if not version.live and version.build is not None]
            for build in builds:
                refuse_if_running(build)
            removed += builds
        if not dry_run:
            for version in removed:
                client.indices.delete(index=version.name)
    gone = {version.name for version in removed}
    return Pruned(
        live=live.name if live else "",
        kept=tuple(version.name for version in versions if version.name not in gone),
        removed=tuple(sorted(gone)),
        dry_run=dry_run,
    )
