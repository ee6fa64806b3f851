"""The one scale of all models: where unrelated texts lie, and that it is measured once a model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from searchapp.embedding import Embedder, Scale, build_embedder, scale_of, similarity
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.embedding.similarity import MOST, SAME_SCALE, UNRELATED, measured
from searchapp.settings import Settings, load_settings

PAIRS = [
    ("How are gloves chosen?", "The tide turns twice a day and lifts the boats in the harbour."),
    ("Where is the nearest pharmacy?", "Copper is drawn into wire while it is still warm."),
    ("谁发明了印刷术？", "这家餐馆的牛肉面要排队半小时才能吃到。"),
    ("怎样修剪葡萄藤？", "列车在暴雨中晚点了两个小时，乘客在站台上等候。"),
]
"""None is among those that the scale is measured by."""


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is remembered of other tests."""
    monkeypatch.setattr(similarity, "_measured", {})


def settings_of(folder: Path, **more: object) -> Settings:
    return load_settings(data_dir=folder / "data", models_dir=None, **more)


def counted(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one at each measuring."""
    counts: list[int] = []

    def once(one: Embedder) -> float:
        counts.append(1)
        return measured(one)

    monkeypatch.setattr(similarity, "measured", once)
    return counts


@pytest.mark.parametrize("model", ["multilingual-e5-small", "all-MiniLM-L6-v2"])
def test_unrelated_texts_lie_at_about_the_same_place_by_each_model(model: str, request: pytest.FixtureRequest) -> None:
    if model.startswith("multilingual"):
        request.getfixturevalue("multilingual")
    settings = load_settings(embedding_model=f"sentence-transformers:{model}")
    embedder = build_embedder(settings)
    scale = scale_of(embedder, settings)
    pairs = PAIRS if model.startswith("multilingual") else PAIRS[:2]  # the other reads English
    questions = np.array([embedder.embed_query(question) for question, _ in pairs])
    found = [
        scale.similarity(float(one)) for one in (questions @ embedder.embed_documents([a for _, a in pairs]).T).ravel()
    ]
    assert abs(float(np.mean(found)) - UNRELATED) < 0.1
    own = embedder.embed_documents(["The pump must not run dry."])[0]
    assert scale.similarity(float(own @ own)) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("unrelated", [-0.2, 0.0, 0.05, 0.5, 0.78, 0.94, MOST, 0.999, 1.0])
def test_a_scale_goes_up_only_and_ends_at_one(unrelated: float) -> None:
    scale = Scale(unrelated)
    cosines = np.linspace(-1.0, 1.0, 201)
    found = [scale.similarity(float(cosine)) for cosine in cosines]
    assert found == sorted(found) and found[-1] == 1.0 and min(found) >= -1.0
    for cosine, one in zip(cosines, found, strict=True):
        if one > -1.0:
            assert scale.cosine(one) == pytest.approx(cosine, abs=1e-9)
    if unrelated <= MOST:
        assert scale.similarity(unrelated) == pytest.approx(UNRELATED)
    assert SAME_SCALE.similarity(0.3) == pytest.approx(0.3)


def test_a_model_is_measured_once_and_kept_beside_the_prepared_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path)
    embedder = HashedEmbedder("64", settings)
    counts = counted(embedder, monkeypatch)
    first = scale_of(embedder, settings)
    assert scale_of(embedder, settings) == first and len(counts) == 1
    (kept,) = (tmp_path / "data" / "models" / "scales").iterdir()
    assert json.loads(kept.read_text()) == {"model": str(embedder.fingerprint), "unrelated": first.unrelated}
    monkeypatch.setattr(similarity, "_measured", {})
    assert scale_of(embedder, settings) == first and len(counts) == 1
    scale_of(HashedEmbedder("128", settings), settings)
    assert len(counts) == 2, "another model is measured for itself"


@pytest.mark.parametrize(
    "text", ["", '{"unrel', "[]", "null", '{"unrelated": "x"}', '{"unrelated": NaN}', '{"unrelated": 7}']
)
def test_a_file_that_was_cut_off_or_is_wrong_is_measured_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    settings = settings_of(tmp_path)
    embedder = HashedEmbedder("64", settings)
    first = scale_of(embedder, settings)
    (kept,) = (tmp_path / "data" / "models" / "scales").iterdir()
    kept.write_text(text)
    monkeypatch.setattr(similarity, "_measured", {})
    assert scale_of(embedder, settings) == first
    assert json.loads(kept.read_text())["unrelated"] == first.unrelated


def test_where_no_folder_can_be_written_it_is_measured_by_each_process(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    settings = settings_of(tmp_path)
    assert -1.0 <= scale_of(HashedEmbedder("64", settings), settings).unrelated <= 1.0
    assert (tmp_path / "data").read_text() == "in the way"


def test_a_folder_that_may_only_be_read_gives_what_it_has_and_the_own_one_takes_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = load_settings(data_dir=tmp_path / "data", models_dir=tmp_path / "image")
    embedder = HashedEmbedder("64", image)
    (tmp_path / "image").write_text("in the way")
    first = scale_of(embedder, image)
    (kept,) = (tmp_path / "data" / "models" / "scales").iterdir()
    assert json.loads(kept.read_text())["unrelated"] == first.unrelated
