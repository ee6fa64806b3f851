"""One operator at a time: who applies or drills says it in the cluster, and whoever comes second is told.

The mark is an empty component template that nothing uses: Elasticsearch creates one for a single caller only, at once
on all nodes, and the rights of an operator suffice. Its number grows with each mark that a dead process left, so that
of two who take such a place over one wins as well.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

from elasticsearch import ApiError, TransportError

from searchapp.audit import local_user, note
from searchapp.children import is_running
from searchapp.cluster.store import Json
from searchapp.errors import ConflictError
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading

DEAD_SECONDS = 600.0
"""A mark of another machine that is older than this is taken for one of a dead process; what takes long renews it."""

RENEW_SECONDS = 60.0

_NUMBER = re.compile(r"[0-9]{1,9}")

Renew = Callable[[], None]
"""Says that the process still works; cheap to call often."""


class Turn(StrEnum):
    """What one process does at a time; it stands in the mark's name."""

    APPLYING = "applying"
    DRILLING = "drilling"


TAKEN = {Turn.APPLYING: "being_applied", Turn.DRILLING: "being_drilled"}
"""The code of what the second one is told."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose turn it is. ``since`` is in UTC, by the clock of ``host``."""

    name: str
    number: int
    user: str
    host: str
    process: int
    since: dt.datetime

    def holds(self, *, take_over: bool = False) -> bool:
        """Whether its process may still be at work; ``take_over``: somebody says that one elsewhere is dead."""
        if self.host == socket.gethostname():
            return self.process > 0 and is_running(self.process)
        return not take_over and (dt.datetime.now(dt.UTC) - self.since).total_seconds() < DEAD_SECONDS


@contextmanager
def taking_turns(store: ElasticsearchStore, turn: Turn, *, take_over: bool = False) -> Iterator[Renew]:
    """Within it this process is the only one that does this. Raises ConflictError naming the one that does already.

    ``take_over``: a mark of another machine is passed over at once, since its process is known to be dead.
    """
    name = _mark(store, turn, take_over)
    renewed = time.monotonic()

    def renew() -> None:
        nonlocal renewed
        if time.monotonic() - renewed > RENEW_SECONDS:
            renewed = time.monotonic()
            _put(store, name, create=False)

    try:
        yield renew
    finally:
        with suppress(ApiError, TransportError):  # a mark that stays ends with this process
            store.client.options(ignore_status=404).cluster.delete_component_template(name=name)


def _mark(store: ElasticsearchStore, turn: Turn, take_over: bool) -> str:
    """The name of our own mark, once it is the only one."""
    with reading(store.where):
        left = _marks(store, turn)
        _refuse_if_held(left, turn, take_over)
        if passed_over := [_told(mark) for mark in left if mark.holds()]:
            note(taken_over=passed_over)
        number = max((mark.number for mark in left), default=0) + 1
        name = f"{store.names.prefix}-{turn}-{number}"
        try:
            _put(store, name, create=True)
        except ApiError as error:
            if error.meta.status != 400:
                raise
            _refuse_if_held(_marks(store, turn), turn, take_over=False)  # somebody was quicker
            raise ConflictError("turn_taken_meanwhile") from error  # and has done already
        for mark in left:
            store.client.options(ignore_status=404).cluster.delete_component_template(name=mark.name)
    return name


def _put(store: ElasticsearchStore, name: str, *, create: bool) -> None:
    mark = {"user": local_user(), "host": socket.gethostname(), "process": os.getpid()}
    meta = {**mark, "since": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}
    store.client.cluster.put_component_template(name=name, template={}, meta=meta, create=create)


def _refuse_if_held(marks: list[Mark], turn: Turn, take_over: bool) -> None:
    for mark in marks:
        if mark.holds(take_over=take_over):
            since = f"{mark.since:%Y-%m-%d %H:%M:%S}"
            raise ConflictError(
                TAKEN[turn], user=mark.user, host=mark.host, process=mark.process, since=since,
                minutes=round(DEAD_SECONDS / 60),
            )  # fmt: skip


def _told(mark: Mark) -> str:
    return f"{mark.user}, process {mark.process} on {mark.host}, since {mark.since.isoformat(timespec='seconds')}"


def _marks(store: ElasticsearchStore, turn: Turn) -> list[Mark]:
    begin = f"{store.names.prefix}-{turn}-"
    found = store.client.options(ignore_status=404).cluster.get_component_template(name=f"{begin}*")
    return [
        _read(one["name"], int(match[0]), one["component_template"].get("_meta") or {})
        for one in found.get("component_templates", [])
        if (match := _NUMBER.fullmatch(one["name"].removeprefix(begin)))
    ]


def _read(name: str, number: int, meta: Json) -> Mark:
    try:
        since = dt.datetime.fromisoformat(str(meta.get("since")))
        process = int(meta.get("process", 0))
    except ValueError:  # somebody else's hand
        since, process = dt.datetime.fromtimestamp(0, dt.UTC), 0
    return Mark(name, number, str(meta.get("user", "?")), str(meta.get("host", "?")), process, since)
