"""``searchapp doctor``: everything that can be wrong, looked at, with the command or setting that fixes it.

``checks``, ``parsing`` and ``recognition`` look at what every installation has; ``cluster/checks/`` at Elasticsearch. A
check is a function from the application to findings; a new one is a function there, and a line in its list. ``history``
keeps what was found, and says what changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from searchapp.doctor import checks
from searchapp.doctor.history import Difference, Examinations, History, Trouble
from searchapp.doctor.parsing import PARSING
from searchapp.doctor.recognition import RECOGNISING
from searchapp.errors import SearchAppError, ServiceRefusedError
from searchapp.findings import Finding, Severity, found
from searchapp.wiring import Application

Check = tuple[str, Callable[[Application], Iterable[Finding]]]
"""The name that its findings have, and what makes them."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What was found, and what of it changed since the examination before."""

    findings: tuple[Finding, ...]
    changed: Difference


def examine(
    application: Application,
    *,
    quick: bool = False,
    leave_out: Collection[str] = (),
    tell: Callable[[Finding], None] = lambda finding: None,
) -> Examination:
    """Look, ``tell`` each finding as it is made, and keep them in the history; nothing else is changed.

    ``leave_out`` names checks that are not made. What ``tell`` raises ends it, and nothing is kept.
    """
    looked, found_ = set[str](), list[tuple[str, Finding]]()
    for name, finding in _diagnosed(application, quick, leave_out, looked):
        tell(finding)
        found_.append((name, finding))
    changed = History(application.settings).note(found_, looked)
    return Examination(tuple(finding for _, finding in found_), changed)


def diagnose(application: Application, *, quick: bool = False) -> Iterator[Finding]:
    """Yield findings as they are made; nothing is changed. ``quick`` leaves out what reads documents and pictures.

    What is found twice is shown once: a missing server, say, keeps several checks from looking.
    """
    for _, finding in _diagnosed(application, quick, (), set()):
        yield finding


def _diagnosed(
    application: Application, quick: bool, leave_out: Collection[str], looked: set[str]
) -> Iterator[tuple[str, Finding]]:
    """Findings with the names of their checks; ``looked`` gets the name of each check that was made."""
    shown: set[str] = set()
    for check in _checks(application, quick):
        if check[0] in leave_out:
            continue
        for finding in _made(check, application):
            if finding.message not in shown:
                shown.add(finding.message)
                yield check[0], finding
        looked.add(check[0])


def _checks(application: Application, quick: bool) -> Iterator[Check]:
    yield from checks.MODELS
    yield from PARSING
    if not quick:
        yield from RECOGNISING
    if application.settings.elasticsearch_url:
        from searchapp.cluster.checks import CHECKS, REACHABLE

        yield REACHABLE
        if any(finding.severity is Severity.ERROR for finding in _made(REACHABLE, application)):
            return
        yield from CHECKS
    else:
        yield from checks.EMBEDDED
    yield from checks.INDEX
    if not quick:
        yield from checks.EVERY_DOCUMENT


def _made(check: Check, application: Application) -> Iterator[Finding]:
    """What it finds; one that cannot look says so, and does not keep the others from looking."""
    name, look = check
    try:
        yield from look(application)
    except ServiceRefusedError as refused:
        yield found(name, Severity.ERROR if name == "server" else Severity.INFO, refused.sentence)
    except SearchAppError as failed:
        yield found(name, Severity.ERROR, failed.sentence)


__all__ = ["Difference", "Examination", "Examinations", "History", "Trouble", "diagnose", "examine"]
