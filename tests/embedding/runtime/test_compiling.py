"""Compiling: what is unlike the model is not used, and what is there gives way only to what is done."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from searchapp.embedding.runtime import compiling
from searchapp.embedding.runtime.compiled import CompiledModel
from searchapp.embedding.runtime.compiling import LEAST_COSINE, calibration_texts, compiled_into
from searchapp.embedding.runtime.facts import read_facts
from searchapp.embedding.runtime.reference import ReferenceModel, load_reference
from searchapp.embedding.weights import find_weights
from searchapp.messages import decoded
from searchapp.settings import Precision
from tests.embedding.tiny import static, tiny

TEXTS = ["the pump must not run dry", "a index of the pump is a index " * 30, "never seen", ""]

pytestmark = pytest.mark.filterwarnings(
    "ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning"
)


def compiled(model: Path, parent: Path) -> Path:
    scratch = parent / ".scratch"
    scratch.mkdir(parents=True)
    try:
        return compiled_into(str(model), parent, scratch, lambda share, what: None)
    finally:
        for left in (scratch / "compiled", scratch):
            assert not left.exists() or left == scratch


def reference(model: Path, scratch: Path) -> ReferenceModel:
    weights = find_weights(str(model))
    assert weights
    return ReferenceModel(load_reference(weights, scratch), weights, "")


def test_the_texts_that_calibrate_are_those_of_the_models_that_are_in_use() -> None:
    texts = calibration_texts()
    assert len(texts) == 52
    assert sha256(json.dumps(texts).encode()).hexdigest() == (
        "3897f4a4874b19eaab244cc7b3cda689e4625310cdac2f711ec69c5f08f3eca8"
    ), "models compiled with other texts give other vectors: indices would have to be built again"


@pytest.mark.parametrize("precision", list(Precision))
def test_compiled_vectors_are_those_of_the_model(tiny_model: Path, tmp_path: Path, precision: Precision) -> None:
    folder = compiled(tiny_model, tmp_path / "made")
    facts = read_facts(folder)
    own = reference(tiny_model, tmp_path)
    assert facts and facts.reason == "" and facts.cosines.keys() == set(Precision)
    assert facts.dims == own.facts.dims and facts.query_prompt == "query: " and facts.document_prompt == "passage: "
    assert folder.name == f"tiny-{own.facts.digest[:12]}"
    facts.__class__(**{**vars_of(facts), "seconds": {"int8": 0.0, "full": 1.0}}).save(folder)
    model = CompiledModel(folder, precision)
    assert model.precision is precision
    found, expected = model.encode(TEXTS), own.encode(TEXTS)
    assert np.min(np.sum(found * expected, axis=1)) > (
        0.9999 if precision is Precision.FULL else LEAST_COSINE[precision]
    )
    assert found.dtype == np.float32 and np.allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)
    assert model.tokenizer.counts(TEXTS) == own.tokenizer.counts(TEXTS)


def vars_of(facts: object) -> dict[str, object]:
    import dataclasses

    return {field.name: getattr(facts, field.name) for field in dataclasses.fields(facts)}  # type: ignore[arg-type]


def test_eight_bits_that_are_unlike_the_model_are_not_used(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LEAST_COSINE, Precision.INT8, 1.1)
    folder = compiled(tiny_model, tmp_path)
    facts = read_facts(folder)
    assert facts and facts.cosines.keys() == facts.seconds.keys() == {Precision.FULL}
    assert facts.reason.startswith("Too unlike the model's own vectors to be used: int8 (cosine ")
    assert CompiledModel(folder, Precision.INT8).precision is Precision.FULL
    assert not list(folder.glob("int8.*"))


def test_a_model_whose_copy_is_unlike_it_is_left_to_sentence_transformers(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LEAST_COSINE, Precision.FULL, 1.1)
    folder = compiled(tiny_model, tmp_path)
    facts = read_facts(folder)
    assert facts and not facts.cosines and "its compiled vectors would be unlike its own: full (cosine" in facts.reason
    assert [file.name for file in folder.iterdir()] == ["model.json"]
    with pytest.raises(ValueError, match="holds no compiled model"):
        CompiledModel(folder, Precision.FULL)


def test_what_is_no_transformer_says_so(tmp_path: Path) -> None:
    facts = read_facts(compiled(static(tmp_path / "static"), tmp_path / "made"))
    assert facts and not facts.cosines and facts.reason == "it is no transformer"


def test_a_copy_of_the_same_weights_is_one_model_of_two_sources(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tiny_model, tmp_path / "other" / "tiny")
    first = compiled(tiny_model, tmp_path / "made")
    (tmp_path / "made" / ".scratch").rename(tmp_path / "earlier")
    assert compiled(tmp_path / "other" / "tiny", tmp_path / "made") == first
    facts = read_facts(first)
    assert facts and len(facts.sources) == 2


def test_a_failure_keeps_the_old_copy_and_is_told_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tiny(tmp_path / "tiny")
    first = compiled(model, tmp_path / "made")
    before = {file.name: file.read_bytes() for file in first.iterdir()}
    (tmp_path / "made" / ".scratch").rename(tmp_path / "earlier")
    (tmp_path / "again").mkdir()
    monkeypatch.setattr(sys, "argv", ["compiling", str(model), str(tmp_path / "made"), str(tmp_path / "again")])
    for error, code, words in (
        (OSError(28, "No space left on device"), "storage", f"{tmp_path / 'made'} cannot be written: no space left"),
        (RuntimeError("Check 'bin_file' failed: No space left on device"), "storage", "no space left on device"),
        (PermissionError(13, "Permission denied"), "storage", "cannot be written: permission denied"),
        (
            ModuleNotFoundError("No module named 'nncf'"),
            "model_unavailable",
            "could not be prepared: ModuleNotFoundErr",
        ),
        (MemoryError(), "model_unavailable", "could not be prepared: MemoryError."),
    ):
        monkeypatch.setattr(compiling, "_quantise", raising(error))
        with pytest.raises(SystemExit) as ended:
            compiling.main()
        assert ended.value.code == 1
        last = capsys.readouterr().out.splitlines()[-1]
        assert last.startswith("failed ")
        told_code, kept = json.loads(last.removeprefix("failed "))
        sentence = decoded(kept)
        assert told_code == code and sentence and words in str(sentence) and str(sentence.remedy)
        assert {file.name: file.read_bytes() for file in first.iterdir()} == before
        import shutil

        shutil.rmtree(tmp_path / "again")
        (tmp_path / "again").mkdir()


def raising(error: Exception):
    def raises(*_: object) -> None:
        raise error

    return raises
