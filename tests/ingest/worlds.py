"""An installation in a folder, over the embedded store and a hashed embedder that counts what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from searchapp.embedding.hashed import HashedEmbedder
from searchapp.ingest import Ingester, Originals, Sync
from searchapp.model import DocumentEntry, IngestOutcome, SearchMode, SearchRequest, Vectors, document_id
from searchapp.search import Searcher
from searchapp.settings import Settings, load_settings
from searchapp.stores import Store
from searchapp.stores.lancedb import LanceStore


class CountingEmbedder(HashedEmbedder):
    """Remembers every text that it embedded."""

    def __init__(self, model: str, settings: Settings) -> None:
        super().__init__(model, settings)
        self.embedded: list[str] = []

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        return super().embed_documents(texts)


class World:
    """One installation in a folder. Several over one store are several machines: each has a data folder of its own."""

    def __init__(self, folder: Path, store: Store | None = None, name: str = "data", **settings: object) -> None:
        self.settings = load_settings(data_dir=folder / name, embedding_model="hashed:64", **settings)
        self.library = folder / "library"
        self.library.mkdir(exist_ok=True)
        self.embedder = CountingEmbedder("64", self.settings)
        self.store = store or LanceStore(folder / "index")
        self.ingester = Ingester(self.store, self.embedder, Originals(self.settings.data_dir), self.settings)
        self.searcher = Searcher(self.store, self.embedder, self.settings)

    def write(self, name: str, text: str) -> Path:
        path = self.library / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def ingest(self, *targets: Path, sync: Sync = Sync.NO) -> dict[str, IngestOutcome]:
        outcomes = self.ingester.ingest([str(target) for target in targets or (self.library,)], sync=sync)
        return {Path(outcome.source).name: outcome for outcome in outcomes}

    def entry(self, path: Path) -> DocumentEntry:
        entry = self.store.entry(document_id(str(path)))
        assert entry is not None
        return entry

    def found(self, query: str) -> list[str]:
        return [hit.text for hit in self.searcher.search(SearchRequest(query, SearchMode.KEYWORD)).hits]


def paragraphs(count: int, changed: int = -1) -> str:
    """A document of ``count`` passages, one of them different."""
    body = "The quick brown fox jumps over the lazy dog and on it goes. " * 8
    return "\n\n".join(f"## Part {n}\n\n{'Changed.' if n == changed else 'Same.'} {body}" for n in range(count))
