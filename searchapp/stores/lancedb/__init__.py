"""The embedded store: LanceDB in the data folder, for one machine and nothing to install.

``schema`` says how our nouns lie in tables, ``queries`` asks for them, ``indices`` makes that quick. ``store`` is
composed of ``tables`` (opens and locks), ``registry`` (the entries) and ``chunks``. ``moving`` makes an index into one
of another model, and ``versions`` names the one that is live.
"""

from searchapp.stores.lancedb.store import LanceStore

__all__ = ["LanceStore"]
