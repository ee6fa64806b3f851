"""docs/operations-rehearsal.md: what a month was, on which machine, and its log."""

from __future__ import annotations

import datetime as dt
import os
import platform

from searchapp import __version__
from tests.operations.month.log import Log
from tests.operations.month.steps import STEPS
from tests.services import elasticsearch

PAGE = """# A month of operations, rehearsed

`make month` lives thirty days of an installation in minutes and writes this page. Elasticsearch, the schedules, the embedding model and every
command are the real ones; only the wall clock is set, for all of them at once ([decision 98](decisions/0098-a-month-on-a-set-clock.md)). A step
whose promise does not hold ends the rehearsal, and CI lives the month at every change.

Written {date:%d %B %Y}: searchapp {version}, Elasticsearch {elasticsearch} on one node with 512 MB of heap, Python {python}, {processors} processors,
{memory:.0f} GB of memory.

## What it holds

Each day writers change pages of a handbook, then what is due runs: the folder is read, the cluster is compared with es/, a snapshot is taken and
old ones go (`--keep-daily 7 --keep-weekly 4 --keep-monthly 2`); each week twelve judged questions are asked and `doctor` looks. The doctor warns
every time, as no language model runs. Beside that:

{steps}

## The log

Time (UTC), who, what, how it ended, what was said. The `timer` is what runs schedules; `next` is when it comes again. A day begins a day after
the one before ended, so the hour moves on with what the machine took.

```text
{log}
```
"""


def page(log: Log, date: dt.datetime) -> str:
    """The page; ``date`` is the day on which it is made."""
    days = (f"{day.heading}\n" + "".join(f"  {line}\n" for line in day.lines) for day in log.days)
    return PAGE.format(
        date=date,
        version=__version__,
        elasticsearch=elasticsearch.VERSION,
        python=platform.python_version(),
        processors=os.cpu_count(),
        memory=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30,
        steps="\n".join(f"- **Day {step.day}, {step.title}.** {step.act.__doc__}" for step in STEPS),
        log="\n".join(days).rstrip(),
    )
