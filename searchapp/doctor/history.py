"""What the doctor found before: kept in the data folder, since much of what it looks at is this machine's."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from filelock import FileLock, Timeout

from searchapp.findings import Finding, Severity
from searchapp.messages import decoded
from searchapp.model.json import HIDDEN, MessageText, Moment, from_json, to_plain_json
from searchapp.private_folder import write_whole
from searchapp.redaction import redacted, redactor
from searchapp.schedules.book import Clock, utc_now
from searchapp.settings import Settings

log = logging.getLogger(__name__)

FILE, LOCK = "doctor.json", ".doctor.lock"

MOST_CHANGES = 100
"""Kept; the oldest go."""

MOST_PROBLEMS = 500
"""Of one examination: a node, an index or a schedule may each have a few."""

LONGEST_VALUE = 500
"""Characters of a path or a server's reason in what is kept."""

MOST_BYTES = 32 * 1024 * 1024
"""A file that is longer is none of ours."""

LOCK_SECONDS = 5.0

TROUBLES = (Severity.WARNING, Severity.ERROR)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A warning or an error that the doctor found, and when it was first found."""

    check: str
    severity: Severity
    code: str
    subject: str
    message: MessageText
    since: Moment
    by: str = field(default="", metadata=HIDDEN)
    """The name of the check that found it, of which ``check`` may be a part."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same problem at another time, whatever its figures."""
        return self.check, self.severity, self.code, self.subject


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different from the examination before."""

    at: Moment
    since: Moment | None
    """When that was; null: there was none."""
    new: tuple[Trouble, ...] = ()
    gone: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Examinations:
    """What is known of earlier examinations."""

    looked: Moment | None = None
    """The latest one; null: there was none."""
    problems: tuple[Trouble, ...] = ()
    """What it found, and what it did not look at and an earlier one found."""
    changes: tuple[Difference, ...] = ()
    """The examinations that found something new or found something gone, the newest first."""


class History:
    """The history of one data folder. Where it cannot be kept the doctor goes on without one."""

    def __init__(self, settings: Settings, clock: Clock = utc_now) -> None:
        self._folder = settings.data_dir.absolute()
        self._redact, self._now = redactor(settings), clock

    def read(self) -> Examinations:
        """What is kept; nothing where that cannot be read."""
        path = self._folder / FILE
        try:
            return from_json(Examinations, path.read_bytes()) if path.stat().st_size <= MOST_BYTES else Examinations()
        except FileNotFoundError:
            return Examinations()
        except (OSError, ValueError) as error:  # damaged, or a later version's: the next examination begins anew
            log.warning("The history of the doctor cannot be read: %s", type(error).__name__)
            return Examinations()

    def note(self, found: Iterable[tuple[str, Finding]], looked: Collection[str]) -> Difference:
        """Keep what checks found, each by its check's name, and return what is different from the time before.

        What a check found that is not among ``looked`` stays as it was.
        """
        if not self._folder.is_dir():  # nothing is kept of an installation that has not begun
            return Difference(self._now(), None)
        try:
            with FileLock(self._folder / LOCK, timeout=LOCK_SECONDS, mode=0o600, thread_local=False):
                past, change = self._compared(self.read(), found, looked)
                write_whole(self._folder / FILE, to_plain_json(past).decode())
                return change
        except (OSError, Timeout) as error:  # a full disk or rights, of which a finding tells
            log.debug("What the doctor found cannot be kept: %s", error)
            return self._compared(self.read(), found, looked)[1]

    def _compared(
        self, past: Examinations, found: Iterable[tuple[str, Finding]], looked: Collection[str]
    ) -> tuple[Examinations, Difference]:
        now = self._now()
        before = {one.key: one for one in past.problems}
        after = {one.key: one for one in past.problems if one.by not in looked}
        for by, finding in found:
            if finding.severity in TROUBLES and len(after) < MOST_PROBLEMS:
                problem = self._problem(by, finding, now)
                after[problem.key] = before.get(problem.key, problem)
        new = tuple(one for key, one in after.items() if key not in before)
        gone = tuple(one for key, one in before.items() if key not in after)
        change = Difference(now, past.looked, new, gone)
        changes = (change, *past.changes)[:MOST_CHANGES] if new or gone else past.changes
        return Examinations(now, tuple(after.values()), changes), change

    def _problem(self, by: str, finding: Finding, now: Moment) -> Trouble:
        message = decoded(finding.kept)
        text = (
            redacted(message, lambda value: self._redact(value)[:LONGEST_VALUE]).encoded()
            if message
            else self._redact(finding.message)
        )
        return Trouble(finding.check, finding.severity, finding.code, finding.subject, text, now, by)
