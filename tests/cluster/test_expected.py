"""The change that another model would bring, by what readers judged."""

from __future__ import annotations

import pytest

from searchapp.cluster.expected import expected
from searchapp.errors import UsageError
from tests.cluster.conftest import Configured, document, ingest


def test_both_models_are_asked_over_the_same_documents(configured: Configured) -> None:
    running = configured()
    ingest(running, *(document(name) for name in ("one", "two", "three", "four")))
    other = configured(embedding_model="hashed:128")
    with pytest.raises(UsageError) as caught:
        expected(other, 3)
    assert caught.value.reason == "nothing_judged_to_expect"
    running.judgements.put("the end of one", "one", 1, "/docs/one.txt", "The one")
    assert expected(running, 3) is None  # the model stays
    found = expected(other, 3)
    assert found is not None and (found.model_before, found.model_after) == ("hashed:64", "hashed:128")
    assert (found.queries, found.documents) == (1, 3) and 0 < found.before <= 1 and 0 < found.after <= 1
