"""What settings leave open the index decides: its model, its prompts, and where its weights lie now."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp.embedding.runtime.facts import ModelFacts
from searchapp.errors import ModelMismatchError, ModelUnavailableError
from searchapp.model import SearchMode, SearchRequest
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.embedding.tiny import static

MINILM = "sentence-transformers:all-MiniLM-L6-v2"
Prepared = tuple[Path, ModelFacts]
Open = Callable[..., Application]

TEXTS = {"a.txt": "The pump must not run dry.", "b.txt": "The index of a pump is a pump."}


@pytest.fixture(params=["embedded", "elasticsearch"])
def opened(
    request: pytest.FixtureRequest, tmp_path: Path, prepared_tiny: Prepared, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Open]:
    """Opens one index with the settings that are given, each time as another process does."""
    monkeypatch.delenv("SEARCHAPP_EMBEDDING_MODEL", raising=False)
    url = request.getfixturevalue("elasticsearch_url") if request.param == "elasticsearch" else ""
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    last: list[Application] = []

    def opened(**settings: object) -> Application:
        monkeypatch.setattr("searchapp.embedding.index_model._loaded", {})
        chosen = {"data_dir": tmp_path / "data", "elasticsearch_url": url, "index_prefix": prefix, **settings}
        last.append(Application(load_settings(**chosen)))
        return last[-1]

    yield opened
    last[-1].store.drop()


def ingest(running: Application, folder: Path, *names: str) -> None:
    found = [*running.ingester.ingest([str(folder / name) for name in names or TEXTS])]
    assert {one.state for one in found} <= {"indexed", "unchanged"}, found


def first(running: Application, query: str) -> str:
    hits = running.searcher.search(SearchRequest(query, mode=SearchMode.SEMANTIC)).hits
    return hits[0].text if hits else ""


def test_an_index_keeps_its_model_where_the_settings_name_none(opened: Open, tmp_path: Path) -> None:
    ingest(opened(embedding_model=MINILM), tmp_path, "a.txt")
    later = opened()
    assert not later.settings.chooses_model and later.embedder.fingerprint.model == "all-MiniLM-L6-v2"
    ingest(later, tmp_path)
    assert later.store.fingerprint() == later.embedder.fingerprint
    assert first(opened(), "pumps that have no water") == TEXTS["a.txt"]


def test_another_model_that_was_chosen_is_refused_with_the_remedy(opened: Open, tmp_path: Path) -> None:
    ingest(opened(embedding_model=MINILM), tmp_path)
    other = opened(embedding_model="hashed:64")
    for refused in (lambda: first(other, "the pump"), lambda: ingest(other, tmp_path)):
        with pytest.raises(ModelMismatchError, match=r"built with sentence-transformers:all-MiniLM-L6-v2") as caught:
            refused()
        assert f"Set SEARCHAPP_EMBEDDING_MODEL={MINILM} as it was" in caught.value.remedy


def test_an_index_without_the_declared_prompt_goes_on_without_it(
    opened: Open, tmp_path: Path, tiny_model: Path, prepared_tiny: Prepared
) -> None:
    model = {"embedding_model": f"sentence-transformers:{tiny_model}", "models_dir": prepared_tiny[0].parent}
    # As before 0.2, which did not use it.
    ingest(opened(**model, embedding_document_prompt=""), tmp_path, "a.txt")
    later = opened(**model)
    assert (later.embedder.fingerprint.query_prompt, later.embedder.fingerprint.document_prompt) == ("query: ", "")
    ingest(later, tmp_path)
    assert first(later, "the pump must not run dry.") and later.store.fingerprint() == later.embedder.fingerprint
    # What is set is what is meant: it is no more followed than another model.
    with pytest.raises(ModelMismatchError, match=r"document_prompt '' there, 'passage: ' here"):
        first(opened(**model, embedding_document_prompt="passage: "), "the pump")
    with pytest.raises(ModelMismatchError, match=r"query_prompt 'query: ' there, 'ask: ' here"):
        first(opened(models_dir=prepared_tiny[0].parent, embedding_query_prompt="ask: "), "the pump")


def test_a_new_index_uses_the_declared_prompts_and_setting_one_to_nothing_turns_it_off(
    opened: Open, tmp_path: Path, tiny_model: Path, prepared_tiny: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"embedding_model": f"sentence-transformers:{tiny_model}", "models_dir": prepared_tiny[0].parent}
    fingerprint = opened(**model).embedder.fingerprint
    assert (fingerprint.query_prompt, fingerprint.document_prompt) == ("query: ", "passage: ")
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_DOCUMENT_PROMPT", "")
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_QUERY_PROMPT", "")
    running = opened(**model)
    assert (running.embedder.fingerprint.query_prompt, running.embedder.fingerprint.document_prompt) == ("", "")
    ingest(running, tmp_path)
    assert first(running, TEXTS["a.txt"]) == TEXTS["a.txt"]
    (same,) = running.embedder.embed_documents([TEXTS["a.txt"]])
    assert float(same @ running.embedder.embed_query(TEXTS["a.txt"])) > 0.99


def test_an_index_follows_its_model_to_where_its_folder_was_moved(
    opened: Open, tmp_path: Path, tiny_model: Path, prepared_tiny: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here" / "tiny"
    shutil.copytree(tiny_model, here, copy_function=shutil.copy2)
    models = tmp_path / "models"
    shutil.copytree(prepared_tiny[0].parent, models)
    ingest(opened(embedding_model=f"sentence-transformers:{tiny_model}", models_dir=models), tmp_path)
    shutil.rmtree(here)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("searchapp.embedding.sentence_transformers.find_weights", lambda name: None)  # it is gone
    assert first(opened(models_dir=models), TEXTS["b.txt"]) == TEXTS["b.txt"]
    # What the remedy says, word for word, from another directory.
    with pytest.raises(ModelMismatchError) as caught:
        first(opened(embedding_model="hashed:64", models_dir=models), "the pump")
    said = caught.value.remedy.partition("SEARCHAPP_EMBEDDING_MODEL=")[2].split()[0]
    assert first(opened(embedding_model=said, models_dir=models), TEXTS["b.txt"]) == TEXTS["b.txt"]


@pytest.mark.parametrize("opened", ["embedded"], indirect=True)
def test_a_moved_folder_that_was_never_prepared_is_asked_for(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = static(tmp_path / "here" / "static")
    settings = {"models_dir": tmp_path / "models"}
    ingest(opened(embedding_model=f"sentence-transformers:{folder}", **settings), tmp_path)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "there").mkdir()
    folder.rename(tmp_path / "there" / "static")
    with pytest.raises(ModelUnavailableError, match="static") as caught:
        first(opened(**settings), "the pump")
    assert "folder" in caught.value.remedy
    again = opened(embedding_model=f"sentence-transformers:{tmp_path / 'there' / 'static'}", **settings)
    assert first(again, TEXTS["b.txt"])


@pytest.mark.parametrize("opened", ["embedded"], indirect=True)
def test_an_index_alone_makes_no_text_leave_the_machine(opened: Open, tmp_path: Path) -> None:
    from tests.services.fake_openai import KEY, serving

    with serving() as fake:
        ingest(
            opened(embedding_model="openai:text-embedding-3-small", openai_base_url=fake.url, openai_api_key=KEY),
            tmp_path,
        )
        asked = len(fake.requests)
        with pytest.raises(ModelUnavailableError, match=r"nothing is sent to embeddings.example.org unless") as caught:
            first(opened(openai_base_url="https://embeddings.example.org/v1", openai_api_key=KEY), "the pump")
        assert "SEARCHAPP_EMBEDDING_MODEL=openai:text-embedding-3-small" in caught.value.remedy
        assert len(fake.requests) == asked
