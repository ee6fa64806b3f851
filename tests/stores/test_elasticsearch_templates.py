"""Index options in the templates and in the query, on a real Elasticsearch where it must accept them."""

from __future__ import annotations

import uuid

import pytest

from searchapp.settings import IndexOptions, load_settings
from searchapp.stores import RetrievalQuery
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.queries import semantic_body
from searchapp.stores.elasticsearch.templates import es_folder, read_templates
from tests.stores.contract import MODEL, document, vector_of


def embedding(options: IndexOptions | None) -> dict[str, object]:
    component = read_templates(es_folder(), "mine", 64, options).components["mine-chunks-fields"]
    return dict(component["template"]["mappings"]["properties"]["embedding"])


def test_the_setting_replaces_the_type_and_keeps_the_graph() -> None:
    shipped = embedding(None)["index_options"]
    assert isinstance(shipped, dict) and shipped["type"] in list(IndexOptions)
    assert embedding(IndexOptions.BBQ_HNSW)["index_options"] == {**shipped, "type": "bbq_hnsw"}
    assert embedding(IndexOptions.FLAT)["index_options"] == {"type": "flat"}
    assert embedding(None)["dims"] == 64


def test_oversampling_is_always_explicit() -> None:
    query = RetrievalQuery(keywords=None, vector=vector_of("x"), depth=10)
    assert semantic_body(query, vector_of("x"))["query"]["knn"]["rescore_vector"] == {"oversample": 0.0}
    assert semantic_body(query, vector_of("x"), 2.5)["query"]["knn"]["rescore_vector"] == {"oversample": 2.5}


@pytest.mark.parametrize("options", [one for one in IndexOptions if not one.value.startswith("bbq")])
def test_every_type_searches_with_and_without_oversampling(elasticsearch_url: str, options: IndexOptions) -> None:
    settings = load_settings(
        elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}", index_options=options
    )
    store = ElasticsearchStore(settings)
    try:
        store.prepare(MODEL)
        assert store.write([document("a", "one", "two", "three")]) == {}
        store.refresh()
        for oversample in (0.0, 3.0):
            asking = ElasticsearchStore(settings.model_copy(update={"oversample": oversample}))
            found = asking.search(RetrievalQuery(keywords=None, vector=vector_of("two"), depth=10)).semantic
            assert found[0].text == "two" and found[0].score == pytest.approx(1.0, abs=0.05)
    finally:
        store.drop()
