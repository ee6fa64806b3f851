"""``searchapp models list`` and ``prepare``, as they are typed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from searchapp.embedding.models import KNOWN
from tests.cli.conftest import Type
from tests.embedding.tiny import static
from tests.services import prepared_models

pytestmark = pytest.mark.parametrize("typed", ["embedded"], indirect=True)


@pytest.fixture
def prepared_tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The name of a folder's model that is prepared; its name is that of a fixture that has it obtained."""
    own = tmp_path / "models"
    shutil.copytree(prepared_models.tiny_folder(), own, ignore=shutil.ignore_patterns("scales", ".*"))
    monkeypatch.setenv("SEARCHAPP_MODELS_DIR", str(own))
    return str(prepared_models.tiny_model())


def test_the_known_models_are_listed_with_what_they_are(typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", "sentence-transformers:all-MiniLM-L6-v2")
    monkeypatch.setenv("HF_HOME", "none")
    monkeypatch.setenv("COLUMNS", "200")
    told = json.loads(typed("models", "list", "--json").out)
    assert told["configured"] == "sentence-transformers:all-MiniLM-L6-v2"
    rows = {row["name"]: row for row in told["models"]}
    assert list(rows)[: len(KNOWN)] == [model.name for model in KNOWN]
    mini = rows["all-MiniLM-L6-v2"]
    assert mini["weights"].startswith("package: ") and mini["prepared"] == "" and mini["configured"]
    assert (mini["languages"], mini["dimensions"], mini["tokens"], mini["licence"], mini["megabytes"]) == (
        "English", 384, 256, "Apache-2.0", 92,
    )  # fmt: skip
    assert rows["bge-m3"]["weights"] == "" and [name for name, row in rows.items() if row["configured"]] == [
        mini["name"]
    ]
    shown = typed("models", "list")
    assert shown.code == 0 and all(model.name in shown.out and model.licence in shown.out for model in KNOWN)
    (line,) = [line for line in shown.out.splitlines() if line.startswith("*")]
    assert "all-MiniLM-L6-v2" in line and "an installed package" in line
    (line,) = [line for line in shown.out.splitlines() if "bge-m3" in line]
    assert "on the hub" in line


@pytest.mark.parametrize(
    ("setting", "marked"),
    [
        ("sentence-transformers:intfloat/multilingual-e5-small", ["multilingual-e5-small"]),
        ("sentence-transformers:sentence-transformers/all-MiniLM-L6-v2", ["all-MiniLM-L6-v2"]),
        ("sentence-transformers:owner/other", ["owner/other"]),
        ("ollama:bge-m3", []),
        ("hashed:64", []),
    ],
)
def test_the_configured_model_is_marked_whatever_it_is_called(
    typed: Type, monkeypatch: pytest.MonkeyPatch, setting: str, marked: list[str]
) -> None:
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", setting)
    rows = json.loads(typed("models", "list", "--json").out)["models"]
    assert [row["name"] for row in rows if row["configured"]] == marked


def test_a_folder_is_prepared_and_listed(typed: Type, prepared_tiny: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = typed("models", "prepare", prepared_tiny)
    assert prepared.code == 0 and "tiny is prepared in " in prepared.out and "full (cosine 1.000)" in prepared.out
    told = json.loads(typed("models", "prepare", prepared_tiny, "--json").out)
    assert told["name"] == "tiny" and told["precisions"].keys() == {"full", "int8"} and told["reason"] == ""
    assert Path(told["folder"]).parent.name == "models"
    by_name = json.loads(typed("models", "prepare", "tiny", "--json").out)
    assert by_name == told, "as in an image, where the weights themselves are not"
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", f"sentence-transformers:{prepared_tiny}")
    (row,) = [row for row in json.loads(typed("models", "list", "--json").out)["models"] if row["configured"]]
    assert (row["name"], row["prepared"], row["dimensions"]) == ("tiny", told["folder"], 32)
    assert row["weights"] == f"folder: {prepared_tiny}"


@pytest.mark.slow
def test_a_model_that_cannot_be_compiled_says_who_runs_it(typed: Type, tmp_path: Path) -> None:
    prepared = typed("models", "prepare", str(static(tmp_path / "static")))
    assert prepared.code == 0 and prepared.out == "sentence-transformers runs static: it is no transformer.\n"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/no/such/folder", "'/no/such/folder' is not on this machine: there is no such folder."),
        ("owner/name", "'owner/name' is not on this machine and could not be fetched."),
        ("no-such-model", "'no-such-model' is not on this machine and could not be fetched."),
    ],
)
def test_a_model_that_is_nowhere_is_a_sentence(
    typed: Type, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    ended = typed("models", "prepare", name)
    assert ended.code == 1 and words in " ".join(ended.err.split()) and ended.out == ""
    told = json.loads(typed("models", "prepare", name, "--json").err)["error"]
    assert words in told["message"] and "searchapp models list" in told["remedy"]
