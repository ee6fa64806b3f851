"""One ``Settings``, read once: ``SEARCHAPP_*`` variables first, then a folder of secrets, then ``searchapp.toml``, then
the defaults here.

A file holds the settings of one room, with the checks and choices that belong to them; ``loading`` puts them together.
This is the only room that reads the environment.
"""

from searchapp.settings.access import Authentication
from searchapp.settings.elasticsearch import IndexOptions
from searchapp.settings.embedding import Precision
from searchapp.settings.loading import SETTINGS_FILE, Settings, load_settings
from searchapp.settings.search import Fusion
from searchapp.settings.watching import LogFormat

__all__ = [
    "SETTINGS_FILE",
    "Authentication",
    "Fusion",
    "IndexOptions",
    "LogFormat",
    "Precision",
    "Settings",
    "load_settings",
]
