"""Conditions, looks and notices for tests."""

from __future__ import annotations

import datetime as dt

from searchapp.alerts import Code, Condition, Look, Notice, Phase
from searchapp.findings import Severity

NOW = dt.datetime(2026, 5, 1, 12, 0, tzinfo=dt.UTC)


def condition(
    code: Code = Code.DISK_LOW, subject: str = "node-1", severity: Severity = Severity.WARNING, mark: str = "low"
) -> Condition:
    return Condition(code.value, severity, "The disk <of> node-1 & co is nearly full.", "Free space.", subject, mark)


def saw(*found: Condition, looked: tuple[Code, ...] = tuple(Code)) -> Look:
    return Look.at(found, looked)


NOTICE = Notice("a1b2-1", "a1b2", Phase.BEGUN, condition(), NOW, NOW)
