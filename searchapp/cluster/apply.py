"""``es apply``: what ``es plan`` shows, as far as it can be done in place; what needs a new index is left and named."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from elasticsearch import BadRequestError

from searchapp import audit
from searchapp.cluster.changes import FIELD, SETTING, Effect
from searchapp.cluster.plan import INDEX, LOST, Change, Plan, plan
from searchapp.cluster.plan_file import SavedPlan, refuse_if_moved
from searchapp.cluster.state import read_state
from searchapp.cluster.store import elasticsearch_store, refuse_if_blocked
from searchapp.cluster.store import start_over as run_start_over
from searchapp.cluster.turns import Turn, taking_turns
from searchapp.errors import StorageError, UsageError
from searchapp.messages import Message, Value
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import Outcome, Step
from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done to each object, and the changes that only a new index brings about."""

    steps: tuple[Step, ...]
    left: tuple[Change, ...]


def apply(
    application: Application,
    *,
    overwrite: bool = False,
    start_over: bool = False,
    saved: SavedPlan | None = None,
    take_over: bool = False,
) -> Applied:
    """Bring the cluster to es/ and the settings: existing indices first, then templates, then what is missing.

    ``overwrite``: also undo what somebody edited by hand. ``start_over``: where the index is lost, begin an empty one
    and queue every document of the registry, so that ingestion reads it again. ``saved``: only where nothing has moved
    since this plan was made. ``take_over``: as ``taking_turns`` has it.

    Raises UsageError without SEARCHAPP_ELASTICSEARCH_URL, ConflictError while another process applies, what
    ``refuse_if_moved`` raises, and StorageError, with nothing changed, when a change would undo an edit, the aliases
    are not sane, the index is lost, or one takes no writes.
    """
    store = elasticsearch_store(application)
    if saved is not None and start_over:
        raise UsageError("plan_and_start_over")
    store.index.check()
    refuse_if_blocked(store)
    lost = start_over and store.live() is None
    # Who has nothing to do needs no rights, and is in nobody's way.
    alone = lost or saved is not None or bool(plan(application).changes)
    with taking_turns(store, Turn.APPLYING, take_over=take_over) if alone else nullcontext():
        if lost:
            run_start_over(store)
        planned = plan(application)
        if saved is not None:
            refuse_if_moved(saved, read_state(store, application.embedder.fingerprint))
        audit.note(store.where, changes=[_told(change) for change in planned.changes], start_over=start_over)
        _refuse(planned, overwrite)
        steps = _change_indices(store, planned)
        steps += store.apply(planned.model, overwrite=overwrite)
        left = plan(application).changes
    _refuse_rest(left)
    return Applied(tuple(steps), left)


def _refuse(planned: Plan, overwrite: bool) -> None:
    if lost := tuple(change for change in planned.changes if change.what == LOST):
        raise StorageError("changes_need_new_index", changes=_named(lost), remedy=lost[0].remedy)
    if planned.edited and not overwrite:
        raise StorageError("cluster_edited", changes=_named(planned.edited))


def _refuse_rest(left: tuple[Change, ...]) -> None:
    """What is in place and was not taken is left only beside a change of the same index that it may depend on."""
    rebuilt = {change.name for change in left if change.effect is Effect.NEW_INDEX}
    stuck = tuple(change for change in left if change.kind != INDEX or change.name not in rebuilt)
    if stuck:
        raise StorageError("cluster_still_differs", changes=_named(stuck))


def _told(change: Change) -> dict[str, Any]:
    """A change as the audit log keeps it."""
    edited = {"edited_by_hand": True} if change.edited else {}
    return {"kind": change.kind, "name": change.name, "what": change.what, **edited, "diff": list(change.diff)}


def _change_indices(store: ElasticsearchStore, planned: Plan) -> list[Step]:
    """One call for the mapping and one for the settings of each index: either takes all of them or none."""
    by_index: dict[str, list[Change]] = defaultdict(list)
    for change in planned.changes:
        if change.kind == INDEX and change.difference is not None and change.effect is not Effect.NEW_INDEX:
            by_index[change.name].append(change)
    rebuilt = {change.name for change in planned.of(Effect.NEW_INDEX)}
    done = [index for index, changes in by_index.items() if _change_index(store, index, changes, index in rebuilt)]
    return [Step(INDEX, index, Outcome.UPDATED) for index in done]


def _change_index(store: ElasticsearchStore, index: str, changes: list[Change], is_rebuilt: bool) -> bool:
    """Whether the index took them; one that ``is_rebuilt`` may lack what they name, such as an analyzer."""
    settings: dict[str, Any] = {}
    mapping: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    for difference in (change.difference for change in changes if change.difference):
        target = {SETTING: settings, FIELD: fields}.get(difference.part, mapping)
        target[difference.name] = difference.after
    with reading(store.where):
        try:
            if fields or mapping:
                store.client.indices.put_mapping(index=index, **mapping, properties=fields)
        except BadRequestError:
            if not is_rebuilt:
                raise
            return False
        if settings:
            store.client.indices.put_settings(index=index, settings=settings)
    return True


def _named(changes: tuple[Change, ...]) -> Value:
    names = [f"{change.what} of {change.name}" if change.kind == INDEX else change.name for change in changes]
    return Message("names_and_more", names=names[:5], more=len(names) - 5) if len(names) > 5 else names
