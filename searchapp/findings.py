"""What an examination found: the noun of ``searchapp doctor`` and of its checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from searchapp.messages import Message, Value
from searchapp.model.json import HIDDEN

SUBJECTS = ("node", "index", "id", "version")
"""The values of a sentence that tell which of several things it is about."""


class Severity(StrEnum):
    """How bad it is, the worst last: an error keeps something from working, a warning will."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence of the doctor's about one thing, in the language of the one who asked."""

    check: str
    severity: Severity
    code: str
    """Of the sentence, for programs."""
    message: str
    remedy: str = ""
    """What fixes it; empty where nothing is to be fixed."""
    subject: str = ""
    """Which of several it is about, such as a node, an index or a schedule; empty where there is but one."""
    kept: str = field(default="", metadata=HIDDEN)
    """The message encoded, for who reads it later in a language of their own."""


def found(check: str, severity: Severity, sentence: Message) -> Finding:
    """The finding that a sentence says."""
    subject = next((str(sentence.values[name]) for name in SUBJECTS if name in sentence.values), "")
    return Finding(check, severity, sentence.code, sentence.text(), sentence.remedy.text(), subject, sentence.encoded())


def ok(check: str, code: str, /, **values: Value) -> Finding:
    """All is well."""
    return found(check, Severity.OK, Message(code, **values))


def info(check: str, code: str, /, **values: Value) -> Finding:
    """Worth knowing."""
    return found(check, Severity.INFO, Message(code, **values))


def warning(check: str, code: str, /, **values: Value) -> Finding:
    """It works now, and will not always."""
    return found(check, Severity.WARNING, Message(code, **values))


def error(check: str, code: str, /, **values: Value) -> Finding:
    """Something does not work."""
    return found(check, Severity.ERROR, Message(code, **values))
