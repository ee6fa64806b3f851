"""Keeps conversations in ``conversations.sqlite``, each its owner's, within bounds of number, size and age."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from searchapp.conversations.titles import MOST_CHARACTERS, one_line, title_of
from searchapp.conversations.words import pieces_of, words_of
from searchapp.errors import NotFoundError, SearchAppError, UsageError
from searchapp.model import Answer, ConversationEntry, Conversations, KeptTurn, TurnState
from searchapp.model.json import from_json, to_plain_json
from searchapp.private_database import transaction
from searchapp.settings import Settings

log = logging.getLogger(__name__)

FILE = "conversations.sqlite"

MOST_TURNS = 200
"""Of one conversation."""

LOOK_SECONDS = 600.0
"""How often a server removes what is over."""

_SCHEMA = """
PRAGMA secure_delete = ON;
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, question TEXT NOT NULL, began TEXT NOT NULL,
    updated TEXT NOT NULL, deleted TEXT, shared TEXT UNIQUE, shared_turns INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS of_owner ON conversations (owner, updated);
CREATE TABLE IF NOT EXISTS turns (
    conversation TEXT NOT NULL, n INTEGER NOT NULL, turn BLOB NOT NULL, words TEXT NOT NULL,
    PRIMARY KEY (conversation, n)
);
"""
_ENTRY = (
    "SELECT c.*, (SELECT COUNT(*) FROM turns WHERE conversation = c.id) AS turns FROM conversations AS c "
    "WHERE c.deleted IS NULL"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a turn is written."""

    conversation: str
    n: int
    title: str
    asked: dt.datetime
    instead_of: int = 0
    """The turn that goes once this one is done; 0: none."""


class ConversationStore:
    """Threads and processes may share the file. All raise StorageError."""

    def __init__(self, settings: Settings, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._path = settings.data_dir.absolute() / FILE
        self._most, self._bytes = settings.conversations, settings.conversations_mb * 1024 * 1024
        self._days = dt.timedelta(days=settings.conversation_days)
        self._undo = dt.timedelta(minutes=settings.undo_minutes)
        self._silent = dt.timedelta(seconds=2 * settings.llm_timeout_seconds + settings.request_seconds)
        self._now = now

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._most > 0

    # --- writing

    def begin(
        self, owner: str, id_: str | None, question: str, filters: tuple[str, ...] = (), instead_of: int = 0
    ) -> Place:
        """Keep a question whose answer is now written, as the last turn of a conversation or, None, of a new one.

        Once it is done, it stands in the place of the turn ``instead_of``, such as the same question to another model.
        Raises NotFoundError where the owner has no such conversation, and UsageError where it is full.
        """
        moment, title = self._now(), title_of(question)
        with self._transaction() as connection:
            self._purge(connection)
            if id_ is None:
                id_ = secrets.token_urlsafe(12)
                connection.execute(
                    "INSERT INTO conversations (id, owner, title, question, began, updated) VALUES (?, ?, ?, ?, ?, ?)",
                    (id_, owner, title, question, _text(moment), _text(moment)),
                )
            else:
                entry = _one(connection, owner, id_)
                if entry.turns >= MOST_TURNS:
                    raise UsageError("conversation_full", most=MOST_TURNS)
                title = entry.title
            turn = KeptTurn(n=0, asked=moment, state=TurnState.WRITING, filters=filters, answer=unwritten(question))
            # One statement, so that two tabs at once get two places.
            (n,) = connection.execute(
                "INSERT INTO turns SELECT ?, COALESCE(MAX(n), 0) + 1, ?, ? FROM turns WHERE conversation = ? "
                "RETURNING n",
                (id_, to_plain_json(turn), words_of(turn), id_),
            ).fetchone()
            connection.execute("UPDATE conversations SET updated = ? WHERE id = ?", (_text(moment), id_))
            self._drop_oldest(connection, owner, id_)
        return Place(id_, n, title, moment, instead_of)

    def end(self, place: Place, turn: KeptTurn) -> None:
        """Keep how a turn ended. One whose conversation was removed meanwhile is forgotten."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE turns SET turn = ?, words = ? WHERE conversation = ? AND n = ?",
                (to_plain_json(turn), words_of(turn), place.conversation, place.n),
            )
            if place.instead_of and turn.state is TurnState.DONE:
                before = (place.conversation, place.instead_of, place.n)
                connection.execute("DELETE FROM turns WHERE conversation = ? AND n = ? AND n < ?", before)
            connection.execute(
                "UPDATE conversations SET updated = ? WHERE id = ?", (_text(self._now()), place.conversation)
            )

    def rename(self, owner: str, id_: str, title: str) -> ConversationEntry:
        """Give it a title. Raises UsageError for an empty one, and NotFoundError."""
        named = one_line(title)[:MOST_CHARACTERS]
        if not named:
            raise UsageError("conversation_title_empty")
        with self._transaction() as connection:
            _one(connection, owner, id_)
            connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (named, id_))
            return _one(connection, owner, id_)

    def delete(self, owner: str | None, id_: str) -> None:
        """Nobody reads it from now on, and where deletions can be undone, ``restore`` brings it back for a while.

        ``owner`` None stands for anybody, as everywhere here. Raises NotFoundError.
        """
        with self._transaction() as connection:
            _one(connection, owner, id_)
            connection.execute("UPDATE conversations SET deleted = ? WHERE id = ?", (_text(self._now()), id_))
            self._purge(connection)

    def restore(self, owner: str, id_: str) -> ConversationEntry:
        """Undo a deletion. Raises NotFoundError where that is no longer possible."""
        with self._transaction() as connection:
            self._purge(connection)
            there = connection.execute(
                "UPDATE conversations SET deleted = NULL WHERE id = ? AND owner = ?", (id_, owner)
            ).rowcount
            if not there:
                raise NotFoundError("conversation_not_restorable")
            return _one(connection, owner, id_)

    def forget(self, owner: str) -> int:
        """Remove everything of an owner for good; returns how many conversations went."""
        if not self._path.exists():
            return 0
        with self._transaction() as connection:
            return _remove(connection, "owner = ?", owner)

    def share(self, owner: str, id_: str) -> ConversationEntry:
        """Let others read what it says now; later turns are theirs once it is shared again. Raises NotFoundError."""
        with self._transaction() as connection:
            _one(connection, owner, id_)
            connection.execute(
                "UPDATE conversations SET shared = COALESCE(shared, ?), shared_turns = "
                "(SELECT COALESCE(MAX(n), 0) FROM turns WHERE conversation = id) WHERE id = ?",
                (secrets.token_urlsafe(24), id_),
            )
            return _one(connection, owner, id_)

    def unshare(self, owner: str, id_: str) -> ConversationEntry:
        """Take its address back for good: shared again, it has another one. Raises NotFoundError."""
        with self._transaction() as connection:
            _one(connection, owner, id_)
            connection.execute("UPDATE conversations SET shared = NULL, shared_turns = 0 WHERE id = ?", (id_,))
            return _one(connection, owner, id_)

    # --- reading

    def find(self, owner: str | None, query: str = "", offset: int = 0, size: int = 50) -> Conversations:
        """The conversations with all words of ``query`` in their questions, answers or title, the latest first."""
        if not self._path.exists():
            return Conversations(0, ())
        where, values = "(? IS NULL OR c.owner = ?)", [owner, owner]
        for piece in pieces_of(query):
            where += (
                " AND (instr(' ' || lower(c.title), ?) > 0 OR EXISTS (SELECT 1 FROM turns WHERE conversation = c.id "
                "AND instr(words, ?) > 0))"
            )
            values += [piece, piece]
        with self._transaction() as connection:
            self._purge(connection)
            (total,) = connection.execute(
                f"SELECT COUNT(*) FROM conversations AS c WHERE c.deleted IS NULL AND {where}",  # noqa: S608 - placeholders
                values,
            ).fetchone()
            rows = connection.execute(
                f"{_ENTRY} AND {where} ORDER BY c.updated DESC, c.id LIMIT ? OFFSET ?", (*values, size, offset)
            ).fetchall()
        return Conversations(total, tuple(_entry(row) for row in rows))

    def read(self, owner: str | None, id_: str) -> tuple[ConversationEntry, tuple[KeptTurn, ...]]:
        """A conversation and its turns. Raises NotFoundError."""
        with self._transaction() as connection:
            return _one(connection, owner, id_), self._turns(connection, id_)

    def read_shared(self, shared: str) -> tuple[ConversationEntry, tuple[KeptTurn, ...]]:
        """The conversation of a shared address, as far as it was shared. Raises NotFoundError."""
        with self._transaction() as connection:
            row = connection.execute(f"{_ENTRY} AND c.shared = ?", (shared,)).fetchone()
            if row is None:
                raise NotFoundError("conversation_not_shared")
            return _entry(row), self._turns(connection, row["id"], row["shared_turns"])

    def _turns(self, connection: sqlite3.Connection, id_: str, last: int | None = None) -> tuple[KeptTurn, ...]:
        rows = connection.execute(
            "SELECT n, turn FROM turns WHERE conversation = ? AND n <= COALESCE(?, n) ORDER BY n", (id_, last)
        )
        turns = (replace(from_json(KeptTurn, row["turn"]), n=row["n"]) for row in rows)
        over = self._now() - self._silent  # its process was killed: nobody writes it any more
        return tuple(
            replace(turn, state=TurnState.STOPPED) if turn.state is TurnState.WRITING and turn.asked < over else turn
            for turn in turns
        )

    # --- bounds

    def purge(self) -> None:
        """Remove what can no longer be restored, and what is older than conversations are kept. Does not raise."""
        if not self._path.exists():
            return
        try:
            with self._transaction() as connection:
                self._purge(connection)
        except SearchAppError as error:
            log.warning("Conversations that are over are kept a little longer: %s", error)

    def watch(self) -> None:
        """Purge now, and again from time to time."""
        self.purge()
        timer = threading.Timer(LOOK_SECONDS, self.watch)
        timer.daemon = True
        timer.start()

    def _purge(self, connection: sqlite3.Connection) -> None:
        moment = self._now()
        _remove(connection, "deleted <= ?", _text(moment - self._undo))
        _remove(connection, "updated <= ?", _text(moment - self._days))

    def _drop_oldest(self, connection: sqlite3.Connection, owner: str, kept: str) -> None:
        """Remove the owner's oldest beyond the number and the size, but never the one that is ``kept``."""
        rows = connection.execute(
            "SELECT id, (SELECT SUM(LENGTH(turn) + LENGTH(words)) FROM turns WHERE conversation = id) AS bytes "
            "FROM conversations WHERE owner = ? ORDER BY id = ? DESC, updated DESC",
            (owner, kept),
        ).fetchall()
        size = 0
        for number, row in enumerate(rows, start=1):
            size += row["bytes"] or 0
            if number > 1 and (number > self._most or size > self._bytes):
                _remove(connection, "id = ?", row["id"])

    def _transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        return transaction(self._path, _SCHEMA, "Conversations")


def unwritten(question: str) -> Answer:
    """The answer to a question before there is any."""
    return Answer(
        question=question, answer="", model="", refused=False, extractive=False, complete=False, passages_used=0,
        passages_found=0, citations=(), sentences=(),
    )  # fmt: skip


def _one(connection: sqlite3.Connection, owner: str | None, id_: str) -> ConversationEntry:
    row = connection.execute(f"{_ENTRY} AND c.id = ? AND (? IS NULL OR c.owner = ?)", (id_, owner, owner)).fetchone()
    if row is None:
        raise NotFoundError("conversation_not_found")
    return _entry(row)


def _entry(row: sqlite3.Row) -> ConversationEntry:
    return ConversationEntry(
        row["id"],
        row["title"],
        row["question"],
        dt.datetime.fromisoformat(row["began"]),
        dt.datetime.fromisoformat(row["updated"]),
        row["turns"],
        f"/c/{row['shared']}" if row["shared"] else "",
        row["owner"],
    )


def _remove(connection: sqlite3.Connection, where: str, value: str) -> int:
    connection.execute(
        f"DELETE FROM turns WHERE conversation IN (SELECT id FROM conversations WHERE {where})",  # noqa: S608
        (value,),
    )
    return connection.execute(f"DELETE FROM conversations WHERE {where}", (value,)).rowcount  # noqa: S608


def _text(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")
