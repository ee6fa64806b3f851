"""Two processes step by step: what one does at a certain moment of the other's, once, and without a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest


def before(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, action: Callable[[], object]) -> None:
    """Have ``action`` happen once, just before ``owner.name`` is called."""
    _around(monkeypatch, owner, name, action, is_after=False)


def after(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, action: Callable[[], object]) -> None:
    """Have ``action`` happen once, as soon as ``owner.name`` has returned."""
    _around(monkeypatch, owner, name, action, is_after=True)


def _around(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, action: Callable[[], object], *, is_after: bool
) -> None:
    original = getattr(owner, name)
    begun = threading.Lock()

    def called(*args: object, **kwargs: object) -> object:
        is_first = begun.acquire(blocking=False)
        if is_first and not is_after:
            action()
        result = original(*args, **kwargs)
        if is_first and is_after:
            action()
        return result

    monkeypatch.setattr(owner, name, called)
