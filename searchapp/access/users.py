"""People who log in on the page with a name and a password, and their sessions: a random token in a cookie."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from searchapp.access.database import (
    Database,
    moment,
    now,
    packed_groups,
    packed_scopes,
    unpacked_groups,
    unpacked_scopes,
)
from searchapp.access.identity import Identity, Scope, read_name
from searchapp.errors import NotFoundError, UsageError

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 1024
"""Hashing takes longer with length; nobody types more."""


@dataclass(frozen=True, slots=True)
class User:
    """A person; the password is kept as a scrypt hash and never leaves the file."""

    name: str
    scopes: frozenset[Scope]
    groups: tuple[str, ...] | None


class Users:
    """The users of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, password: str, scopes: frozenset[Scope], groups: tuple[str, ...] | None = None) -> User:
        """Add a user, or give one that is there a new password, scopes and groups. Their sessions end."""
        user = User(read_name("user", name), scopes, groups)
        hashed = _hashed(_checked(password))
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?)",
                (user.name, hashed, packed_scopes(scopes), packed_groups(groups), now().isoformat()),
            )
            connection.execute("DELETE FROM sessions WHERE provider = 'local' AND name = ?", (user.name,))
        return user

    def change(self, name: str, scopes: frozenset[Scope], groups: tuple[str, ...] | None, password: str = "") -> User:
        """Give a user other scopes and groups, and a password where there is one. Their sessions end.

        Raises NotFoundError when there is none of that name, UsageError for a password that is too short.
        """
        hashed = _hashed(_checked(password)) if password else None
        with self._database.transaction() as connection:
            changed = connection.execute(
                "UPDATE users SET scopes = ?, groups = ?, password = coalesce(?, password) WHERE name = ?",
                (packed_scopes(scopes), packed_groups(groups), hashed, name),
            )
            if not changed.rowcount:
                raise NotFoundError("user_missing", user=name[:64])
            connection.execute("DELETE FROM sessions WHERE provider = 'local' AND name = ?", (name,))
        return User(name, scopes, groups)

    def identity(self, name: str, password: str) -> Identity | None:
        """Who logs in with this name and password; None when they do not fit."""
        from werkzeug.security import check_password_hash

        # An unknown name takes as long as a known one, so that the time does not tell which names there are.
        nobody = self._nobody
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM users WHERE name = ?", (name.strip(),)).fetchone()
        fits = check_password_hash(row["password"] if row else nobody, password[:MOST_CHARACTERS])
        if row is None or not fits:
            return None
        return Identity(row["name"], unpacked_scopes(row["scopes"]), unpacked_groups(row["groups"]))

    def all(self) -> list[User]:
        """Every user, by name."""
        with self._database.transaction() as connection:
            return [
                User(row["name"], unpacked_scopes(row["scopes"]), unpacked_groups(row["groups"]))
                for row in connection.execute("SELECT * FROM users ORDER BY name")
            ]

    def remove(self, name: str) -> None:
        """Remove a user and end their sessions. Raises NotFoundError when there is none of that name."""
        with self._database.transaction() as connection:
            if not connection.execute("DELETE FROM users WHERE name = ?", (name,)).rowcount:
                raise NotFoundError("user_missing", user=name[:64])
            connection.execute("DELETE FROM sessions WHERE provider = 'local' AND name = ?", (name,))

    @cached_property
    def _nobody(self) -> str:
        return _hashed("nobody's password")


def _hashed(password: str) -> str:
    from werkzeug.security import generate_password_hash

    return generate_password_hash(password, method="scrypt")


def _checked(password: str) -> str:
    if not LEAST_CHARACTERS <= len(password) <= MOST_CHARACTERS:
        raise UsageError("password_length", characters=len(password), least=LEAST_CHARACTERS)
    return password


SEEN_SECONDS = 60
LONGEST = dt.timedelta(days=7)
"""Even a session in constant use ends after so long."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that logged in. ``csrf`` must come back with every request that changes something."""

    identity: Identity
    csrf: str


class Sessions:
    """The sessions of one installation; one ends after ``idle`` without a request."""

    def __init__(self, database: Database, idle: dt.timedelta) -> None:
        self._database = database
        self._idle = idle

    def begin(self, identity: Identity, provider: str = "local") -> str:
        """Begin a session and return the token for the cookie. ``provider`` says who knows the identity."""
        token, time = secrets.token_urlsafe(32), now().isoformat()
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE seen < ?", ((now() - self._idle).isoformat(),))
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _digest(token),
                    provider,
                    identity.name,
                    packed_scopes(identity.scopes),
                    packed_groups(identity.groups),
                    secrets.token_urlsafe(32),
                    time,
                    time,
                ),
            )
        return token

    def find(self, token: str) -> Session | None:
        """The session of that token; None when there is none or it has ended."""
        time = now()
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM sessions WHERE hash = ?", (_digest(token),)).fetchone()
            if row is None:
                return None
            seen, created = moment(row["seen"]), moment(row["created"])
            if seen is None or created is None or time - seen > self._idle or time - created > LONGEST:
                connection.execute("DELETE FROM sessions WHERE hash = ?", (_digest(token),))
                return None
            if (time - seen).total_seconds() > SEEN_SECONDS:
                connection.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (time.isoformat(), _digest(token)))
        identity = Identity(row["name"], unpacked_scopes(row["scopes"]), unpacked_groups(row["groups"]))
        return Session(identity, row["csrf"])

    def end(self, token: str) -> None:
        """End the session of that token, if there is one."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_digest(token),))


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()
