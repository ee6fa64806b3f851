"""What is written down of the month: who did what on which day, how it ended, and when it comes again."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

SAID = 150
"""Characters of a sentence that a line shows."""
TIME, WHO, WHAT, OUTCOME = 5, 8, 32, 7
"""Widths of the columns before it, two blanks between them."""

Kept = tuple[str, str, str]
"""Who, what and how it ended: what stays of a line from one rehearsal to the next."""


@dataclass(frozen=True)
class Line:
    """One thing that was done."""

    moment: dt.datetime
    who: str
    what: str
    outcome: str
    said: str = ""
    next: dt.datetime | None = None

    def __str__(self) -> str:
        said = self.said if len(self.said) <= SAID else f"{self.said[:SAID].rstrip()}..."
        comes = f"  next {self.next:%d %b %H:%M}" if self.next else ""
        who, what, outcome = self.kept
        return f"{self.moment:%H:%M}  {who:<{WHO}}  {what:<{WHAT}}  {outcome:<{OUTCOME}}  {said}{comes}".rstrip()

    @property
    def kept(self) -> Kept:
        """Its columns, as wide as they are shown."""
        return self.who[:WHO], self.what[:WHAT].rstrip(), self.outcome[:OUTCOME]


def read(shown: str) -> Kept:
    """The columns of a line that is shown."""
    who, what = TIME + 2, TIME + WHO + 4
    outcome = what + WHAT + 2
    columns = (shown[who : what - 2], shown[what : outcome - 2], shown[outcome : outcome + OUTCOME])
    return columns[0].rstrip(), columns[1].rstrip(), columns[2].rstrip()


@dataclass
class Day:
    """A day with what was planned for it, and what was done."""

    number: int
    date: dt.date
    titles: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """Its line in the page."""
        return f"Day {self.number}, {self.date:%A %d %B}: {'; '.join(self.titles) or ORDINARY}"


ORDINARY = "an ordinary day"


@dataclass
class Log:
    """All days so far."""

    days: list[Day] = field(default_factory=list)

    def write(self, line: Line) -> None:
        """Add to the day at hand, and show it to whoever watches."""
        self.days[-1].lines.append(line)
        print(line, flush=True)
