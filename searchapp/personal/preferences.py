"""What a person may set for the page; it holds in every browser in which they log in."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

from searchapp.personal.database import Database

LEAST_RESULTS, MOST_RESULTS = 5, 50


class Language(StrEnum):
    """Which language the page speaks."""

    BROWSER = "browser"
    """As the browser asks for."""
    ENGLISH = "en"
    CHINESE = "zh"


class Theme(StrEnum):
    """Which colours the page has."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Thinking(StrEnum):
    """Whether a model that can think does so before it answers."""

    AUTO = "auto"
    """As the server's settings say."""
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has set; what they have not is as here."""

    language: Language = Language.BROWSER
    theme: Theme = Theme.SYSTEM
    model: str = ""
    """The language model that answers; empty: the configured one."""
    thinking: Thinking = Thinking.AUTO
    results: int = 10
    """Hits on a page."""
    answers: bool = True
    """Whether a question is answered without being asked to."""
    recent: bool = True
    """Whether recent searches are kept."""


_READ: Mapping[str, Callable[[Any], Any]] = {"language": Language, "theme": Theme, "thinking": Thinking}


class Settings:
    """Everybody's preferences by owner. All raise StorageError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str) -> Preferences:
        """What ``owner`` has set."""
        if not self._database.exists:
            return Preferences()
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT name, value FROM preferences WHERE owner = ?", (owner,)).fetchall()
        kept: dict[str, Any] = {row["name"]: json.loads(row["value"]) for row in rows}
        read = {field.name: _READ.get(field.name, lambda value: value) for field in fields(Preferences)}
        return Preferences(**{name: read[name](value) for name, value in kept.items() if name in read})

    def change(self, owner: str, changes: Mapping[str, object]) -> Preferences:
        """Set what ``changes`` names, by field, and leave the rest: two tabs may each change something."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)",
                [(owner, name, json.dumps(value)) for name, value in changes.items()],
            )
        return self.of(owner)
