"""The services are what the other tests take them for."""

import uuid
from collections.abc import Sequence
from importlib.metadata import version as version_of
from pathlib import Path

import httpx
import pytest
from ollama import Client
from playwright.sync_api import Browser

from tests import parallel
from tests.services import ServiceUnavailableError, elasticsearch, tools
from tests.services.ollama import Ollama


def _tokens(url: str, **analysis: object) -> list[str]:
    answer = httpx.post(f"{url}/_analyze", json=analysis).raise_for_status().json()
    return [token["token"] for token in answer["tokens"]]


def test_elasticsearch_is_green(elasticsearch_url: str) -> None:
    assert httpx.get(f"{elasticsearch_url}/_cluster/health").json()["status"] == "green"


def test_one_analyzer_serves_chinese_and_english(elasticsearch_url: str) -> None:
    stop = {"type": "stop", "stopwords": "_english_"}
    filters = ["cjk_width", "lowercase", "cjk_bigram", stop, "porter_stem"]
    text = "The Running ＤＯＧＳ of 人工智能"
    assert _tokens(elasticsearch_url, tokenizer="standard", filter=filters, text=text) == [
        *("run", "dog"),
        *("人工", "工智", "智能"),
    ]


@pytest.mark.parametrize(
    ("analysis", "tokens"),
    [
        ({"filter": [{"type": "cjk_bigram", "output_unigrams": True}], "text": "人工"}, ["人", "人工", "工"]),
        ({"filter": ["kstem"], "text": "libraries"}, ["library"]),
        ({"filter": [{"type": "stemmer", "language": "possessive_english"}], "text": "dog's"}, ["dog"]),
        ({"filter": ["asciifolding"], "text": "café"}, ["cafe"]),
        ({"filter": ["unique"], "text": "a b a"}, ["a", "b"]),
        ({"filter": [{"type": "pattern_capture", "patterns": ["(\\d+)"]}], "text": "a1"}, ["a1", "1"]),
        ({"tokenizer": "whitespace", "filter": ["word_delimiter_graph"], "text": "A-90 b"}, ["A", "90", "b"]),
        ({"tokenizer": "keyword", "filter": ["trim", "lowercase"], "text": " PPR-9087 "}, ["ppr-9087"]),
        ({"tokenizer": {"type": "pattern", "pattern": "[ ,]+"}, "text": "PPR-9087, b"}, ["PPR-9087", "b"]),
        ({"tokenizer": "uax_url_email", "text": "to me@example.org"}, ["to", "me@example.org"]),
    ],
)
def test_each_piece_of_the_plugin_does_what_its_name_says(
    elasticsearch_url: str, analysis: dict[str, object], tokens: list[str]
) -> None:
    assert _tokens(elasticsearch_url, **{"tokenizer": "standard", **analysis}) == tokens


def test_snapshots_have_a_place(elasticsearch_url: str) -> None:
    name = f"services-{uuid.uuid4().hex}"
    repository = f"{elasticsearch_url}/_snapshot/{name}"
    httpx.put(repository, json={"type": "fs", "settings": {"location": name}}).raise_for_status()
    httpx.delete(repository).raise_for_status()


def test_ollama_streams_a_chat(ollama: Ollama) -> None:
    parts = Client(ollama.url).chat(
        ollama.chat_model,
        messages=[{"role": "user", "content": "Say hello."}],
        options={"num_predict": 8, "temperature": 0},
        stream=True,
    )
    texts = [part.message.content or "" for part in parts]
    assert len(texts) > 2
    assert "".join(texts).strip()


def test_ollama_embeds_close_meanings_closely(ollama: Ollama) -> None:
    texts = ["A dog plays in the garden.", "A puppy runs about the yard.", "Interest rates rose."]
    dog, puppy, rates = Client(ollama.url).embed(ollama.embedding_model, texts).embeddings
    assert len(dog) == 384
    assert _dot(dog, puppy) > _dot(dog, rates) + 0.2


def test_chromium_draws_a_page(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<title>ready</title><p>检索</p><script>document.title += '!'</script>", encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    assert page.title() == "ready!"
    page.close()


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return sum(one * other for one, other in zip(left, right, strict=True))


def test_a_package_that_is_missing_is_named_with_the_extra_that_brings_it() -> None:
    tools.need_package("testing", "pytest", "dev")
    with pytest.raises(ServiceUnavailableError, match=r"testing needs the package absent_here, .* searchapp\[dev\]"):
        tools.need_package("testing", "absent_here", "dev")


def test_the_files_of_many_servers_are_there() -> None:
    root = Path(__file__).parents[2]
    assert [name for name in parallel.MANY_SERVERS if not (root / name).is_file()] == []


def test_client_and_server_are_of_the_version_that_is_asked_for(elasticsearch_url: str) -> None:
    nodes = httpx.get(f"{elasticsearch_url}/_nodes", params={"filter_path": "nodes.*.version"}).json()["nodes"]
    versions = {str(node["version"]) for node in nodes.values()}
    if elasticsearch.WANTED_VERSION:
        assert versions == {elasticsearch.WANTED_VERSION}
    assert {version.partition(".")[0] for version in versions} == {version_of("elasticsearch").partition(".")[0]}
