"""What a schedule is: something that is done again and again, how often, and how it went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from searchapp.model.json import HIDDEN, MessageText, Moment
from searchapp.schedules.time_of_day import Every, TimeOfDay


class ScheduleKind(StrEnum):
    """What is done."""

    FOLDER = "folder"
    """A folder is read: what is new or changed is ingested, what is gone is removed."""
    SITE = "site"
    """So is a web address, with its site where it has a depth."""
    SNAPSHOT = "snapshot"
    """A snapshot of the index is taken, and old ones of schedules are removed."""
    DRIFT = "drift"
    """Whether the cluster is as es/ and the settings say: what `es plan` would change is told, and not changed."""
    DOCTOR = "doctor"
    """What `searchapp doctor` finds."""
    JUDGED = "judged"
    """Judged queries are asked, and measured (nDCG@10)."""


READS = frozenset({ScheduleKind.FOLDER, ScheduleKind.SITE})
"""What a paused queue holds too."""

CLUSTERED = frozenset({ScheduleKind.SNAPSHOT, ScheduleKind.DRIFT})
"""What there is with Elasticsearch alone."""

THUMBS = "thumbs"
"""The target of a check of the queries that readers judged on the page."""


class RunOutcome(StrEnum):
    """How a run ended."""

    DONE = "done"
    """As it should."""
    WARNED = "warned"
    """It was done to its end, and found something that somebody should look at."""
    FAILED = "failed"
    """It could not be done, or not to its end: it is tried again soon."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, and how it went."""

    began: Moment
    ended: Moment
    outcome: RunOutcome
    message: MessageText
    """What came of it, or why it could not be done."""
    figures: Mapping[str, int | float] = field(default_factory=dict)
    """What it counted or measured: `indexed`, `unchanged`, `deleted` and `failed` documents; `errors` and `warnings` of
    the doctor; `changes` of the cluster; `ndcg@10` and `queries`; `passages` and `removed` snapshots."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Which snapshots stay: the newest of each of so many days, weeks and months that have one. All 0: every one."""

    daily: int = 0
    weekly: int = 0
    monthly: int = 0

    @property
    def anything(self) -> bool:
        """Whether it says which stay."""
        return self.daily + self.weekly + self.monthly > 0


KEEP_ALL = Keep()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something that is done again and again."""

    id: str
    kind: ScheduleKind
    target: str
    """The folder's path, the address, the file of judged queries or `thumbs`; empty where there is nothing to name."""
    every: Every
    by: str
    """Who wanted it."""
    due: dt.datetime = field(metadata=HIDDEN)
    at: TimeOfDay | None = None
    """At what time of the day; null: a whole time after it was done last."""
    depth: int = 0
    """How many links deep a site is read."""
    groups: tuple[str, ...] | None = None
    """Who may read its documents; null: as it was, and everybody for new ones."""
    keep: Keep = KEEP_ALL
    """Which of its snapshots stay."""
    least: float = 0.0
    """The nDCG@10 below which a check of judged queries warns."""
    paused: bool = False
    called: bool = False
    """Whether somebody wants it run now, though its time has not come."""
    running: bool = False
    next: Moment | None = None
    """When it is due; null while it is paused."""
    failures: int = 0
    """Runs that failed since one did not; each is tried again later than the one before."""
    last: Run | None = None

    @property
    def name(self) -> str:
        """What it is, in a word or two."""
        return f"{self.kind} {self.target}".rstrip()
