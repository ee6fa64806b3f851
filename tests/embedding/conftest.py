"""The fake service of embeddings, and embedders of it; one small transformer for all tests, and what it becomes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp.embedding import Embedder, build_embedder
from searchapp.embedding.runtime.facts import ModelFacts
from searchapp.embedding.runtime.preparing import prepare
from searchapp.embedding.weights import find_weights
from searchapp.settings import Settings, load_settings
from tests.services import prepared_models
from tests.services.fake_openai import KEY, FakeOpenAI, serving

SMALL = "text-embedding-3-small"

Build = Callable[..., Embedder]


@pytest.fixture
def fake() -> Iterator[FakeOpenAI]:
    with serving() as running:
        yield running


@pytest.fixture
def build(fake: FakeOpenAI, tmp_path: Path) -> Build:
    """Builds an embedder of the fake's; each is as one of another process that shares the data folder."""

    def built(model: str = SMALL, **settings: object) -> Embedder:
        chosen = {"openai_base_url": fake.url, "openai_api_key": KEY, "data_dir": tmp_path, **settings}
        return build_embedder(load_settings(embedding_model=f"openai:{model}", **chosen))

    return built


@pytest.fixture(scope="session")
def tiny_model() -> Path:
    """A folder with a transformer of random weights that declares the prompts of e5."""
    return prepared_models.tiny_model()


@pytest.fixture(scope="session")
def prepared_tiny(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ModelFacts]:
    """The folder that it was compiled into, by a process of its own, and its facts."""
    weights = find_weights(str(tiny_model))
    assert weights
    own = tmp_path_factory.mktemp("models")
    shutil.copytree(prepared_models.tiny_folder(), own / "models", ignore=shutil.ignore_patterns("scales", ".*"))
    return prepare(load_settings(data_dir=own, models_dir=None), weights)


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    """Settings under which no model is prepared yet."""
    return load_settings(data_dir=tmp_path / "data", models_dir=None)
