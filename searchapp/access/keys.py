"""API keys: made once, shown once, kept as a hash."""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256
from sqlite3 import Row

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
from searchapp.errors import NotFoundError

PREFIX = "sak"
"""Begins every key, so that scanners for leaked secrets can know one by sight."""

_KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([\w-]{{43}})")
USED_SECONDS = 60
"""How exactly the last use is known; noting each one would be a write for every request."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key; the key itself is not."""

    id: str
    name: str
    scopes: frozenset[Scope]
    groups: tuple[str, ...] | None
    created: dt.datetime
    expires: dt.datetime | None
    used: dt.datetime | None


class Keys:
    """The keys of one installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(
        self,
        name: str,
        scopes: frozenset[Scope],
        groups: tuple[str, ...] | None = None,
        lifetime: dt.timedelta | None = None,
    ) -> tuple[Key, str]:
        """A new key and its text, which is kept nowhere. Raises UsageError for a name that cannot be one."""
        id_, secret, created = secrets.token_hex(6), secrets.token_urlsafe(32), now()
        expires = created + lifetime if lifetime else None
        key = Key(id_, read_name("key", name), scopes, groups, created, expires, None)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO keys (id, name, hash, scopes, groups, created, expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    id_,
                    key.name,
                    _hashed(secret),
                    packed_scopes(scopes),
                    packed_groups(groups),
                    created.isoformat(),
                    expires.isoformat() if expires else None,
                ),
            )
        return key, f"{PREFIX}_{id_}_{secret}"

    def identity(self, text: str) -> Identity | None:
        """Whose key ``text`` is; None when it is none, revoked or expired."""
        match = _KEY.fullmatch(text)
        if match is None:
            return None
        id_, secret = match.groups()
        with self._database.transaction() as connection:
            row = connection.execute("SELECT * FROM keys WHERE id = ?", (id_,)).fetchone()
            if row is None or not hmac.compare_digest(row["hash"], _hashed(secret)):
                return None
            key, time = _key(row), now()
            if key.expires is not None and key.expires <= time:
                return None
            if key.used is None or (time - key.used).total_seconds() > USED_SECONDS:
                connection.execute("UPDATE keys SET used = ? WHERE id = ?", (time.isoformat(), id_))
        return Identity(f"key:{key.name}", key.scopes, key.groups, key.id)

    def all(self) -> list[Key]:
        """Every key, the newest first."""
        with self._database.transaction() as connection:
            return [_key(row) for row in connection.execute("SELECT * FROM keys ORDER BY created DESC, id")]

    def revoke(self, id_: str) -> None:
        """Make a key worthless from now on. Raises NotFoundError when there is none of that id."""
        with self._database.transaction() as connection:
            if not connection.execute("DELETE FROM keys WHERE id = ?", (id_,)).rowcount:
                raise NotFoundError("key_missing", key=id_[:64])


def _hashed(secret: str) -> bytes:
    # One round is enough: a secret of 256 random bits cannot be guessed, as a password can.
    return sha256(secret.encode()).digest()


def _key(row: Row) -> Key:
    return Key(
        row["id"],
        row["name"],
        unpacked_scopes(row["scopes"]),
        unpacked_groups(row["groups"]),
        dt.datetime.fromisoformat(row["created"]),
        moment(row["expires"]),
        moment(row["used"]),
    )
