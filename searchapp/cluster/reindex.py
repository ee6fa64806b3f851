"""``es reindex``: the next version of the index is built, checked and switched to while searches and writes go on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchapp.cluster.blocks import refuse_if_blocked
from searchapp.cluster.build import Build, Progress, begin, refuse_if_running, unfinished
from searchapp.cluster.copying import Copier
from searchapp.cluster.gate import MARGIN, GateResult, judged_queries, run_gate
from searchapp.cluster.store import elasticsearch_store
from searchapp.errors import StorageError, UsageError
from searchapp.ingest import Reencode
from searchapp.stores import IndexSpec
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.held import held_documents, stored_documents
from searchapp.stores.elasticsearch.installation import put_templates
from searchapp.stores.elasticsearch.versions import Version, chosen, read_versions, switch
from searchapp.wiring import Application

SAMPLE = 100
"""Documents whose whole text is compared, spread evenly over the index."""

Show = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold before the switch, and what was found."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What was done, or would be (``dry_run``). ``reused`` vectors were there, ``embedded`` ones were computed."""

    source: str
    target: str
    model: str
    chunk_tokens: int
    documents: int
    chunks: int
    embedded: int
    reused: int
    resumed: bool
    dry_run: bool
    switched: bool
    seconds: float
    switch_ms: float
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
    application: Application, options: Options = Options(), show: Show = lambda what, done, total: None
) -> Reindexed:
    """Build the next version for the model and chunk size that ``application`` is configured with, and switch to it.

    Chunks come from the text in the index; vectors that any version has of the same model are reused. An earlier run
    that was killed is gone on with. Raises UsageError when there is nothing to start from or another run is at work,
    and StorageError when the next version does not hold what the live one holds; nothing is switched then.
    """
    started = time.monotonic()
    store = elasticsearch_store(application)
    store.check()
    if not options.dry_run:
        refuse_if_blocked(store)
    live = _live(store)
    spec = store.spec(application.embedder.fingerprint)
    dataset = judged_queries(store, options.gate) if options.gate else None
    left = unfinished(store)
    if left is not None:
        _refuse_another(left.version, live, spec)
    documents, chunks = _size(store, live, show)
    if options.dry_run:
        target = left.version.name if left else "the next version"
        reused, missing = _vectors(live, spec, chunks)
        return _result(live.name, target, spec, documents, chunks, missing, reused, left is not None, started, dry=True)

    build = left or begin(store, live, spec)
    copier = Copier(store, Reencode(application.embedder_of), live, build.version, options.throttle)
    _fill(copier, build, documents, show)
    checks = _checked(copier, store, live, build.version, show)
    result = None
    if dataset is not None:
        result = run_gate(application, dataset, live, build.version, options.margin, show)
    if not (result is None or result.passed):
        _undo(store, live, build)
        return _result(
            live.name, build.version.name, spec, documents, chunks, copier.embedded, copier.reused, left is not None,
            started, checks=checks, gate=result,
        )  # fmt: skip
    following = build.finish()
    copier.reconcile()  # the gate and the replicas took time; writes went on
    clock = time.monotonic()
    with reading(store.where):
        switch(store.client, store.names, read_versions(store.client, store.names), following)
    switch_ms = (time.monotonic() - clock) * 1000
    return _result(
        live.name, following.name, spec, documents, chunks, copier.embedded, copier.reused, left is not None, started,
        checks=checks, gate=result, switched=True, switch_ms=switch_ms,
    )  # fmt: skip


def _live(store: ElasticsearchStore) -> Version:
    with reading(store.where):
        live = chosen(read_versions(store.client, store.names), store.names)
    if live is None:
        raise UsageError(f"There is no index behind {store.names.chunks} yet.", "Run searchapp es apply, then ingest.")
    return live


def _refuse_another(version: Version, live: Version, spec: IndexSpec) -> None:
    """An unfinished build is gone on with only where it is of the same live version, model and chunk size."""
    refuse_if_running(version)
    build = version.build or {}
    if version.spec is not None and version.spec.matches(spec) and build.get("from") == live.name:
        return
    made = f"{version.spec.fingerprint}, {version.spec.chunking.tokens} tokens" if version.spec else "an unknown model"
    raise UsageError(
        f"{version.name} was left unfinished by a reindex from {build.get('from', '?')} to {made}.",
        "Go on with that model (--model), or remove it first: searchapp es prune --unfinished.",
    )


def _size(store: ElasticsearchStore, live: Version, show: Show) -> tuple[int, int]:
    show("counting", 0, 0)
    with reading(store.where):
        store.client.indices.refresh(index=live.name)
        documents = chunks = 0
        for one in held_documents(store.client, live.name):
            documents, chunks = documents + 1, chunks + one.chunks
    return documents, chunks


def _vectors(live: Version, spec: IndexSpec, chunks: int) -> tuple[int, int]:
    """A forecast of vectors reused and computed: exact when passages stay as they are, else a ceiling for computing."""
    if live.spec is not None and live.spec.matches(spec):
        return chunks, 0
    return 0, chunks


def _fill(copier: Copier, build: Build, documents: int, show: Show) -> None:
    progress = build.progress
    done = progress.documents

    def note(last: str, count: int, chunks: int) -> None:
        nonlocal done
        done += count
        build.note(Progress(last, done))
        show("copying", done, max(documents, done))

    show("copying", done, documents)
    build.note(progress, now=True)
    copier.copy_all(progress.after, note)


def _checked(
    copier: Copier, store: ElasticsearchStore, live: Version, target: Version, show: Show
) -> tuple[Check, ...]:
    """The proof that the target holds what the live version holds. Raises StorageError when it does not."""
    show("checking", 0, 0)
    found = copier.reconcile()
    sample, differing = _sampled(store, live, target)
    checks = (
        Check("documents", True, f"{found.documents} in both"),
        Check("passages", True, f"{found.chunks} and {found.copied_chunks}"),
        Check("sample", not differing, f"{sample} documents with the same text"),
    )
    if differing:
        raise StorageError(
            f"{len(differing)} of {sample} sampled documents have another text in {target.name}: {differing[0]}.",
            "Nothing was switched. Remove the version with searchapp es prune --unfinished, and report this.",
        )
    return checks


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
    from searchapp.ingest.rebuild import rebuild_document

    return "".join(rebuild_document(document.entry, document.chunks).text.split())


def _undo(store: ElasticsearchStore, live: Version, build: Build) -> None:
    """Leave everything as it was before the build."""
    build.give_up()
    if live.spec is not None:
        with reading(store.where):
            put_templates(store.client, store.templates(live.spec.fingerprint.dims))


def _result(
    source: str, target: str, spec: IndexSpec, documents: int, chunks: int, embedded: int, reused: int, resumed: bool,
    started: float, *, checks: tuple[Check, ...] = (), gate: GateResult | None = None, switched: bool = False,
    switch_ms: float = 0.0, dry: bool = False,
) -> Reindexed:  # fmt: skip
    return Reindexed(
        source=source,
        target=target,
        model=str(spec.fingerprint),
        chunk_tokens=spec.chunking.tokens,
        documents=documents,
        chunks=chunks,
        embedded=embedded,
        reused=reused,
        resumed=resumed,
        dry_run=dry,
        switched=switched,
        seconds=round(time.monotonic() - started, 1),
        switch_ms=round(switch_ms, 1),
        checks=checks,
        gate=gate,
    )
