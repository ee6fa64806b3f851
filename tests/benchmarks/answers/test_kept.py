"""Figures of an earlier run are used only where the same model, chunking and code would give them again."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from benchmarks.answers import kept
from benchmarks.answers.kept import Kept, maker
from searchapp.embedding import build_embedder
from searchapp.settings import load_settings

ROWS = [{"part": "hold-out", "questions": 1, "right": {"answerable": 1.0}}]
SETTINGS = load_settings(embedding_model="hashed:64")
FINGERPRINT = build_embedder(SETTINGS).fingerprint


def test_a_set_joins_those_of_an_earlier_run(tmp_path: Path) -> None:
    made_by = maker(FINGERPRINT, SETTINGS)
    Kept(tmp_path / "deep" / "answers.json").put("gate", "en_fact", made_by, ROWS)
    later = Kept(tmp_path / "deep" / "answers.json")
    later.put("gate", "zh_int", made_by, ROWS)
    assert later.rows("gate", ("en_fact", "zh_fact", "zh_int"), made_by) == {"en_fact": ROWS, "zh_int": ROWS}
    assert later.rows("checker", ("en_fact",), made_by) == {}


@pytest.mark.parametrize(
    ("fingerprint", "settings"),
    [
        (dataclasses.replace(FINGERPRINT, digest="other weights"), SETTINGS),
        (dataclasses.replace(FINGERPRINT, dtype="bfloat16"), SETTINGS),
        (FINGERPRINT, SETTINGS.model_copy(update={"chunk_tokens": 128})),
        (FINGERPRINT, SETTINGS.model_copy(update={"chunk_overlap_tokens": 0})),
    ],
)
def test_another_model_or_chunking_is_named_and_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fingerprint: object, settings: object
) -> None:
    figures = Kept(tmp_path / "answers.json")
    figures.put("gate", "zh_refine 3", maker(FINGERPRINT, SETTINGS), ROWS)
    assert figures.rows("gate", ("zh_refine 3",), maker(fingerprint, settings)) == {}  # type: ignore[arg-type]
    assert 'measure it again: --part gate --set "zh_refine 3".' in capsys.readouterr().err


def test_other_code_is_another_maker(monkeypatch: pytest.MonkeyPatch) -> None:
    before = maker(FINGERPRINT, SETTINGS)
    assert maker(FINGERPRINT, SETTINGS) == before
    monkeypatch.setattr(kept, "ROOMS", ("chunking",))
    assert maker(FINGERPRINT, SETTINGS) != before
