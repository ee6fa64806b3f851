"""The fingerprint guard: vectors of two models never meet in one index."""

from __future__ import annotations

from searchapp.embedding.base import Fingerprint
from searchapp.errors import ModelMismatchError
from searchapp.stores.base import Store


def require_same_model(store: Store, configured: Fingerprint) -> None:
    """Raise ModelMismatchError when the store holds vectors of another model than the configured one."""
    indexed = store.fingerprint()
    if indexed is None or indexed.matches(configured):
        return
    differing = ", ".join(
        f"{name} {old!r} there, {new!r} here"
        for name, old, new in _differences(indexed, configured)
        if name not in ("digest",)
    )
    raise ModelMismatchError(
        f"The index was built with {indexed}, and the settings name {configured}"
        + (f" (differing: {differing})." if differing else " (the same name, other weights)."),
        f"Set SEARCHAPP_EMBEDDING_MODEL={indexed.provider}:{indexed.model}"
        " as it was, or ingest into a new index: SEARCHAPP_INDEX_PREFIX or SEARCHAPP_DATA_DIR.",
    )


def _differences(indexed: Fingerprint, configured: Fingerprint) -> list[tuple[str, str | int, str | int]]:
    old, new = indexed.as_dict(), configured.as_dict()
    return [(name, old[name], new[name]) for name in old if name != "dtype" and old[name] != new[name]]
