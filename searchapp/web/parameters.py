"""Reads what a client sent: the right kind, within its limits, or a UsageError that says which it was."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from searchapp.errors import UsageError

Choice = TypeVar("Choice", bound=StrEnum)


def number(name: str, value: object, default: int, least: int, most: int) -> int:
    """``value`` as a whole number from ``least`` to ``most`` (both inclusive); ``default`` where it is None."""
    if value is None:
        return default
    try:
        # int(True) is 1 and int(1.5) is 1; neither was meant.
        result = int(value) if isinstance(value, str) or type(value) is int else None
    except ValueError:
        result = None
    if result is None or not least <= result <= most:
        raise UsageError(f"{name} must be a whole number from {least} to {most}.", f"Leave it out for {default}.")
    return result


def choice(kind: type[Choice], name: str, value: str | None, default: Choice) -> Choice:
    """``value`` as a member of ``kind``; ``default`` where it is None."""
    if value is None:
        return default
    try:
        return kind(value)
    except ValueError as error:
        raise UsageError(f"{name} cannot be {value!r}.", f"It may be {', '.join(kind)}.") from error


def text(name: str, value: object) -> str:
    """``value`` as a string, empty where it is None."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"{name} must be a string.", "Put it in quotation marks.")
    return value


def texts(name: str, value: object) -> list[str]:
    """``value`` as a list of strings, empty where it is None."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise UsageError(f"{name} must be a list of strings.", 'Write it as ["type=pdf"].')
    return list(value)
