"""``es reindex``: the next version of the index is built, checked and switched to while searches and writes go on."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from searchapp import audit
from searchapp.cluster.build import Build, Reached, begin, refuse_if_running, unfinished
from searchapp.cluster.copying import Copier
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
from searchapp.stores.elasticsearch.chunks import held_documents, stored_documents
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


SAMPLE = 100
"""Documents whose whole text is compared, spread evenly over the index."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold before the switch, and what was found."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reindexed(IndexMove):
    """What was done, or would be (``dry_run``); ``source`` and ``target`` are names of versions."""

    source: str
    target: str
    model: str
    dry_run: bool = False
    switched: bool = False
    switch_ms: float = 0.0
    checks: tuple[Check, ...] = ()
    gate: GateResult | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to reindex. ``throttle``: most chunks a second, so that searches keep the machine."""

    gate: Path | None = None
    margin: float = MARGIN
    throttle: float | None = None
    dry_run: bool = False


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
    spec = store.spec(application.embedder.fingerprint)
    # Judged queries that cannot be asked are refused before anything is built.
    dataset = placed(store, read_dataset(options.gate))[0] if options.gate else None
    left = unfinished(store)
    if left is not None:
        _refuse_another(left.version, live, spec)
    planned = _planned(store, live, spec, left, show)
    audit.note(f"{planned.source} to {planned.target}", plan=_told(planned))
    done = planned if options.dry_run else _build(application, live, spec, left, planned, dataset, options, show)
    audit.note(f"{done.source} to {done.target}", switched=done.switched, done=_told(done))
    return replace(done, dry_run=options.dry_run, seconds=round(time.monotonic() - started, 1))


def _told(planned: Reindexed) -> dict[str, Any]:
    """A build as the audit log keeps it."""
    failed = [check.name for check in planned.checks if not check.passed]
    return {
        **{name: getattr(planned, name) for name in ("model", "documents", "chunks", "embedded", "reused")},
        **({"failed_checks": failed} if failed else {}),
        **({} if planned.gate is None else {"gate_passed": planned.gate.passed}),
    }


def _build(
    application: Application, live: Version, spec: IndexSpec, left: Build | None, planned: Reindexed,
    dataset: Dataset | None, options: Options, show: Progress,
) -> Reindexed:  # fmt: skip
    store = elasticsearch_store(application)
    build = left or begin(store, live, spec)
    copier = Copier(store, Reembed(application.embedder_of), live, build.version, options.throttle)
    _fill(copier, build, planned.documents, show)
    done = replace(planned, target=build.version.name, checks=_checked(copier, store, live, build.version, show))
    if all(check.passed for check in done.checks):
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


def _refuse_another(version: Version, live: Version, spec: IndexSpec) -> None:
    """An unfinished build is gone on with only where it is of the same live version, model and chunk size."""
    refuse_if_running(version)
    build = version.build or {}
    if version.spec is not None and version.spec.matches(spec) and build.get("from") == live.name:
        return
    source = build.get("from", "?")
    if version.spec is None:
        raise UsageError("reindex_left_unknown_model", version=version.name, source=source)
    model, tokens = str(version.spec.fingerprint), version.spec.chunking.tokens
    raise UsageError("reindex_left_unfinished", version=version.name, source=source, model=model, tokens=tokens)


def _planned(
    store: ElasticsearchStore, live: Version, spec: IndexSpec, left: Build | None, show: Progress
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


def _checked(
    copier: Copier, store: ElasticsearchStore, live: Version, target: Version, show: Progress
) -> tuple[Check, ...]:
    """Whether the target holds what the live version holds."""
    show("checking", 0, 0)
    found = copier.reconcile()
    sample, differing = _sampled(store, live, target)
    stuck = f", {len(found.stuck)} differ" if found.stuck else ""
    other = f", another in {len(differing)} of {sample}: {', '.join(differing[:3])}" if differing else ""
    same = f"{sample - len(differing)} documents with the same text"
    return (
        Check("documents", not found.stuck, f"{found.documents - len(found.stuck)} in both{stuck}"),
        # Another size cuts otherwise; but what has chunks has some in the other version, too.
        Check("passages", bool(found.chunks) == bool(found.copied_chunks), f"{found.chunks} and {found.copied_chunks}"),
        Check("sample", not differing, same + other),
    )


def _sampled(store: ElasticsearchStore, live: Version, target: Version) -> tuple[int, list[str]]:
    """Compare the text of some documents, white space aside; those that change meanwhile do not count."""
    with reading(store.where):
        ids = sorted({one.document_id for one in held_documents(store.client, live.name)})
        chosen_ids = ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE]
        texts: list[dict[str, tuple[Any, str]]] = []
        for version in (live, target):
            stored = stored_documents(store.client, version.name, chosen_ids) if chosen_ids else []
            texts.append({one.entry.id: (one.written, _letters(one)) for one in stored})
    both = [id_ for id_ in texts[0] if id_ in texts[1] and texts[0][id_][0] == texts[1][id_][0]]
    return len(both), [id_ for id_ in both if texts[0][id_][1] != texts[1][id_][1]]


def _letters(document: Any) -> str:
    from searchapp.ingest.reembed import rebuild_document

    return "".join(rebuild_document(document.entry, document.chunks).text.split())


def _undo(store: ElasticsearchStore, live: Version, build: Build) -> None:
    """Leave everything as it was before the build."""
    build.give_up()
    if live.spec is not None:
        with reading(store.where):
            put_templates(store.client, store.templates(live.spec.fingerprint.dims))
