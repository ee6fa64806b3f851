"""`python -m tests.operations.month` lives the month, shows its log, and with --page FILE writes the page of docs/."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
from pathlib import Path

from searchapp.messages import read_in
from searchapp.schedules.book import utc_now
from tests.operations.month.log import Day, Log
from tests.operations.month.page import page
from tests.operations.month.stage import Node, Stage
from tests.operations.month.steps import DAYS, STEPS
from tests.schedules.clocks import DAY
from tests.services import ServiceUnavailableError, machine_clock, prepared_models


def main() -> int:
    """0: the month went as it should."""
    parser = argparse.ArgumentParser(prog="python -m tests.operations.month", description=__doc__)
    parser.add_argument("--page", type=Path, help="write the page of docs/ here")
    parser.add_argument("--days", type=int, default=DAYS, help="end after so many days")
    arguments = parser.parse_args()
    clock = machine_clock.of_this_process()
    try:
        if clock is None:  # begin again, as a process whose clock can be set
            environment = {**os.environ, **machine_clock.new().environment}
            environment.setdefault(prepared_models.SETTING, prepared_models.obtain())
            os.execve(sys.executable, [sys.executable, "-m", "tests.operations.month", *sys.argv[1:]], environment)
        node = Node()
    except ServiceUnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="searchapp-month-") as folder, read_in("en"):
            log = live(Stage(Path(folder), clock, node), arguments.days)
    finally:
        node.kill()
    if arguments.page:
        arguments.page.write_text(page(log, dt.datetime.now(dt.UTC) - clock.ahead), encoding="utf-8")
    return 0


def live(stage: Stage, days: int = DAYS) -> Log:
    """Every day: writers change pages, what is due runs, then comes what the day is for."""
    for number in range(1, days + 1):
        steps = [step for step in STEPS if step.day == number]
        stage.log.days.append(Day(number, utc_now().date(), tuple(step.title for step in steps)))
        print(f"\n{stage.log.days[-1].heading}", flush=True)
        if number > 1:
            stage.library.revise(number)
        stage.look()
        for step in steps:
            step.act(stage)
        stage.clock.go(DAY)
    return stage.log


if __name__ == "__main__":
    sys.exit(main())
