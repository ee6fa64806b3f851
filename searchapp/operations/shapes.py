"""The JSON of the operator's routes, as types; see ``searchapp.shapes``."""

from __future__ import annotations

from typing_extensions import TypedDict

from searchapp.findings import Severity
from searchapp.operations.actions import Action
from searchapp.operations.tasks import TaskState
from searchapp.shapes.base import Moment, described


@described
class IndexVersion(TypedDict):
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
    built: int | None
    """Documents that a build has copied so far; null for every other version."""


@described
class Paused(TypedDict):
    """A pause of the queue."""

    since: Moment
    by: str
    """Who wanted it."""


@described
class QueueState(TypedDict):
    """What waits, and who works."""

    states: dict[str, int]
    """Documents by their state."""
    workers: int
    """Processes that have documents in hand now."""
    paused: Paused | None
    """Since when nothing that waits is begun; null where it is."""
    batches: int | None
    """Batches that no worker has taken; null without Redis."""
    in_hand: int | None
    """Documents in workers' hands; null without Redis."""
    problem: str
    """Why nothing is known of the workers' queue; empty where all is well."""


@described
class Overview(TypedDict):
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
    matches: bool
    fault: str
    """A sentence where the aliases are not sane."""
    pending: int | None
    """Changes that `es apply` would make."""
    versions: list[IndexVersion]
    queue: QueueState
    actions: list[Action]
    """What can be started as things stand."""


@described
class Finding(TypedDict):
    """One sentence of the doctor's about one thing."""

    check: str
    severity: Severity
    message: str
    remedy: str
    """What mends it; empty where nothing is to mend."""


@described
class Findings(TypedDict):
    """What the doctor found."""

    findings: list[Finding]


@described
class Task(TypedDict):
    """One operation that was started."""

    id: str
    action: str
    by: str
    """Who started it."""
    state: TaskState
    """`interrupted`: the server ended before it did."""
    started: Moment
    ended: Moment | None
    step: str
    """What it does at the moment."""
    done: int
    total: int
    """0 where it is not known."""
    message: str
    """What came of it, or why it failed."""
    remedy: str
    stopping: bool
    """It was asked to stop, and will at its next step."""


@described
class Tasks(TypedDict):
    """The latest operations, the newest first."""

    tasks: list[Task]
