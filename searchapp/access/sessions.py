"""Sessions of the page: a random token in a cookie, everything else here."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
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
from searchapp.access.identity import Identity

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
                    _hashed(token),
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
            row = connection.execute("SELECT * FROM sessions WHERE hash = ?", (_hashed(token),)).fetchone()
            if row is None:
                return None
            seen, created = moment(row["seen"]), moment(row["created"])
            if seen is None or created is None or time - seen > self._idle or time - created > LONGEST:
                connection.execute("DELETE FROM sessions WHERE hash = ?", (_hashed(token),))
                return None
            if (time - seen).total_seconds() > SEEN_SECONDS:
                connection.execute("UPDATE sessions SET seen = ? WHERE hash = ?", (time.isoformat(), _hashed(token)))
        identity = Identity(row["name"], unpacked_scopes(row["scopes"]), unpacked_groups(row["groups"]))
        return Session(identity, row["csrf"])

    def end(self, token: str) -> None:
        """End the session of that token, if there is one."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hashed(token),))


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()
