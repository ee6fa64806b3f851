"""``es rollback``: searches read the version before again, at once."""

from __future__ import annotations

import time
from dataclasses import dataclass

from searchapp.cluster.blocks import refuse_if_blocked
from searchapp.cluster.copying import Copier
from searchapp.cluster.store import elasticsearch_store
from searchapp.errors import UsageError
from searchapp.ingest import Reencode
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import (
    FORMER_MODELS,
    Version,
    chosen,
    put_meta,
    read_versions,
    switch,
)
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
            raise UsageError(
                "There is no version to go back to: no other one receives the writes.",
                "searchapp es status lists the versions; es reindex makes another.",
            )
        clock = time.monotonic()
        put_meta(client, target, {**target.meta, FORMER_MODELS: _former_models(live, target)})
        try:
            switch(client, names, versions, target)
        except Exception:
            put_meta(client, target, target.meta)  # whoever may write may note a model, and not switch
            raise
        switch_ms = (time.monotonic() - clock) * 1000
    copier = Copier(store, Reencode(application.embedder_of), live, target)
    missed = copier.compare().missing
    if missed:
        copier.copy(sorted(missed))
        store.refresh()
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
