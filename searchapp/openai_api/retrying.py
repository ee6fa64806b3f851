"""Whether a request is sent again, and when."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

WORTH_REPEATING = frozenset({408, 429, 500, 502, 503, 504, 529})
FIRST_PAUSE_SECONDS = 0.5

MOST_ASKED_SECONDS = 300.0
"""A server that asks for more is asked again after this: its clock, or its header, may be wrong."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is sent, and the most seconds to wait between two times."""

    attempts: int
    longest: float


PATIENT = Retries(attempts=4, longest=10.0)
"""For chunks; what lasts longer is left to the patience of the ingestion, which can be stopped meanwhile."""

HURRIED = Retries(attempts=2, longest=2.0)
"""For queries, which somebody waits for."""


def own_pause(attempt: int) -> float:
    """Seconds to wait after attempt number ``attempt`` (from 0) where the server asks for nothing."""
    return FIRST_PAUSE_SECONDS * float(2**attempt) * random.uniform(0.75, 1.25)  # noqa: S311 - jitter


def asked_pause(headers: Mapping[str, str], most: float = MOST_ASKED_SECONDS) -> float | None:
    """Seconds that the server asks to wait: Retry-After in seconds or as a date, at OpenAI also in milliseconds."""
    asked = _asked(headers)
    return None if asked is None else min(max(asked, 0.0), most)


def _asked(headers: Mapping[str, str]) -> float | None:
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    said = headers.get("retry-after", "")
    seconds = _number(said)
    if seconds is not None:
        return seconds
    try:
        date = parsedate_to_datetime(said)
    except ValueError:
        return None
    if date.tzinfo is None:  # "-0000": a date of UTC whose place is not known
        date = date.replace(tzinfo=dt.UTC)
    return (date - dt.datetime.now(dt.UTC)).total_seconds()


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
