"""What a person keeps for themselves: recent and saved searches, and what they have set for the page.

One SQLite file below the data folder (``database``). Nobody is shown what another one keeps.
"""

from pathlib import Path

from searchapp.personal.database import Database
from searchapp.personal.preferences import Language, Preferences, Settings, Theme, Thinking
from searchapp.personal.searches import RecentSearch, SavedSearch, Searches


class Personal:
    """The searches and settings of everybody at one installation."""

    def __init__(self, data_dir: Path, undo_minutes: float) -> None:
        self._database = Database(data_dir)
        self.searches = Searches(self._database, undo_minutes)
        self.settings = Settings(self._database)

    def forget(self, owner: str) -> None:
        """Drop all that ``owner`` kept: who gets their name later is somebody else."""
        self._database.forget(owner)


__all__ = [
    "Language",
    "Personal",
    "Preferences",
    "RecentSearch",
    "SavedSearch",
    "Searches",
    "Settings",
    "Theme",
    "Thinking",
]
