"""Users and keys, for who operates the installation. Nobody gives, or takes from, others what they do not have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import FailFast, Field

from searchapp import limits
from searchapp.access import Identity, Key, Scope, User, read_groups, user_owner
from searchapp.access.users import MOST_CHARACTERS
from searchapp.audit import note
from searchapp.errors import ConflictError, ForbiddenError, NotFoundError, StorageError, UsageError
from searchapp.model.json import Moment
from searchapp.web.identity import caller
from searchapp.web.operation import Errors, operation
from searchapp.web.requests import Body, Groups

if TYPE_CHECKING:
    from searchapp.wiring import Application

MOST_DAYS = 3650

_CHANGE: Errors = (UsageError, StorageError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

Scopes = Annotated[list[Scope], FailFast(), Field(min_length=1, max_length=len(Scope))]


class Grant(Body):
    """What somebody may do, and whose documents they see."""

    scopes: Scopes
    """`read`, `write`, `operate`; none includes another."""
    groups: Groups = Field(default=[])
    """They see documents of these groups and open ones; empty: all documents."""


class NewUser(Grant):
    """Somebody who logs in on the page."""

    name: str = Field(max_length=limits.NAME_CHARACTERS)
    """What they log in with."""
    password: str = Field(max_length=MOST_CHARACTERS)
    """At least ten characters."""


class ChangedUser(Grant):
    """What a user may do from now on."""

    password: str = Field("", max_length=MOST_CHARACTERS)
    """A new one; empty: it stays."""


class NewKey(Grant):
    """A key for a program."""

    name: str = Field(max_length=limits.NAME_CHARACTERS)
    """What it is for."""
    days: int | None = Field(None, ge=1, le=MOST_DAYS)
    """Worthless after so many; null: never."""


@dataclass(frozen=True, slots=True)
class ShownUser:
    """A user."""

    name: str
    scopes: tuple[Scope, ...]
    groups: tuple[str, ...] | None
    """Null: no bound."""


@dataclass(frozen=True, slots=True)
class ShownKey:
    """What is known of a key; the key itself is not."""

    id: str
    name: str
    scopes: tuple[Scope, ...]
    groups: tuple[str, ...] | None
    """Null: no bound."""
    created: Moment
    expires: Moment | None
    used: Moment | None


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key."""

    known: ShownKey
    key: str
    """The key itself, this once: it is not kept."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Users by name and keys, the newest first."""

    users: tuple[ShownUser, ...]
    keys: tuple[ShownKey, ...]


def blueprint(application: Application) -> Blueprint:
    """``/api/access``; each route takes the scope ``operate``."""
    routes = Blueprint("access", __name__, url_prefix="/api/access")
    access = application.access

    @routes.get("", endpoint="listed")
    @operation("List users and keys", errors=(StorageError,))
    def listed() -> Accounts:
        """Those that may do no more than the caller."""
        users = tuple(_user(one) for one in access.users.all() if _within(caller(), one.scopes, one.groups))
        return Accounts(
            users, tuple(_key(one) for one in access.keys.all() if _within(caller(), one.scopes, one.groups))
        )

    @routes.post("/users")
    @operation("Add a user", status=HTTPStatus.CREATED, errors=(ConflictError, *_CHANGE))
    def add_user(body: NewUser) -> tuple[ShownUser, HTTPStatus]:
        scopes, groups = _granted(body)
        note(body.name[:64], groups=groups, scopes=scopes)
        if any(user.name == body.name.strip() for user in access.users.all()):
            raise ConflictError("user_exists", user=body.name.strip()[:64])
        return _user(access.users.add(body.name, body.password, scopes, groups)), HTTPStatus.CREATED

    @routes.put("/users/<user_name>")
    @operation("Change a user", errors=(NotFoundError, *_CHANGE))
    def change_user(user_name: str, body: ChangedUser) -> ShownUser:
        """Their sessions end, and they log in anew."""
        before = _changeable(user_name)
        scopes, groups = _granted(body)
        note(user_name[:64], groups=groups, scopes=scopes, before={"scopes": before.scopes, "groups": before.groups})
        if user_name == caller().name and (scopes, groups) != (before.scopes, before.groups):
            raise UsageError("user_is_caller")
        return _user(access.users.change(user_name, scopes, groups, body.password))

    @routes.delete("/users/<user_name>")
    @operation("Delete a user", status=HTTPStatus.NO_CONTENT, errors=(NotFoundError, UsageError, StorageError))
    def remove_user(user_name: str) -> tuple[str, HTTPStatus]:
        """Their sessions end at once, and what they kept for themselves goes; documents stay."""
        note(user_name[:64])
        _changeable(user_name)
        if user_name == caller().name:
            raise UsageError("user_is_caller")
        access.users.remove(user_name)
        forget(user_owner(user_name))  # who is given the name next is somebody else
        return "", HTTPStatus.NO_CONTENT

    @routes.post("/keys")
    @operation("Make a key", status=HTTPStatus.CREATED, errors=_CHANGE, secret=True)
    def make_key(body: NewKey) -> tuple[MadeKey, HTTPStatus]:
        """The only answer that ever shows it."""
        scopes, groups = _granted(body)
        key, text = access.keys.make(body.name, scopes, groups, dt.timedelta(days=body.days) if body.days else None)
        note(f"key:{key.name} ({key.id})", groups=groups, scopes=scopes)
        return MadeKey(_key(key), text), HTTPStatus.CREATED

    @routes.delete("/keys/<key_id>")
    @operation("Revoke a key", status=HTTPStatus.NO_CONTENT, errors=(NotFoundError, StorageError))
    def revoke_key(key_id: str) -> tuple[str, HTTPStatus]:
        """It is worthless at once."""
        known = next((key for key in access.keys.all() if key.id == key_id), None)
        note(f"key:{known.name} ({known.id})" if known else key_id[:64])
        if known is None:
            raise NotFoundError("key_missing", key=key_id[:64])
        _refuse_beyond(known.scopes, known.groups)
        access.keys.revoke(key_id)
        forget(f"key:{key_id}")
        return "", HTTPStatus.NO_CONTENT

    def forget(owner: str) -> None:
        application.personal.forget(owner)
        application.conversations.forget(owner)
        application.idempotency.forget(owner)

    def _changeable(name: str) -> User:
        found = next((user for user in access.users.all() if user.name == name), None)
        if found is None:
            raise NotFoundError("user_missing", user=name[:64])
        _refuse_beyond(found.scopes, found.groups)
        return found

    return routes


def _granted(body: Grant) -> tuple[frozenset[Scope], tuple[str, ...] | None]:
    scopes, groups = frozenset(body.scopes), read_groups(body.groups)
    _refuse_beyond(scopes, groups)
    return scopes, groups


def _refuse_beyond(scopes: frozenset[Scope], groups: tuple[str, ...] | None) -> None:
    if not _within(caller(), scopes, groups):
        raise ForbiddenError("grant_beyond", name=caller().name)


def _within(one: Identity, scopes: frozenset[Scope], groups: tuple[str, ...] | None) -> bool:
    """Whether ``one`` may do all of that themselves, with all of those documents."""
    return scopes <= one.scopes and (one.groups is None or (groups is not None and set(groups) <= set(one.groups)))


def _user(user: User) -> ShownUser:
    return ShownUser(user.name, tuple(sorted(user.scopes)), user.groups)


def _key(key: Key) -> ShownKey:
    return ShownKey(key.id, key.name, tuple(sorted(key.scopes)), key.groups, key.created, key.expires, key.used)
