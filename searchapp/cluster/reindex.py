"""``es reindex``: the next version of the index is built, checked and switched to while searches and writes go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from searchapp import audit
from searchapp.cluster.build import Build, Reached, begin, refuse_if_running, unfinished
from searchapp.cluster.copying import Copier
from searchapp.cluster.merging import Merged, merge_index
from searchapp.cluster.sameness import Check, checked
from searchapp.cluster.shards import Shards, wanted_shards
from searchapp.cluster.store import elasticsearch_store, refuse_if_blocked
from searchapp.errors import StorageError, UsageError
from searchapp.evaluation.dataset import Dataset, read_dataset
from searchapp.evaluation.placing import placed
from searchapp.evaluation.runner import ModeFigures, measure
from searchapp.ingest import Reembed
from searchapp.model import SearchMode
from searchapp.progress import Progress
from searchapp.stores import IndexMove, IndexSpec
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.chunks import held_documents
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import put_templates
from searchapp.stores.elasticsearch.versions import Version, chosen, read_versions, switch
from searchapp.wiring import Application

MARGIN = 0.01
"""How much lower the next version's hybrid nDCG@10 may be, in nDCG points from 0 to 1."""

Figures = dict[SearchMode, ModeFigures]


@dataclass(frozen=True, slots=True)
class GateResult:
    """Both tables. ``passed``: hybrid nDCG@10 of the next version is at most ``margin`` below the live one's."""

    dataset: str
    queries: int
    margin: float
    live: Figures
    next: Figures

    @property
    def passed(self) -> bool:
        """Whether the next version may serve searches."""
        before, after = (figures[SearchMode.HYBRID].ndcg_at_10 for figures in (self.live, self.next))
        return after >= before - self.margin


def run_gate(
    application: Application, dataset: Dataset, live: Version, target: Version, margin: float, progress: Progress
) -> GateResult:
    """Ask both versions, each with its own model, in every mode."""
    figures: list[Figures] = []
    for version in (live, target):
        store = ElasticsearchStore(application.settings, pinned=version.name)
        embedder = application.embedder_of(version.spec.fingerprint) if version.spec else application.embedder

        def show(what: str, done: int, total: int, name: str = version.name) -> None:
            progress(f"{name}: {what}", done, total)

        figures.append(measure(store, embedder, application.settings, dataset, show))
    return GateResult(dataset.name, len(dataset.queries), margin, *figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed(IndexMove):
    """What was done, or would be (``dry_run``); ``source`` and ``target`` are names of versions, of so many shards."""

    source: str
    target: str
    source_shards: int
    shards: int
    model: str
    dry_run: bool = False
    switched: bool = False
    switch_ms: float = 0.0
    checks: tuple[Check, ...] = ()
    merged: Merged | None = None
    gate: GateResult | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to reindex.

    ``throttle``: most chunks a second, so that searches keep the machine. ``shards``: primary ones of the next version.
    ``forcemerge``: merge its segments before searches read it.
    """

    gate: Path | None = None
    margin: float = MARGIN
    throttle: float | None = None
    dry_run: bool = False
    shards: int | None = None
    forcemerge: bool = False


def reindex(
    application: Application, options: Options = Options(), show: Progress = lambda what, done, total: None
) -> Reindexed:
    """Build the next version for the model and chunk size that ``application`` is configured with, and switch to it.

    Chunks come from the text in the index; vectors that any version has of the same model are reused. An earlier run
    that was killed is gone on with. Nothing is switched where a check or the gate fails: the version stays, unfinished,
    after the former and goes after the latter. Raises UsageError when there is nothing to start from or another run is
    at work, and StorageError when documents still differ at the switch.
    """
    started = time.monotonic()
    store = elasticsearch_store(application)
    store.index.check()
    if not options.dry_run:
        refuse_if_blocked(store)
    live = _live(store)
    shards = wanted_shards(store, live, options.shards)
    spec = store.spec(application.embedder.fingerprint)
    # Judged queries that cannot be asked are refused before anything is built.
    dataset = placed(store, read_dataset(options.gate))[0] if options.gate else None
    left = unfinished(store)
    if left is not None:
        _refuse_another(left.version, live, spec, shards)
    elif options.shards == live.shards and live.spec is not None and live.spec.matches(spec):
        raise UsageError("shards_as_now", index=live.name, shards=live.shards)
    planned = _planned(store, live, spec, shards, left, show)
    audit.note(f"{planned.source} to {planned.target}", plan=_told(planned))
    if not options.dry_run:
        build = left or begin(store, live, spec, shards)
        done = _build(application, live, build, planned, dataset, options, show)
    else:
        done = planned
    audit.note(f"{done.source} to {done.target}", switched=done.switched, done=_told(done))
    return replace(done, dry_run=options.dry_run, seconds=round(time.monotonic() - started, 1))


def _told(planned: Reindexed) -> dict[str, Any]:
    """A build as the audit log keeps it."""
    failed = [check.name for check in planned.checks if not check.passed]
    return {
        **{name: getattr(planned, name) for name in ("model", "shards", "documents", "chunks", "embedded", "reused")},
        **({"failed_checks": failed} if failed else {}),
        **({} if planned.gate is None else {"gate_passed": planned.gate.passed}),
    }


def _build(
    application: Application, live: Version, build: Build, planned: Reindexed,
    dataset: Dataset | None, options: Options, show: Progress,
) -> Reindexed:  # fmt: skip
    store = elasticsearch_store(application)
    copier = Copier(store, Reembed(application.embedder_of), live, build.version, options.throttle)
    _fill(copier, build, planned.documents, show)
    done = replace(planned, target=build.version.name, checks=checked(copier, store, live, build.version, show))
    if all(check.passed for check in done.checks):
        if options.forcemerge:
            alive = lambda: build.note(build.progress)  # noqa: E731 - a merge takes longer than a build may be silent
            done = replace(done, merged=merge_index(store, build.version.name, show=show, alive=alive))
        if dataset is not None:
            done = replace(done, gate=run_gate(application, dataset, live, build.version, options.margin, show))
        if done.gate is None or done.gate.passed:
            done = replace(done, switched=True, switch_ms=_switch(store, copier, build.finish()))
        else:
            _undo(store, live, build)
    return replace(done, embedded=copier.embedded, reused=copier.reused)


def _switch(store: ElasticsearchStore, copier: Copier, target: Version) -> float:
    """Let searches read ``target``; returns how long that took, in ms. Raises StorageError where it lacks documents."""
    # The gate and the replicas took time, and writes went on.
    if stuck := copier.reconcile().stuck:
        raise StorageError("version_lacks_documents", version=target.name, documents=len(stuck), example=stuck[0])
    started = time.monotonic()
    with reading(store.where):
        switch(store.client, store.names, read_versions(store.client, store.names), target)
    return round((time.monotonic() - started) * 1000, 1)


def _live(store: ElasticsearchStore) -> Version:
    with reading(store.where):
        live = chosen(read_versions(store.client, store.names), store.names)
    if live is None:
        raise UsageError("nothing_to_reindex", alias=store.names.chunks)
    return live


def _refuse_another(version: Version, live: Version, spec: IndexSpec, shards: Shards) -> None:
    """An unfinished build is gone on with only where it is of the same live version, model, chunk size and shards."""
    refuse_if_running(version)
    build = version.build or {}
    source = build.get("from", "?")
    if version.spec is not None and version.spec.matches(spec) and source == live.name:
        if version.shards == shards.number:
            return
        raise UsageError("reindex_left_other_shards", version=version.name, source=source, shards=version.shards)
    if version.spec is None:
        raise UsageError("reindex_left_unknown_model", version=version.name, source=source)
    model, tokens = str(version.spec.fingerprint), version.spec.chunking.tokens
    raise UsageError("reindex_left_unfinished", version=version.name, source=source, model=model, tokens=tokens)


def _planned(
    store: ElasticsearchStore, live: Version, spec: IndexSpec, shards: Shards, left: Build | None, show: Progress
) -> Reindexed:
    """What there is to do: documents and chunks counted, vectors forecast."""
    show("counting", 0, 0)
    with reading(store.where):
        store.client.indices.refresh(index=live.name)
        documents = chunks = 0
        for one in held_documents(store.client, live.name):
            documents, chunks = documents + 1, chunks + one.chunks
    # Exact where chunks stay as they are, else the most that may have to be embedded.
    alike = live.spec is not None and live.spec.matches(spec)
    return Reindexed(
        source=live.name,
        target=left.version.name if left else "the next version",
        source_shards=live.shards,
        shards=shards.number,
        model=str(spec.fingerprint),
        chunk_tokens=spec.chunking.tokens,
        documents=documents,
        chunks=chunks,
        embedded=0 if alike else chunks,
        reused=chunks if alike else 0,
        resumed=left is not None,
    )


def _fill(copier: Copier, build: Build, documents: int, show: Progress) -> None:
    progress = build.progress
    done = progress.documents

    def note(last: str, count: int, chunks: int) -> None:
        nonlocal done
        done += count
        build.note(Reached(last, done))
        show("copying", done, max(documents, done))

    show("copying", done, documents)
    build.note(progress, now=True)
    copier.copy_all(progress.after, note)


def _undo(store: ElasticsearchStore, live: Version, build: Build) -> None:
    """Leave everything as it was before the build."""
    build.give_up()
    if live.spec is not None:
        with reading(store.where):
            put_templates(store.client, store.templates(live.spec.fingerprint.dims))
