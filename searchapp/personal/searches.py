"""Searches that a person did lately, and those they gave a name."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from sqlite3 import Connection, Row
from urllib.parse import parse_qsl, urlencode

from searchapp.errors import NotFoundError, UsageError
from searchapp.model.json import Moment
from searchapp.personal.database import Database

MOST_RECENT = 30
MOST_SAVED = 200
NAME_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class RecentSearch:
    """A search that was done lately."""

    query: str
    address: str
    """Of the search page, with its filters: `/?q=...`."""
    used: Moment


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search that was given a name."""

    id: str
    name: str
    query: str
    address: str
    """Of the search page, with its filters: `/?q=...`."""
    saved: Moment


class Searches:
    """Everybody's searches by owner; one that was deleted comes back for ``undo_minutes``. All raise StorageError."""

    def __init__(self, database: Database, undo_minutes: float) -> None:
        self._database = database
        self._undo = dt.timedelta(minutes=undo_minutes)

    def recent(self, owner: str) -> tuple[RecentSearch, ...]:
        """The latest first."""
        rows = self._rows("SELECT * FROM recent WHERE owner = ? ORDER BY used DESC, rowid DESC", owner)
        return tuple(RecentSearch(row["query"], row["address"], _moment(row["used"])) for row in rows)

    def remember(self, owner: str, address: str) -> None:
        """Put a search first among the recent ones. Raises UsageError for what is no address of a search."""
        query, address = read_address(address)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM recent WHERE owner = ? AND address = ?", (owner, address))
            connection.execute("INSERT INTO recent VALUES (?, ?, ?, ?)", (owner, address, query, _now()))
            connection.execute(
                "DELETE FROM recent WHERE owner = ? AND rowid NOT IN "
                "(SELECT rowid FROM recent WHERE owner = ? ORDER BY used DESC, rowid DESC LIMIT ?)",
                (owner, owner, MOST_RECENT),
            )

    def clear(self, owner: str) -> None:
        """Forget the recent ones."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM recent WHERE owner = ?", (owner,))

    def saved(self, owner: str) -> tuple[SavedSearch, ...]:
        """By name."""
        rows = self._rows("SELECT * FROM saved WHERE owner = ? AND deleted IS NULL", owner)
        return tuple(sorted((_saved(row) for row in rows), key=lambda one: one.name.casefold()))

    def save(self, owner: str, name: str, address: str) -> SavedSearch:
        """Keep a search under a name, in place of the one it had. Raises UsageError, also where there are too many."""
        query, address = read_address(address)
        name = name.strip() or query
        with self._database.transaction() as connection:
            self._purge(connection)
            held = connection.execute(
                "SELECT count(*) FROM saved WHERE owner = ? AND address <> ? AND deleted IS NULL", (owner, address)
            ).fetchone()[0]
            if held >= MOST_SAVED:
                raise UsageError("searches_full", most=MOST_SAVED)
            connection.execute(
                "INSERT INTO saved VALUES (?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (owner, address) "
                "DO UPDATE SET name = excluded.name, deleted = NULL",
                (secrets.token_hex(8), owner, address, query, name[:NAME_CHARACTERS], _now()),
            )
            row = connection.execute("SELECT * FROM saved WHERE owner = ? AND address = ?", (owner, address)).fetchone()
        return _saved(row)

    def rename(self, owner: str, id_: str, name: str) -> SavedSearch:
        """Give a saved search another name. Raises NotFoundError."""
        return self._update(owner, id_, "name = coalesce(nullif(?, ''), query)", name.strip(), deleted=False)

    def delete(self, owner: str, id_: str) -> None:
        """Delete a saved search. Raises NotFoundError."""
        self._update(owner, id_, "deleted = ?", _now(), deleted=False)

    def restore(self, owner: str, id_: str) -> SavedSearch:
        """Undo a deletion. Raises NotFoundError, also when it is too late."""
        return self._update(owner, id_, "deleted = ?", None, deleted=True)

    def _update(self, owner: str, id_: str, change: str, value: str | None, *, deleted: bool) -> SavedSearch:
        with self._database.transaction() as connection:
            self._purge(connection)
            row = connection.execute(
                f"UPDATE saved SET {change} WHERE id = ? AND owner = ? AND (deleted IS NOT NULL) = ? RETURNING *",  # noqa: S608
                (value, id_, owner, deleted),
            ).fetchone()
        if row is None:
            raise NotFoundError("search_missing", search=id_[:64])
        return _saved(row)

    def _purge(self, connection: Connection) -> None:
        limit = (dt.datetime.now(dt.UTC) - self._undo).isoformat(timespec="milliseconds")
        connection.execute("DELETE FROM saved WHERE deleted < ?", (limit,))

    def _rows(self, statement: str, owner: str) -> list[Row]:
        if not self._database.exists:
            return []
        with self._database.transaction() as connection:
            return connection.execute(statement, (owner,)).fetchall()


def read_address(address: str) -> tuple[str, str]:
    """The query of a search page's address, and the address as we keep it. Raises UsageError for any other."""
    page, _, parameters = address.partition("?")
    try:
        pairs = parse_qsl(parameters, max_num_fields=200) if page == "/" else []
        kept = urlencode([(name, value) for name, value in pairs if name != "lang"])
    except ValueError:
        pairs, kept = [], ""
    query = next((value.strip() for name, value in pairs if name == "q"), "")
    if not query:
        raise UsageError("search_address_invalid")
    return query, f"/?{kept}"


def _saved(row: Row) -> SavedSearch:
    return SavedSearch(row["id"], row["name"], row["query"], row["address"], _moment(row["saved"]))


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
