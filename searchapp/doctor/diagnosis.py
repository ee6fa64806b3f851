"""Every check in turn; one that cannot look says so and does not keep the others from looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator

from searchapp.doctor import checks
from searchapp.errors import SearchAppError, ServiceRefusedError
from searchapp.findings import Finding, Severity
from searchapp.wiring import Application

Check = Callable[[Application], Iterable[Finding]]


def diagnose(application: Application, *, quick: bool = False) -> Iterator[Finding]:
    """Yield findings as they are made; nothing is changed. ``quick`` leaves out what reads every document.

    What is said twice is told once: a missing server, say, keeps several checks from looking.
    """
    told: set[str] = set()
    for check in _checks(application, quick):
        for finding in _made(check, application):
            if finding.message not in told:
                told.add(finding.message)
                yield finding


def _checks(application: Application, quick: bool) -> Iterator[Check]:
    yield from checks.MODELS
    if application.settings.elasticsearch_url:
        from searchapp.cluster.checks import CHECKS, REACHABLE

        yield REACHABLE
        if any(finding.severity is Severity.ERROR for finding in _made(REACHABLE, application)):
            return
        yield from CHECKS
    else:
        yield from checks.EMBEDDED
    yield from checks.STORE
    if not quick:
        yield from checks.DOCUMENTS


def _made(check: Check, application: Application) -> Iterator[Finding]:
    name = sys.modules[check.__module__].NAME
    try:
        yield from check(application)
    except ServiceRefusedError as refused:
        yield Finding(name, Severity.ERROR if name == "server" else Severity.INFO, refused.message, refused.remedy)
    except SearchAppError as failed:
        yield Finding(name, Severity.ERROR, failed.message, failed.remedy)
