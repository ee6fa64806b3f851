"""What the credentials allow, beside what each role needs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from elasticsearch import ApiError

from searchapp.cluster.roles import PURPOSE, Role, descriptors
from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error, info, ok, warning
from searchapp.stores.elasticsearch.connection import reading, reason_of
from searchapp.wiring import Application

NAME = "privileges"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def check(application: Application) -> Iterator[Finding]:
    """Which roles the credentials can fill; an error when they cannot even search."""
    store = elasticsearch_store(application)
    with reading(store.where):
        try:
            lacking = {role: _lacking(application, role) for role in Role}
        except ApiError as refused:
            if "no handler" not in reason_of(refused) and "security is not enabled" not in reason_of(refused):
                raise
            yield _without_security(store.where)
            return
    if lacking[Role.WEB]:
        yield error(
            NAME, f"The credentials may not search: they lack {_listed(lacking[Role.WEB])}.",
            "Set SEARCHAPP_ELASTICSEARCH_API_KEY to a key that may: searchapp es roles create web.",
        )  # fmt: skip
        return
    filled = [role for role in Role if not lacking[role]]
    yield ok(NAME, f"The credentials suffice for {', '.join(filled)}.")
    for role in (Role.WORKER, Role.OPERATOR):
        if lacking[role]:
            yield info(
                NAME, f"They do not suffice for {role} ({PURPOSE[role]}): they lack {_listed(lacking[role])}.",
                f"Where that is wanted: searchapp es roles create {role}.",
            )  # fmt: skip
            return


def _lacking(application: Application, role: Role) -> list[str]:
    """The privileges of the role that the credentials do not have."""
    wanted = descriptors(application)[role]
    answer = elasticsearch_store(application).client.security.has_privileges(
        cluster=wanted["cluster"], index=[{**one, "allow_restricted_indices": False} for one in wanted["indices"]]
    )
    missing = {name for name, has in answer["cluster"].items() if not has}
    for held in answer["index"].values():
        missing |= {name for name, has in held.items() if not has}
    return sorted(missing)


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _without_security(where: str) -> Finding:
    hosts = {urlsplit(address.strip()).hostname for address in where.split(",")}
    if hosts <= set(LOOPBACK):
        return info(NAME, "Elasticsearch asks for no credentials; it listens on this machine.")
    return warning(
        NAME, "Elasticsearch asks for no credentials: whoever reaches it may read and delete everything.",
        "Set xpack.security.enabled: true in elasticsearch.yml, then searchapp es roles create web.",
    )  # fmt: skip
