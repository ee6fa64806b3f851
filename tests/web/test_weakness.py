"""The search page says what the index's model does not find, in the reader's language, and else keeps silent."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from searchapp.embedding import Fingerprint
from searchapp.embedding.models import KNOWN, weakness
from searchapp.errors import ServiceUnavailableError
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn


def indexed_with(model: str) -> Fingerprint:
    return Fingerprint("sentence-transformers", model, "0" * 64, 384, 256)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "en-US",
            "The model of this index, all-MiniLM-L6-v2, was trained on English: Chinese, Japanese and Korean are found"
            " by their words alone, not by meaning.",
        ),
        ("zh-CN", "此索引所用的模型 all-MiniLM-L6-v2 只用英文训练：中文、日文和韩文只能按词语检索，不能按语义检索。"),
    ],
)
def test_the_page_says_what_an_english_model_does_not_find(
    new_page: NewPage, served: Serve, tmp_path: Path, locale: str, words: str
) -> None:
    app = StandIn(tmp_path)
    app.store.model = indexed_with("all-MiniLM-L6-v2")
    page = new_page(locale=locale)
    page.goto(served(app))
    expect(page.locator("#weakness")).to_be_visible()
    expect(page.locator("#weakness")).to_have_text(words)


@pytest.mark.parametrize("model", ["multilingual-e5-small", "somebody/elses", ""])
def test_it_is_silent_of_a_model_that_lacks_nothing_or_of_which_nothing_is_known(
    client: FlaskClient, app: StandIn, model: str
) -> None:
    app.store.model = indexed_with(model) if model else None
    assert b'id="weakness"' not in client.get("/").data
    app.store.model = indexed_with("all-MiniLM-L6-v2")
    assert b'id="weakness"' in client.get("/").data


def test_a_store_that_is_away_leaves_the_page_as_it_is(client: FlaskClient, app: StandIn) -> None:
    app.store.model = indexed_with("all-MiniLM-L6-v2")
    app.store.error = ServiceUnavailableError("passed_on", text="Elasticsearch does not answer.", remedy="Start it.")
    answered = client.get("/")
    assert answered.status_code == 200 and b'id="weakness"' not in answered.data


def test_only_what_was_trained_on_english_has_this_weakness() -> None:
    for model in KNOWN:
        english_only = model.name == "all-MiniLM-L6-v2"
        assert (weakness(model.name) is not None) is english_only
        assert weakness(model.name) == weakness(model.repository)
