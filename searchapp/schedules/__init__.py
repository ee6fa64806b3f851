"""What is done again and again: folders and sites read, snapshots, checks.

``book`` keeps what and when, in the store's registry; ``turns`` and ``lease`` have one process at a time run one;
``timing`` says when, whatever clocks do; ``running`` runs what is due, which ``supervision`` watches. What each kind
does stands in ``operations/scheduled.py``.
"""

from searchapp.schedules.book import MOST, Book
from searchapp.schedules.running import Runner
from searchapp.schedules.schedule import Keep, Run, RunOutcome, Schedule, ScheduleKind
from searchapp.schedules.target import Wanted, kind_of, read_wanted
from searchapp.schedules.time_of_day import Every, TimeOfDay, Weekday
from searchapp.schedules.work import Broken, Job, Result, breaking

__all__ = [
    "MOST",
    "Book",
    "Broken",
    "Every",
    "Job",
    "Keep",
    "Result",
    "Run",
    "RunOutcome",
    "Runner",
    "Schedule",
    "ScheduleKind",
    "TimeOfDay",
    "Wanted",
    "Weekday",
    "breaking",
    "kind_of",
    "read_wanted",
]
