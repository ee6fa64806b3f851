"""The embedded store: LanceDB in the data folder, for one machine and nothing to install.

``schema`` says how our nouns lie in tables, ``filters`` writes conditions, ``searching`` runs the legs. Three classes
put them together, each on top of the one before: ``tables`` opens and locks, ``registry`` has the entries and ``store``
the passages.
"""

from searchapp.stores.lancedb.store import LanceStore

__all__ = ["LanceStore"]
