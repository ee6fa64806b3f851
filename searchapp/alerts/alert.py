"""What an alert is, and what is kept of all of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from searchapp.findings import Severity
from searchapp.messages import Message
from searchapp.model.json import MessageText, Moment
from searchapp.schedules.lease import Lease

Key = tuple[str, str]
"""The code and the subject of a condition."""


class Code(StrEnum):
    """What may be wrong; stable, for programs."""

    CLUSTER_DRIFTS = "cluster_drifts"
    """The latest check for drift found differences."""
    CLUSTER_RED = "cluster_red"
    DATA_FOLDER_LOW = "data_folder_low"
    """Little space on the disk of the data folder; only the web process looks, as workers may have others."""
    DISK_LOW = "disk_low"
    """A node of Elasticsearch below a watermark."""
    DOCTOR_WARNS = "doctor_warns"
    """The latest scheduled doctor found errors or warnings."""
    INDEX_READ_ONLY = "index_read_only"
    QUALITY_LOW = "quality_low"
    """The latest check of judged queries stayed below its floor."""
    QUEUE_SLOW = "queue_slow"
    """The oldest queued document has waited longer than SEARCHAPP_QUEUE_ALERT_MINUTES."""
    SCHEDULE_FAILS = "schedule_fails"
    STORE_AWAY = "store_away"
    TEST = "test"
    """Nothing is wrong: somebody tries a webhook."""


class Phase(StrEnum):
    """What became of it."""

    BEGUN = "begun"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is wrong now, in words that hold no text or name of a document, and no path."""

    code: str
    severity: Severity
    message: str
    remedy: str
    subject: str = ""
    """Which of several: a node, a schedule; empty where there is but one."""
    mark: str = ""
    """What, beside the severity, counts as a change: figures that always move do not."""

    @classmethod
    def of(cls, code: Code, severity: Severity, sentence: Message, subject: str = "", mark: str = "") -> Condition:
        """The condition that a sentence says, in the reader's language."""
        return cls(code.value, severity, sentence.text(), sentence.remedy.text(), subject, mark)

    @property
    def key(self) -> Key:
        """What stays the same while it changes."""
        return self.code, self.subject

    def is_like(self, other: Condition) -> bool:
        """Whether nobody need be told of the difference."""
        return (self.key, self.severity, self.mark) == (other.key, other.severity, other.mark)


@dataclass(frozen=True, slots=True)
class Look:
    """What one process saw: what is wrong, and the codes that it could look for at all."""

    found: Mapping[Key, Condition]
    looked: frozenset[str]

    @classmethod
    def at(cls, found: Iterable[Condition], looked: Iterable[str]) -> Look:
        """From its conditions."""
        return cls({one.key: one for one in found}, frozenset(str(code) for code in looked))


@dataclass(frozen=True, slots=True)
class Alert:
    """A condition that was told and is not over. ``id`` is its own, ``notices`` how often it was told."""

    id: str
    since: Moment
    notices: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told once. ``event`` is its own id, the same however often it is sent; ``id`` that of its alert."""

    event: str
    id: str
    phase: Phase
    condition: Condition
    since: Moment
    at: Moment


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one webhook, which ``target`` names without its address."""

    notice: Notice
    target: str
    due: Moment
    attempts: int = 0

    @property
    def id(self) -> str:
        """One for each notice and webhook."""
        return f"{self.notice.event} {self.target}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """That a webhook did not take its latest notice: why, since when, and how many it never got."""

    target: str
    since: Moment
    why: MessageText
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """All that is kept: alerts, what waits to be sent in the order in which it happened, and who sends."""

    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    sending: Lease | None = None

    def trouble(self, target: str) -> Trouble | None:
        """That of one webhook."""
        return next((one for one in self.troubles if one.target == target), None)

    def with_trouble(self, trouble: Trouble) -> Kept:
        """With this one in the place of its earlier one."""
        others = tuple(one for one in self.troubles if one.target != trouble.target)
        return dataclasses.replace(self, troubles=(*others, trouble))

    def without_trouble(self, target: str) -> Kept:
        """Without that of one webhook."""
        return dataclasses.replace(self, troubles=tuple(one for one in self.troubles if one.target != target))
