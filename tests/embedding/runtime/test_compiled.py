"""The known models as they are prepared: their vectors beside sentence-transformers' own, and who may run them."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from searchapp.embedding.runtime.compiled import (
    BATCH_TOKENS,
    CompiledModel,
    batches,
    padded_length,
    quickest,
    runs_here,
    without_telemetry,
)
from searchapp.embedding.runtime.compiling import LEAST_COSINE
from searchapp.embedding.runtime.facts import ModelFacts
from searchapp.embedding.runtime.preparing import find_prepared
from searchapp.embedding.runtime.reference import load_reference, reference_vectors
from searchapp.embedding.weights import find_weights
from searchapp.settings import Precision, load_settings

TEXTS = [
    "The pump must not run dry.",
    "query: how is a snapshot restored?",
    "Snapshots of an index are kept in a repository that every node of the cluster can reach. " * 40,
    "混合检索同时使用关键词和向量。",
    "東京都の天気は晴れです。",
    "서울의 날씨는 맑습니다.",
    "👍🏽 emoji   and  spaces",
    "",
]


def compiled(name: str, precision: Precision) -> CompiledModel:
    found = find_prepared(load_settings(), None, name)
    if found is None:
        pytest.skip(f"{name} is not prepared: its weights are not here")
    model = CompiledModel(found[0], precision)
    model.precision = precision
    return model


@pytest.mark.slow
@pytest.mark.parametrize("name", ["multilingual-e5-small", "all-MiniLM-L6-v2"])
def test_vectors_are_those_of_sentence_transformers(name: str, tmp_path: Path) -> None:
    full, int8 = (compiled(name, precision) for precision in (Precision.FULL, Precision.INT8))
    weights = find_weights(name)
    assert weights
    expected = reference_vectors(load_reference(weights, tmp_path), TEXTS)
    found, quick = full.encode(TEXTS), int8.encode(TEXTS)
    assert np.min(np.sum(found * expected, axis=1)) > 0.9999
    cosines = np.sum(quick * expected, axis=1)
    assert np.min(cosines) > LEAST_COSINE[Precision.INT8] and not np.allclose(quick, found, atol=1e-4)
    assert full.facts == int8.facts and full.dtype == "float32" and int8.dtype == "int8"


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    model = compiled("multilingual-e5-small", Precision.INT8)
    alone = np.concatenate([model.encode([text]) for text in TEXTS])
    assert np.min(np.sum(alone * model.encode(TEXTS), axis=1)) > 0.9999


@pytest.mark.parametrize("lengths", [[5], [9] * 13, [3, 500, 4, 17], [512] * 40, list(range(2, 340, 3))])
def test_batches_keep_every_text_in_order_and_have_few_shapes(lengths: list[int]) -> None:
    ids = [[number] * length for number, length in enumerate(lengths)]
    made = list(batches(ids))
    assert [one for batch in made for one in batch] == ids
    for batch in made:
        assert len(batch) & (len(batch) - 1) == 0
        assert len(batch) == 1 or len(batch) * max(map(len, batch)) <= BATCH_TOKENS


def test_lengths_are_padded_to_one_of_few() -> None:
    padded = {length: padded_length(length) for length in range(1, 513)}
    assert len(set(padded.values())) == 24
    assert all(length <= to <= max(length + 7, length * 1.25) for length, to in padded.items())


def facts(**seconds: float) -> ModelFacts:
    cosines = dict.fromkeys(seconds, 1.0)
    return ModelFacts("m", "0" * 64, 1, 1, "", "", (), cosines, seconds)


def test_the_precision_is_what_preparation_measured_and_no_race_of_each_start() -> None:
    assert quickest(facts(full=2.0, int8=1.0)) is Precision.INT8
    assert quickest(facts(full=1.0, int8=2.0)) is Precision.FULL
    assert quickest(facts(full=1.0)) is Precision.FULL


@pytest.mark.parametrize(
    ("cpuinfo", "runs"),
    [
        ("processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu sse4_2 avx avx2 fma\n", True),
        ("processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu avx2\n", True),
        ("vendor_id\t: HygonGenuine\nflags\t\t: fpu sse4_2 avx\n", False),
        ("vendor_id\t: GenuineIntel\nmodel name\t: avx2 \nflags\t\t: fpu sse4_2 avx\n", False),
        ("processor\t: 0\nBogoMIPS\t: 50.00\nFeatures\t: fp asimd evtstrm\n", True),
        ("", True),
    ],
)
def test_a_processor_without_avx2_is_told_by_its_flags(tmp_path: Path, cpuinfo: str, runs: bool) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo)
    assert runs_here(tmp_path / "cpuinfo") is runs
    assert runs_here(tmp_path / "none")


def test_no_library_can_report_its_use() -> None:
    without_telemetry()
    assert sys.modules["openvino_telemetry"] is None
    with pytest.raises(ImportError):
        import openvino_telemetry  # noqa: F401


def test_a_folder_without_a_compiled_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no compiled model"):
        CompiledModel(tmp_path, Precision.FULL)
