"""Failures, as commands print them and as the API answers with them."""

from __future__ import annotations

from typing_extensions import TypedDict

from searchapp.shapes.base import described


@described
class Failure(TypedDict):
    """What is wrong, and what to do about it."""

    code: str
    message: str
    remedy: str


@described
class Failed(TypedDict):
    """A failure as ``--json`` prints it on stderr."""

    error: Failure


@described
class Problem(TypedDict):
    """Problem details (RFC 9457)."""

    type: str
    """Always ``about:blank``: the status and ``code`` tell the kind."""
    title: str
    status: int
    detail: str
    """What happened, in a sentence for people."""
    remedy: str
    """What to do about it."""
    code: str
    """For programs, such as ``usage`` or ``service_unavailable``."""
