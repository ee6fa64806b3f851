"""What an operator does from the page: pausing the queue, and operations that each have a way back (see ``Action``).

A pause stands in the registry beside what waits, so that it outlives every process, and Redis.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from enum import StrEnum

from searchapp import audit
from searchapp.audit import Outcome, What
from searchapp.errors import ConflictError, QueuePausedError, StorageError, UsageError
from searchapp.messages import Message, joined
from searchapp.model import Pause
from searchapp.operations.tasks import Stopped, Task, Tasks, Work
from searchapp.progress import Progress
from searchapp.stores import Registry
from searchapp.wiring import Application


def pause(registry: Registry, by: str) -> Pause:
    """Pause the queue for ``by``, and return its pause: an earlier one stays as it is. Raises as ``put_pause`` does."""
    standing = registry.pause()
    if standing is None:
        standing = Pause(dt.datetime.now(dt.UTC).replace(microsecond=0), by)
        registry.put_pause(standing)
    return standing


def resume(registry: Registry) -> None:
    """Let what waits be begun again. Raises as the store does."""
    registry.put_pause(None)


def paused(registry: Registry) -> QueuePausedError | None:
    """Why documents wait, in a sentence for who added them; None where the queue is not paused."""
    standing = registry.pause()
    if standing is None:
        return None
    return QueuePausedError("queue_paused", since=f"{standing.since:%Y-%m-%d %H:%M}")


class Action(StrEnum):
    """The operations by their names."""

    REINDEX = "reindex"
    """Build the next version and switch to it. Stopped, it goes on later; switched, ``rollback`` switches back."""

    ROLLBACK = "rollback"
    """Let searches read the version before. A second one switches forth again."""

    DISCARD = "discard"
    """Remove a build that was left unfinished; a reindex starts again."""

    RETRY = "retry"
    """Queue what failed once more; what fails again is as it was."""

    SNAPSHOT = "snapshot"
    """Take a snapshot: nothing that is there is changed."""

    DRILL = "drill"
    """Try whether the latest snapshot would bring everything back: what it restores is removed again."""


DONE_AS = {
    Action.REINDEX: What.ES_REINDEX,
    Action.ROLLBACK: What.ES_ROLLBACK,
    Action.DISCARD: What.ES_DISCARD,
    Action.RETRY: What.RETRY,
    Action.SNAPSHOT: What.ES_SNAPSHOT_CREATED,
    Action.DRILL: What.ES_SNAPSHOT_DRILLED,
}
"""What the audit log calls them."""

Submit = Callable[[str], None]
"""Gets the source of each document that was queued."""


def start(
    application: Application,
    tasks: Tasks,
    action: Action,
    by: str,
    submit: Submit,
    *,
    model: str = "",
    throttle: float | None = None,
) -> Task:
    """Begin ``action`` for ``by`` in the background.

    ``model`` and ``throttle`` (most chunks a second) are those of a reindex. Raises UsageError where the store has no
    such operation, and ConflictError while another one runs, here or in a process of its own.
    """
    audit.note(model or None, what=DONE_AS[action], throttle=throttle)
    if action is Action.RETRY:
        return _begun(tasks, action, by, lambda tell: _retry(application, submit, tell))
    if not application.settings.elasticsearch_url:
        raise UsageError("one_version_only")
    if action is Action.SNAPSHOT:
        return _begun(tasks, action, by, lambda tell: _snapshot(application, tell))
    if action is Action.DRILL:
        return _begun(tasks, action, by, lambda tell: _drill(application, tell))
    _refuse_while_building(application)
    if action is Action.REINDEX:
        return _begun(tasks, action, by, lambda tell: _reindex(application, model, throttle, tell))
    if action is Action.DISCARD:
        return _begun(tasks, action, by, lambda tell: _discard(application))
    return _begun(tasks, action, by, lambda tell: _rollback(application))


def _begun(tasks: Tasks, action: Action, by: str, work: Work) -> Task:
    """Begin ``work``; the record of the request that asks for it ends as ``work`` does."""
    record = audit.current()
    if record is None:
        return tasks.start(action, by, work)

    def recorded(tell: Progress) -> Message:
        with record.going_on(_ending):
            return work(tell)

    record.handed_on = True
    try:
        return tasks.start(action, by, recorded)
    except Exception:
        record.handed_on = False
        raise


def _ending(error: BaseException) -> tuple[Outcome, str]:
    return (Outcome.FAILED, "operation_stopped") if isinstance(error, Stopped) else audit.ending(error)


def _refuse_while_building(application: Application) -> None:
    from searchapp.cluster.build import refuse_if_running, unfinished
    from searchapp.cluster.store import elasticsearch_store

    left = unfinished(elasticsearch_store(application))
    if left is None:
        return
    try:
        refuse_if_running(left.version)
    except UsageError as running:
        raise ConflictError(running.reason, **running.sentence.values) from running


def _reindex(application: Application, model: str, throttle: float | None, tell: Progress) -> Message:
    from searchapp.cluster import reindex
    from searchapp.cluster.reindex import Options

    if model:
        application = Application(application.settings.model_copy(update={"embedding_model": model}))
    done = reindex(application, Options(throttle=throttle), tell)
    if failed := next((check for check in done.checks if not check.passed), None):
        raise StorageError(
            "built_version_differs", target=done.target, source=done.source, check=failed.name, found=failed.found
        )
    return Message(
        "reindexed", target=done.target, model=done.model, documents=done.documents, passages=done.chunks,
        embedded=done.embedded, reused=done.reused, seconds=done.seconds,
    )  # fmt: skip


def _rollback(application: Application) -> Message:
    from searchapp.cluster import rollback

    done = rollback(application)
    back = Message("rolled_back", target=done.target, model=done.model, source=done.source)
    return joined(back, Message("missed_documents_added", documents=done.repaired)) if done.repaired else back


def _discard(application: Application) -> Message:
    from searchapp.cluster.build import unfinished
    from searchapp.cluster.store import elasticsearch_store

    left = unfinished(elasticsearch_store(application))
    if left is None:
        return Message("no_unfinished_version")
    audit.note(left.version.name)
    left.give_up()
    return Message("build_discarded", version=left.version.name)


def _snapshot(application: Application, tell: Progress) -> Message:
    from searchapp.cluster import snapshots

    taken = snapshots.create(application, tell)
    return Message("snapshot_taken", name=taken.name, passages=taken.chunks or 0, documents=taken.documents or 0)


def _drill(application: Application, tell: Progress) -> Message:
    from searchapp.cluster.drill import drill

    done = drill(application, progress=tell)
    if failed := [f"{check.name}: {check.found}" for check in done.checks if not check.passed]:
        raise StorageError("drill_failed", name=done.snapshot, checks=failed)
    return Message(
        "drill_passed", name=done.snapshot, passages=done.chunks, documents=done.documents, seconds=done.seconds
    )


def _retry(application: Application, submit: Submit, tell: Progress) -> Message:
    tell("queueing", 0, 0)
    failed = application.ingester.reset_failures(None)
    audit.note(documents=len(failed))
    for done, document in enumerate(failed):
        tell("queueing", done, len(failed))
        submit(document)
    return Message("documents_queued_again", documents=len(failed))
