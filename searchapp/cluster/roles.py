"""``es roles``: what each kind of process may do, and API keys that may do just that."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from elasticsearch import ApiError

from searchapp import audit
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.errors import NotFoundError, UsageError
from searchapp.messages import Message
from searchapp.stores.elasticsearch.connection import reading, reason_of
from searchapp.wiring import Application


class Role(StrEnum):
    """Who talks to Elasticsearch."""

    WEB = "web"
    WORKER = "worker"
    OPERATOR = "operator"


PURPOSE = {
    Role.WEB: Message("role_web"),
    Role.WORKER: Message("role_worker"),
    Role.OPERATOR: Message("role_operator"),
}

# Readiness asks for the health and the nodes' version; nothing else of the cluster is anybody's business.
_READINESS = ["cluster:monitor/health", "cluster:monitor/nodes/info"]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One key made here. ``secret`` is what goes into SEARCHAPP_ELASTICSEARCH_API_KEY: known only when it is made."""

    id: str
    name: str
    role: str
    created: dt.datetime | None
    expires: dt.datetime | None
    secret: str = field(default="", repr=False)


def descriptor(role: Role, prefix: str, *, inference: bool = False) -> Json:
    """The role descriptor for indices that begin with ``prefix``, as the security API takes it.

    ``inference``: Elasticsearch makes the vectors (``elasticsearch:<inference id>``), so that searching needs the right
    to ask its endpoint.
    """
    names = [f"{prefix}-chunks", f"{prefix}-chunks-*", f"{prefix}-documents"]
    endpoint = ["monitor_inference"] if inference else []
    if role is Role.WEB:
        return {
            "cluster": [*_READINESS, *endpoint],
            "indices": [{"names": names, "privileges": ["read", "view_index_metadata"]}],
        }
    if role is Role.WORKER:
        privileges = ["read", "write", "maintenance", "view_index_metadata"]  # maintenance: refresh
        return {"cluster": [*_READINESS, *endpoint], "indices": [{"names": names, "privileges": privileges}]}
    cluster = ["monitor", "manage_index_templates", "manage_ingest_pipelines"]
    cluster += ["cluster:admin/repository/*", "cluster:admin/snapshot/*"]
    if inference:
        cluster.append("manage_inference")
    # All of it, but only of indices under the prefix: trial indices of eval and restored registries are made there.
    return {"cluster": cluster, "indices": [{"names": [names[0], f"{prefix}-*"], "privileges": ["all"]}]}


def descriptors(application: Application) -> dict[str, Json]:
    """Every role's descriptor for the configured prefix."""
    settings = application.settings
    inference = settings.embedding_model.startswith("elasticsearch:")
    return {str(role): descriptor(role, settings.index_prefix, inference=inference) for role in Role}


def create_key(application: Application, role: Role, *, name: str = "", expires: str = "") -> ApiKey:
    """Make an API key that may do what the role may, and nothing else.

    ``expires`` is a time as Elasticsearch writes it ("90d"); empty: never. Raises UsageError where security is off.
    """
    store = elasticsearch_store(application)
    prefix = store.names.prefix
    body: Json = {
        "name": name or f"{prefix}-{role}",
        "role_descriptors": {str(role): descriptors(application)[role]},
        "metadata": {"made_by": "searchapp", "prefix": prefix, "role": str(role)},
    }
    if expires:
        body["expiration"] = expires
    with reading(store.where):
        try:
            made = store.client.security.create_api_key(**body)
        except ApiError as error:
            raise _refused(error, store.where) from error
    audit.note(f"{made['name']} ({made['id']})", role=str(role), expires=expires or "never")
    return ApiKey(made["id"], made["name"], str(role), dt.datetime.now(dt.UTC), _instant(made.body), made["encoded"])


def keys(application: Application) -> tuple[ApiKey, ...]:
    """The keys that were made here for the configured prefix and are in force, the newest first."""
    store = elasticsearch_store(application)
    with reading(store.where):
        try:
            found = store.client.security.get_api_key(name=f"{store.names.prefix}-*", active_only=True)["api_keys"]
        except ApiError as error:
            raise _refused(error, store.where) from error
    ours = [key for key in found if (key.get("metadata") or {}).get("made_by") == "searchapp"]
    read = [
        ApiKey(key["id"], key["name"], key["metadata"].get("role", ""), _instant(key, "creation"), _instant(key))
        for key in ours
    ]
    return tuple(sorted(read, key=lambda key: str(key.created), reverse=True))


def revoke(application: Application, key_id: str) -> None:
    """Make a key invalid at once. Raises NotFoundError when no such key is in force."""
    store = elasticsearch_store(application)
    audit.note(key_id)
    with reading(store.where):
        try:
            done = store.client.security.invalidate_api_key(ids=[key_id])["invalidated_api_keys"]
        except ApiError as error:
            if error.meta.status != 404:
                raise _refused(error, store.where) from error
            done = []
    if not done:
        raise NotFoundError("elasticsearch_key_missing", key=key_id)


def _refused(error: ApiError, where: str) -> Exception:
    reason = reason_of(error)
    if "no handler" in reason or "security is not enabled" in reason:
        return UsageError("elasticsearch_security_off", where=where)
    if error.meta.status == 400:
        return UsageError("elasticsearch_key_refused", why=reason)
    return error


def _instant(key: Json, field_name: str = "expiration") -> dt.datetime | None:
    milliseconds = key.get(field_name)
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC) if milliseconds else None
