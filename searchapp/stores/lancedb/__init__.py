"""The embedded store: LanceDB in the data folder, for one machine and nothing to install.

``schema`` says how our nouns lie in tables; ``filters`` writes conditions; ``store`` puts them together.
"""

from searchapp.stores.lancedb.store import LanceStore

__all__ = ["LanceStore"]
