"""Who may do what: identities with scopes and groups, and the keys, users and sessions that prove one.

Everything is kept in one SQLite file below the data folder (``database``), beside the documents and out of the search
engine's reach. The web package asks here who a request comes from; what is below it knows only of groups.
"""

import datetime as dt
from pathlib import Path

from searchapp.access.database import Database
from searchapp.access.identity import (
    LOCAL,
    Identity,
    Scope,
    changeable,
    for_readers,
    may_read,
    read_groups,
    read_scopes,
    readable,
)
from searchapp.access.keys import Key, Keys
from searchapp.access.owners import owner_of, user_owner
from searchapp.access.users import Session, Sessions, User, Users


class Access:
    """Keys, users and sessions of one installation; its file is made when the first key, user or session is."""

    def __init__(self, data_dir: Path, idle: dt.timedelta) -> None:
        self._database = Database(data_dir)
        self.keys = Keys(self._database)
        self.users = Users(self._database)
        self.sessions = Sessions(self._database, idle)

    def secret(self, name: str) -> bytes:
        """32 random bytes under this name, the same for every process of the installation."""
        return self._database.secret(name)


__all__ = [
    "LOCAL",
    "Access",
    "Identity",
    "Key",
    "Keys",
    "Scope",
    "Session",
    "Sessions",
    "User",
    "Users",
    "changeable",
    "for_readers",
    "may_read",
    "owner_of",
    "read_groups",
    "read_scopes",
    "readable",
    "user_owner",
]
