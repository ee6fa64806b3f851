"""Whether the server works."""

from __future__ import annotations

from typing import NotRequired  # pydantic reads the one of typing only from Python 3.12 on

from typing_extensions import TypedDict

from searchapp.shapes.base import described


@described
class Health(TypedDict):
    """The process answers."""

    status: str
    """``ok``, or ``degraded`` where searches work and answers are quotations; what does not work is a problem."""

    degraded: NotRequired[str]
    """Why, in a sentence."""
