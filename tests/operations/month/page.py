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
command are the real ones; what is set on is the machine's clock, for all of them together. Nothing is asserted here by hand: a step whose
promise does not hold ends the rehearsal, and CI lives the month at every change.

Written {date:%d %B %Y}: searchapp {version}, Elasticsearch {elasticsearch}, Python {python}, {processors} processors, {memory:.0f} GB of
memory; a node with 512 MB of heap. Processors were shared with other work where the log shows a run of more than a minute.

## What it holds

Each day writers change pages of a handbook, then what is due runs: the folder is read, the cluster is compared with es/, a snapshot is taken and
old ones go (`--keep-daily 7 --keep-weekly 4 --keep-monthly 2`); each week twelve judged questions are asked and `doctor` looks. The doctor warns
every time, as no language model runs. Beside that:

{steps}

## The log

Time, who, what, how it ended, what was said. The `timer` is what runs schedules; `next` is when it comes again.

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
