"""Who acts, and from where."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where."""

    who: str
    where: str


TIMER = Actor("timer", "timer")
"""What nobody asked for: a server removes what can no longer be restored."""


def local_user() -> str:
    """Who types here, as the system knows them, whatever the environment says."""
    try:
        import os
        import pwd
    except ImportError:  # Windows
        import getpass

        return f"local:{getpass.getuser()}"
    try:
        return f"local:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:  # a container's user need not have a name
        return f"local:{os.getuid()}"
