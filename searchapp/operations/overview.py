"""How the installation stands: the store, the versions of the index with their models and sizes, and the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from searchapp.errors import SearchAppError
from searchapp.model import DocumentState, Pause
from searchapp.operations.actions import Action
from searchapp.stores import EntryOrder
from searchapp.wiring import Application

OLDEST_LOOKED_AT = 1000

EMBEDDED_INDEX = "passages"
"""What the one version of the embedded store is called."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the index."""

    name: str
    state: str
    """`live` is searched, `written` gets every write and can be gone back to, `kept` is old, `unfinished` a build."""
    model: str
    documents: int
    passages: int
    bytes: int
    """Of the primaries."""
    shards: int
    replicas: int
    health: str
    built: int | None = None
    """Documents that a build has copied so far; null for every other version."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits, and who works."""

    states: Mapping[str, int]
    """Documents by their state."""
    workers: int
    """Processes that have documents in hand now."""
    paused: Pause | None = None
    """Since when nothing that waits is begun; null where it is."""
    batches: int | None = None
    """Batches that no worker has taken; null without Redis."""
    in_hand: int | None = None
    """Documents in workers' hands; null without Redis."""
    problem: str = ""
    """Why nothing is known of the workers' queue; empty where all is well."""
    unembedded: int = 0
    """Passages that are found by their words alone so far: their vectors follow."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How the installation stands."""

    store: str
    """`elasticsearch` or `embedded`."""
    server: str
    version: str
    health: str
    nodes: int
    licence: str
    configured: str
    """The model that is configured."""
    indexed: str
    """The model of the live version; empty before the first."""
    matches: bool  # also where the index was moved on from the configured model, since processes follow it
    fault: str
    """A sentence where the aliases are not sane."""
    pending: int | None
    """Changes that `es apply` would make."""
    versions: tuple[Version, ...]
    queue: Queue
    actions: tuple[Action, ...]
    """What can be started as things stand."""


def overview(application: Application) -> Overview:
    """Look; nothing is changed. Raises as the store does."""
    if application.settings.elasticsearch_url:
        return _clustered(application)
    return _embedded(application)


def live_name(application: Application) -> str:
    """The name of the version that is searched; empty before the first. Raises as the store does."""
    if not application.settings.elasticsearch_url:
        return EMBEDDED_INDEX
    from searchapp.cluster.store import elasticsearch_store

    live = elasticsearch_store(application).live()
    return live.name if live else ""


def _clustered(application: Application) -> Overview:
    from searchapp.cluster import status
    from searchapp.cluster.build import unfinished
    from searchapp.cluster.store import elasticsearch_store

    found = status(application)
    left = None if found.fault else unfinished(elasticsearch_store(application))
    indices = {index.name: index for index in found.indices}
    versions = tuple(
        Version(
            name=place.name,
            state=place.state,
            model=place.model,
            documents=place.documents,
            passages=place.chunks,
            bytes=indices[place.name].bytes if place.name in indices else 0,
            shards=indices[place.name].shards if place.name in indices else 0,
            replicas=indices[place.name].replicas if place.name in indices else 0,
            health=indices[place.name].health if place.name in indices else "",
            built=left.progress.documents if left is not None and left.version.name == place.name else None,
        )
        for place in found.versions
    )
    queue = queue_of(application)
    live = any(version.state == "live" for version in versions)
    actions = [Action.REINDEX] if live else []
    if live and any(version.state == "written" for version in versions):
        actions.append(Action.ROLLBACK)
    if left is not None:
        actions.append(Action.DISCARD)
    return Overview(
        store="elasticsearch",
        server=found.server,
        version=found.version,
        health=found.health,
        nodes=found.nodes,
        licence=found.licence,
        configured=found.configured,
        indexed=found.model,
        matches=found.matches or application.store.succeeds(application.embedder.fingerprint),
        fault=found.fault,
        pending=found.pending,
        versions=versions,
        queue=queue,
        actions=(*actions, *_retrying(queue)),
    )


def _embedded(application: Application) -> Overview:
    store = application.store
    store.check()
    indexed = store.fingerprint()
    configured = application.embedder.fingerprint
    queue = queue_of(application)
    folder = application.settings.data_dir
    size = sum(file.stat().st_size for file in folder.glob("**/*.lance/**/*") if file.is_file())
    indexed_documents = sum(queue.states.get(state, 0) for state in (DocumentState.INDEXED, DocumentState.UNCHANGED))
    version = Version(
        name=EMBEDDED_INDEX,
        state="live",
        model=str(indexed),
        documents=indexed_documents,
        passages=store.count(),
        bytes=size,
        shards=1,
        replicas=0,
        health="green",
    )
    return Overview(
        store="embedded",
        server=str(folder),
        version="",
        health="green",
        nodes=1,
        licence="",
        configured=str(configured),
        indexed=str(indexed) if indexed else "",
        matches=indexed is None or indexed.matches(configured) or store.succeeds(configured),
        fault="",
        pending=0,
        versions=(version,) if indexed else (),
        queue=queue,
        actions=_retrying(queue),
    )


def queue_of(application: Application) -> Queue:
    """How the queue stands. Raises as the store does; that Redis is away is only shown."""
    states = {str(state): count for state, count in application.store.state_counts().items()}
    claimed = application.store.entries(
        states=[DocumentState.RUNNING], size=OLDEST_LOOKED_AT, order=EntryOrder.OLDEST
    ).entries
    now = dt.datetime.now(dt.UTC)
    workers = len({one.owner for one in claimed if one.owner and one.lease is not None and one.lease > now})
    paused, unembedded = application.store.pause(), application.store.backlog().chunks
    if application.queue is None:
        return Queue(states, workers, paused, unembedded=unembedded)
    try:
        batches, held = application.queue.length(), len(application.queue.held())
    except SearchAppError as error:
        return Queue(states, workers, paused, problem=error.sentence.whole.text(), unembedded=unembedded)
    return Queue(states, workers, paused, batches, held, unembedded=unembedded)


def _retrying(queue: Queue) -> tuple[Action, ...]:
    failed = sum(queue.states.get(state, 0) for state in (DocumentState.FAILED, DocumentState.QUARANTINED))
    return (Action.RETRY,) if failed else ()
