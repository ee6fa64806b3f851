"""One run in a thread of its own, so that whoever watches it can beat, stop it, and give it up where it hangs."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from searchapp.errors import SearchAppError
from searchapp.messages import Message
from searchapp.progress import Progress
from searchapp.schedules.schedule import RunOutcome, Schedule

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run."""

    outcome: RunOutcome
    message: Message
    figures: Mapping[str, int | float] = field(default_factory=dict)


Job = Callable[[Schedule, threading.Event], Result]
"""Does what a kind of schedule is for, and ends soon after the event is set. Raises SearchAppError."""


class Broken(Exception):  # noqa: N818  # no error: somebody asked for it
    """The run was asked to end."""


def breaking(stopping: threading.Event) -> Progress:
    """A progress that raises Broken once ``stopping`` is set."""

    def tell(what: str, done: int, total: int) -> None:
        if stopping.is_set():
            raise Broken

    return tell


class Work:
    """A job under way. ``ended`` is set when it has ended, and then ``result`` says how; None where it was broken."""

    def __init__(self, job: Job, schedule: Schedule) -> None:
        self.stopping = threading.Event()
        self.ended = threading.Event()
        self.result: Result | None = None
        self._job, self._schedule = job, schedule
        # A daemon: one that hangs for ever does not keep its process from ending.
        threading.Thread(target=self._run, name=f"searchapp-schedule-{schedule.kind}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.result = self._job(self._schedule, self.stopping)
        except Broken:
            log.debug("%s was broken off as it was asked to.", self._schedule.kind)
        except SearchAppError as error:
            log.warning("The schedule %s failed: %s", self._schedule.name, error)
            self.result = Result(RunOutcome.FAILED, error.sentence.whole)
        except Exception:  # the thread's last door
            log.exception("The schedule %s failed", self._schedule.name)
            self.result = Result(RunOutcome.FAILED, Message("schedule_crashed"))
        finally:
            self.ended.set()
