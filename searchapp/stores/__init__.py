"""Where chunks, vectors and the registry of documents are kept. Nothing outside this package knows which engine runs.

``base`` and ``registry`` say what a store promises; ``elasticsearch``, ``lancedb`` and ``memory`` keep it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from searchapp.embedding.base import Fingerprint
from searchapp.errors import ModelMismatchError
from searchapp.messages import Message
from searchapp.settings import Settings
from searchapp.stores.base import (
    LOST,
    DocumentWrite,
    FacetCounts,
    FoundChunk,
    IndexMove,
    Match,
    Reencoder,
    RetrievalQuery,
    RetrievalResults,
    Store,
    Vectors,
)
from searchapp.stores.cursors import read_cursor, write_cursor
from searchapp.stores.index_spec import Chunking, IndexSpec
from searchapp.stores.registry import (
    LAST_PAGE,
    Backlog,
    Cursor,
    EntryOrder,
    EntryPage,
    Memo,
    Place,
    Registry,
    Replacement,
    every,
)

__all__ = [
    "LAST_PAGE",
    "LOST",
    "Backlog",
    "Chunking",
    "Cursor",
    "DocumentWrite",
    "EntryOrder",
    "EntryPage",
    "FacetCounts",
    "FoundChunk",
    "IndexMove",
    "IndexSpec",
    "Match",
    "Memo",
    "Place",
    "Reencoder",
    "Registry",
    "Replacement",
    "RetrievalQuery",
    "RetrievalResults",
    "Store",
    "Vectors",
    "build_store",
    "every",
    "model_in_use",
    "read_cursor",
    "unwritten",
    "write_cursor",
]


def build_store(settings: Settings, reencode: Reencoder | None = None) -> Store:
    """Elasticsearch when SEARCHAPP_ELASTICSEARCH_URL is set, else LanceDB in the data folder.

    The only place that picks an engine. ``reencode`` carries writes into an index that is being moved to another model,
    or was moved.
    """
    # An engine is imported only where it is used.
    if settings.elasticsearch_url:
        from searchapp.stores.elasticsearch import ElasticsearchStore

        return ElasticsearchStore(settings, reencode)
    from searchapp.stores.lancedb import LanceStore

    chunking = Chunking(settings.chunk_tokens, settings.chunk_overlap_tokens)
    return LanceStore(settings.data_dir / "index" / settings.index_prefix, reencode, chunking)


@contextmanager
def unwritten(folder: Path) -> Iterator[None]:
    """While open, nobody writes to an embedded index below ``folder``, which has a folder for each; searches go on."""
    from searchapp.stores.lancedb.tables import LanceTables

    with ExitStack() as writing:
        for index in sorted(folder.iterdir()) if folder.is_dir() else ():
            if index.is_dir():
                writing.enter_context(LanceTables(index).writing())
        yield


def model_in_use(store: Store, configured: Fingerprint) -> Fingerprint:
    """The model to embed with: the store's, which is the configured one, or one that an operator moved it to or from.

    Vectors of two models never meet in one index: raises ModelMismatchError when the store holds some of a model that
    the configured one never gave way to.
    """
    indexed = store.fingerprint()
    if indexed is None or indexed.matches(configured):
        return configured
    if store.succeeds(configured):
        return indexed
    there, here = str(indexed), str(configured)
    model = f"{indexed.provider}:{indexed.model}"
    if differing := _differences(indexed, configured):
        raise ModelMismatchError(
            "index_of_another_model", indexed=there, configured=here, differing=differing, model=model
        )
    raise ModelMismatchError("index_of_other_weights", indexed=there, configured=here, model=model)


def _differences(indexed: Fingerprint, configured: Fingerprint) -> list[Message]:
    old, new = indexed.as_dict(), configured.as_dict()
    names = [name for name in old if name not in ("dtype", "digest") and old[name] != new[name]]
    return [
        Message("model_differs", name=name, there=repr(old[name]), here=repr(new[name]), left=len(names) - number)
        for number, name in enumerate(names)
    ]
