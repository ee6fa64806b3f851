"""Whose a conversation, a saved search or a setting is."""

from __future__ import annotations

from searchapp.access.identity import LOCAL, Identity


def owner_of(caller: Identity) -> str:
    """The one word that stands for ``caller``: two keys of one name are two owners, and no user is a key."""
    if caller is LOCAL:
        return "local"
    return f"key:{caller.key}" if caller.key else user_owner(caller.name)


def user_owner(name: str) -> str:
    """The same for a person who logs in under this name."""
    return f"user:{name}"
