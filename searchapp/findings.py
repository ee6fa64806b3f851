"""What an examination found: the noun of ``searchapp doctor`` and of its checks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is, the worst last: an error keeps something from working, a warning will."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing, and the command or setting that mends it (empty: nothing is to mend)."""

    check: str
    severity: Severity
    message: str
    remedy: str = ""


def ok(check: str, message: str) -> Finding:
    """All is well."""
    return Finding(check, Severity.OK, message)


def info(check: str, message: str, remedy: str = "") -> Finding:
    """Worth knowing."""
    return Finding(check, Severity.INFO, message, remedy)


def warning(check: str, message: str, remedy: str) -> Finding:
    """It works now, and will not always."""
    return Finding(check, Severity.WARNING, message, remedy)


def error(check: str, message: str, remedy: str) -> Finding:
    """Something does not work."""
    return Finding(check, Severity.ERROR, message, remedy)
