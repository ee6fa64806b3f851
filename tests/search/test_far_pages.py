"""Pages behind what the first search brings, on both stores."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from searchapp.model import SearchMode, SearchRequest
from searchapp.search.results import DEPTH
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.stores.contract import document

DOCUMENTS, PASSAGES, PAGE = 120, 2, 20


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """More documents than a retriever brings passages."""
    url = request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else ""
    application = Application(
        load_settings(
            data_dir=tmp_path_factory.mktemp("many"),
            elasticsearch_url=url,
            index_prefix=f"test-{uuid.uuid4().hex[:8]}",
            embedding_model="hashed:8",
        )
    )
    store = application.store
    store.prepare(application.embedder.fingerprint)
    store.write(
        [
            document(f"d{number:03}", *(f"gloves, page {at} of book {number}" for at in range(PASSAGES)))
            for number in range(DOCUMENTS)
        ]
    )
    store.refresh()
    yield application
    store.drop()


@pytest.mark.parametrize("mode", SearchMode)
@pytest.mark.parametrize("grouped", [False, True])
def test_every_hit_is_reached_once(many: Application, mode: SearchMode, grouped: bool) -> None:
    assert DOCUMENTS > DEPTH
    seen: list[str] = []
    total = PAGE
    while len(seen) < total:
        page = many.searcher.search(SearchRequest("gloves", mode, size=PAGE, offset=len(seen), grouped=grouped))
        assert page.hits
        seen += [hit.document_id if grouped else hit.chunk_id for hit in page.hits]
        total = page.total
    assert len(seen) == len(set(seen)) == (DOCUMENTS if grouped else DOCUMENTS * PASSAGES)
