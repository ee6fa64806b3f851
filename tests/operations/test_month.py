"""The month of operations is lived, and the page of docs/ shows the month that its steps make."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.operations.month import log
from tests.operations.month.steps import DAYS, STEPS
from tests.services import elasticsearch, machine_clock

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations-rehearsal.md"
HEADING = re.compile(r"Day (\d+), \w+ \d\d \w+: (.*)")


def days_of(page: Path) -> dict[int, tuple[str, list[log.Kept]]]:
    """The log in a page, by day: what the day was for, and what was done, without times, counts and sentences."""
    (shown,) = re.findall(r"```text\n(.*?)\n```", page.read_text(encoding="utf-8"), re.S)
    days: dict[int, tuple[str, list[log.Kept]]] = {}
    for part in shown.split("\n\n"):
        first, *lines = part.splitlines()
        heading = HEADING.fullmatch(first)
        assert heading is not None, first
        # What is due at the same time runs in whatever order it became so.
        days[int(heading[1])] = heading[2], sorted(log.read(line.removeprefix("  ")) for line in lines)
    return days


def test_the_page_shows_the_days_of_the_steps() -> None:
    planned = {number: "; ".join(step.title for step in STEPS if step.day == number) for number in range(1, DAYS + 1)}
    assert {number: title for number, (title, _) in days_of(PAGE).items()} == {
        number: title or log.ORDINARY for number, title in planned.items()
    }
    text = PAGE.read_text(encoding="utf-8")
    for step in STEPS:
        assert f"- **Day {step.day}, {step.title}.** {step.act.__doc__}" in text


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_month_is_lived_as_the_page_shows(
    tmp_path: Path, service_or_skipped: Callable[[], AbstractContextManager[None]]
) -> None:
    with service_or_skipped():
        machine_clock.library()
        elasticsearch.program()
    page = tmp_path / "page.md"
    command = [sys.executable, "-m", "tests.operations.month", "--page", str(page)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    assert days_of(page) == days_of(PAGE), "make month writes the page again"
