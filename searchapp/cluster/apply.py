"""``es apply``: what ``es plan`` shows, as far as it can be done in place."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from searchapp import audit
from searchapp.cluster.changes import FIELD, SETTING, Effect
from searchapp.cluster.plan import INDEX, Change, Plan, plan
from searchapp.cluster.store import elasticsearch_store, refuse_if_blocked
from searchapp.cluster.store import start_over as run_start_over
from searchapp.errors import StorageError
from searchapp.messages import Message, Value
from searchapp.stores import model_in_use
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import Outcome, Step
from searchapp.wiring import Application


def apply(application: Application, *, overwrite: bool = False, start_over: bool = False) -> list[Step]:
    """Bring the cluster to es/ and the settings: existing indices first, then templates, then what is missing.

    ``overwrite``: also undo what somebody edited by hand. ``start_over``: where the index is lost, begin an empty one
    and queue every document of the registry, so that ingestion reads it again. Returns what was done to each object.

    Raises UsageError without SEARCHAPP_ELASTICSEARCH_URL, ModelMismatchError when the live index was built with another
    model, and StorageError, with nothing changed, when a change needs a new index or would undo an edit, the aliases
    are not sane, the index is lost, or one takes no writes.
    """
    store = elasticsearch_store(application)
    store.index.check()
    model_in_use(store, application.embedder.fingerprint)
    refuse_if_blocked(store)
    if start_over and store.live() is None:
        run_start_over(store)
    planned = plan(application)
    audit.note(store.where, changes=[_told(change) for change in planned.changes], start_over=start_over)
    _refuse(planned, overwrite)
    steps = _change_indices(store, planned)
    steps += store.apply(planned.model, overwrite=overwrite)
    left = plan(application).changes
    if left:
        raise StorageError("cluster_still_differs", changes=_named(left))
    return steps


def _refuse(planned: Plan, overwrite: bool) -> None:
    if beyond := planned.of(Effect.NEW_INDEX):
        raise StorageError("changes_need_new_index", changes=_named(beyond), remedy=beyond[0].remedy)
    if planned.edited and not overwrite:
        raise StorageError("cluster_edited", changes=_named(planned.edited))


def _told(change: Change) -> dict[str, Any]:
    """A change as the audit log keeps it."""
    edited = {"edited_by_hand": True} if change.edited else {}
    return {"kind": change.kind, "name": change.name, "what": change.what, **edited, "diff": list(change.diff)}


def _change_indices(store: ElasticsearchStore, planned: Plan) -> list[Step]:
    """One call for the mapping and one for the settings of each index: either takes all of them or none."""
    by_index: dict[str, list[Change]] = defaultdict(list)
    for change in planned.changes:
        if change.kind == INDEX and change.difference is not None:
            by_index[change.name].append(change)
    for index, changes in by_index.items():
        settings: dict[str, Any] = {}
        mapping: dict[str, Any] = {}
        fields: dict[str, Any] = {}
        for difference in (change.difference for change in changes if change.difference):
            target = {SETTING: settings, FIELD: fields}.get(difference.part, mapping)
            target[difference.name] = difference.after
        with reading(store.where):
            if fields or mapping:
                store.client.indices.put_mapping(index=index, **mapping, properties=fields)
            if settings:
                store.client.indices.put_settings(index=index, settings=settings)
    return [Step(INDEX, index, Outcome.UPDATED) for index in by_index]


def _named(changes: tuple[Change, ...]) -> Value:
    names = [f"{change.what} of {change.name}" if change.kind == INDEX else change.name for change in changes]
    return Message("names_and_more", names=names[:5], more=len(names) - 5) if len(names) > 5 else names
