"""Conversations that are kept: each person's own, in one SQLite file of the data folder.

``store`` keeps them, ``recording`` writes a turn while its answer is streamed, ``reading`` decides who may see what and
tells what became of its sources, ``export`` writes them down for people.
"""

from searchapp.access import owner_of
from searchapp.conversations.reading import Reading
from searchapp.conversations.recording import kept
from searchapp.conversations.store import ConversationStore, Place

__all__ = ["ConversationStore", "Place", "Reading", "kept", "owner_of"]
