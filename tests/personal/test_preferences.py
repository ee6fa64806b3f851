"""Preferences: what is not set is as it was, and what one tab sets stays when another sets something else."""

from __future__ import annotations

from pathlib import Path

from searchapp.access import LOCAL, Identity, owner_of
from searchapp.personal import Language, Personal, Preferences, Theme


def test_each_change_leaves_the_rest(tmp_path: Path) -> None:
    settings = Personal(tmp_path, 10).settings
    assert settings.of("ada") == Preferences()
    assert list(tmp_path.iterdir()) == []
    settings.change("ada", {"theme": "dark"})
    settings.change("ada", {"results": 20, "language": "zh"})
    found = Personal(tmp_path, 10).settings.of("ada")
    assert found == Preferences(language=Language.CHINESE, theme=Theme.DARK, results=20)
    assert settings.of("bob") == Preferences()


def test_every_caller_has_a_name_of_their_own() -> None:
    local, user = owner_of(LOCAL), owner_of(Identity("local", frozenset()))
    one, other = (owner_of(Identity("key:same", frozenset(), key=id_)) for id_ in ("1a", "2b"))
    assert len({local, user, one, other}) == 4
