"""What an operator can start from the page. Each has its way back: see the docstrings of ``Action``'s members."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from searchapp.errors import ConflictError, UsageError
from searchapp.operations.tasks import Progress, Task, Tasks
from searchapp.wiring import Application

if TYPE_CHECKING:
    from searchapp.cluster.reindex import Reindexed


class Action(StrEnum):
    """The operations by their names."""

    REINDEX = "reindex"
    """Build the next version and switch to it. Stopped, it goes on later; switched, ``rollback`` switches back."""

    ROLLBACK = "rollback"
    """Let searches read the version before. A second one switches forth again."""

    DISCARD = "discard"
    """Remove a build that was left unfinished; a reindex begins anew."""

    RETRY = "retry"
    """Queue what failed once more; what fails again is as it was."""


Submit = Callable[[str], None]
"""Told the source of each document that was queued."""


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

    ``model`` and ``throttle`` (most passages a second) are those of a reindex. Raises UsageError where the store has no
    such operation, and ConflictError while another one runs, here or in a process of its own.
    """
    if action is Action.RETRY:
        return tasks.start(action, by, lambda tell: _retry(application, submit, tell))
    if not application.settings.elasticsearch_url:
        raise UsageError(
            "The embedded store has one version of the index only.",
            "Set SEARCHAPP_ELASTICSEARCH_URL to have versions that can be built and switched.",
        )
    _refuse_while_building(application)
    if action is Action.REINDEX:
        return tasks.start(action, by, lambda tell: _reindex(application, model, throttle, tell))
    if action is Action.DISCARD:
        return tasks.start(action, by, lambda tell: _discard(application))
    return tasks.start(action, by, lambda tell: _rollback(application))


def _refuse_while_building(application: Application) -> None:
    from searchapp.cluster.build import refuse_if_running, unfinished
    from searchapp.cluster.store import elasticsearch_store

    left = unfinished(elasticsearch_store(application))
    if left is None:
        return
    try:
        refuse_if_running(left.version)
    except UsageError as running:
        raise ConflictError(running.message, running.remedy) from running


def _reindex(application: Application, model: str, throttle: float | None, tell: Progress) -> str:
    from searchapp.cluster import reindex
    from searchapp.cluster.reindex import Options

    if model:
        application = Application(application.settings.model_copy(update={"embedding_model": model}))
    return _told(reindex(application, Options(throttle=throttle), tell))


def _told(done: Reindexed) -> str:
    return (
        f"Searches read {done.target} ({done.model}): {done.documents:,} documents, {done.chunks:,} passages, "
        f"{done.embedded:,} embedded, {done.reused:,} vectors reused, in {done.seconds:.1f} s."
    )


def _rollback(application: Application) -> str:
    from searchapp.cluster import rollback

    done = rollback(application)
    missed = f" It got {done.repaired:,} documents that it had missed." if done.repaired else ""
    return f"Searches read {done.target} ({done.model}) again, not {done.source}.{missed}"


def _discard(application: Application) -> str:
    from searchapp.cluster.build import unfinished
    from searchapp.cluster.store import elasticsearch_store

    left = unfinished(elasticsearch_store(application))
    if left is None:
        return "There was no unfinished version."
    left.give_up()
    return f"{left.version.name} is removed; searches never read it."


def _retry(application: Application, submit: Submit, tell: Progress) -> str:
    tell("queueing", 0, 0)
    sources = application.ingester.forgive(None)
    for done, source in enumerate(sources):
        tell("queueing", done, len(sources))
        submit(source)
    return f"{len(sources):,} documents are queued again."
