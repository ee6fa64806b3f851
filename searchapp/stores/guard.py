"""The fingerprint guard: vectors of two models never meet in one index."""

from __future__ import annotations

from searchapp.embedding.base import Fingerprint
from searchapp.errors import ModelMismatchError
from searchapp.stores.base import Store


def model_in_use(store: Store, configured: Fingerprint) -> Fingerprint:
    """The model to embed with: the store's, which is the configured one, or one that an operator moved it to or from.

    Raises ModelMismatchError when the store holds vectors of a model that the configured one never gave way to.
    """
    indexed = store.fingerprint()
    if indexed is None or indexed.matches(configured):
        return configured
    if store.succeeds(configured):
        return indexed
    differing = ", ".join(
        f"{name} {old!r} there, {new!r} here"
        for name, old, new in _differences(indexed, configured)
        if name not in ("digest",)
    )
    raise ModelMismatchError(
        f"The index was built with {indexed}, and the settings name {configured}"
        + (f" (differing: {differing})." if differing else " (the same name, other weights)."),
        f"Set SEARCHAPP_EMBEDDING_MODEL={indexed.provider}:{indexed.model} as it was, move the index to the new model"
        " (searchapp es reindex, on Elasticsearch), or ingest into a new one: SEARCHAPP_INDEX_PREFIX or"
        " SEARCHAPP_DATA_DIR.",
    )


def _differences(indexed: Fingerprint, configured: Fingerprint) -> list[tuple[str, str | int, str | int]]:
    old, new = indexed.as_dict(), configured.as_dict()
    return [(name, old[name], new[name]) for name in old if name != "dtype" and old[name] != new[name]]
