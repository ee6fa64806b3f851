"""Versions of the index beside the live one: ``es rollback`` goes back to one, ``es prune`` removes them."""

from __future__ import annotations

import time
from dataclasses import dataclass

from searchapp import audit
from searchapp.cluster.build import refuse_if_running
from searchapp.cluster.copying import Copier
from searchapp.cluster.store import elasticsearch_store, refuse_if_blocked
from searchapp.errors import UsageError
from searchapp.ingest import Reembed
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import FORMER_MODELS, Version, chosen, put_meta, read_versions, switch
from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class RolledBack:
    """``repaired``: documents that the version had missed, and got after the switch."""

    source: str
    target: str
    model: str
    switch_ms: float
    repaired: int


def rollback(application: Application) -> RolledBack:
    """Switch to the version before the live one, then give it whatever it missed.

    Writes reach both for as long as both are there, so it usually missed nothing. A second rollback switches forth
    again. Raises UsageError when there is no version to go back to.
    """
    store = elasticsearch_store(application)
    client, names = store.client, store.names
    refuse_if_blocked(store)
    with reading(store.where):
        versions = read_versions(client, names)
        live = chosen(versions, names)
        target = _before(versions, live)
        if live is None or target is None:
            raise UsageError("rollback_version_missing")
        audit.note(f"{live.name} to {target.name}")
        clock = time.monotonic()
        put_meta(client, target, {**target.meta, FORMER_MODELS: _former_models(live, target)})
        try:
            switch(client, names, versions, target)
        except Exception:
            put_meta(client, target, target.meta)  # who may write may note a model, and not switch
            raise
        switch_ms = (time.monotonic() - clock) * 1000
    copier = Copier(store, Reembed(application.embedder_of), live, target)
    missed = copier.compare().missing
    if missed:
        copier.copy(sorted(missed))
        store.refresh()
    audit.note(repaired=len(missed))
    model = str(target.spec.fingerprint) if target.spec else ""
    return RolledBack(live.name, target.name, model, round(switch_ms, 1), len(missed))


def _before(versions: tuple[Version, ...], live: Version | None) -> Version | None:
    """The newest finished version beside the live one that receives writes."""
    kept = [version for version in versions if version.written and not version.live and version.build is None]
    return kept[-1] if kept and live is not None else None


def _former_models(live: Version, target: Version) -> list[dict[str, str | int]]:
    """Models whose processes may follow the index to ``target``'s: those of ``live``, and its own."""
    models = [*target.former_models, *live.former_models, *([live.spec.fingerprint] if live.spec else [])]
    return list({str(model.as_dict()): model.as_dict() for model in models}.values())


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
        audit.note(", ".join(version.name for version in removed), keep=keep)
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
