"""Preparing: once for a machine, by a process of its own, which may be killed, run out of disk, or be waited for."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from searchapp import progress
from searchapp.embedding import build_embedder
from searchapp.embedding.runtime import preparing
from searchapp.embedding.runtime.facts import ModelFacts, read_facts
from searchapp.embedding.runtime.preparing import find_prepared, prepare, prepared_models
from searchapp.embedding.sentence_transformers import SentenceTransformersEmbedder
from searchapp.embedding.weights import Weights, find_weights
from searchapp.errors import ModelUnavailableError, StorageError
from searchapp.settings import Settings, load_settings

Prepared = tuple[Path, ModelFacts]


def weights_of(model: Path) -> Weights:
    weights = find_weights(str(model))
    assert weights
    return weights


def never(*_: object) -> str:
    raise AssertionError("nothing is to be compiled")


def child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """The compiling process runs ``code`` instead, with the name, the folder and the scratch folder in ``sys.argv``."""
    real = subprocess.Popen

    def popen(command: list[str], **options: object) -> object:
        return real([sys.executable, "-c", code, *command[3:]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(preparing.subprocess, "Popen", popen)


@pytest.fixture
def copied(prepared_tiny: Prepared, tmp_path: Path) -> Settings:
    """Settings with a prepared model of the tiny one's."""
    import shutil

    folder = tmp_path / "data" / "models" / prepared_tiny[0].name
    shutil.copytree(prepared_tiny[0], folder)
    return load_settings(data_dir=tmp_path / "data", models_dir=None)


def test_a_prepared_model_is_found_by_weights_by_name_and_by_digest(
    copied: Settings, tiny_model: Path, prepared_tiny: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_compiled", never)
    weights, facts = weights_of(tiny_model), prepared_tiny[1]
    found = prepare(copied, weights)
    assert found[1] == facts
    assert find_prepared(copied, weights) == find_prepared(copied, None, "tiny") == found
    assert find_prepared(copied, None, digest=facts.digest) == found
    assert find_prepared(copied, replace(weights, identity="folder of other weights")) is None
    assert find_prepared(copied, None, "other") is None and find_prepared(copied, None, digest="0" * 64) is None


def test_a_folder_that_is_half_there_or_of_another_format_is_none(copied: Settings) -> None:
    ((folder, facts),) = prepared_models(copied)
    for text in ('{"name": "ti', "[]", "{}", "null"):
        (folder / "model.json").write_text(text)
        assert read_facts(folder) is None and not list(prepared_models(copied))
    replace(facts, format=99).save(folder)
    assert not list(prepared_models(copied))


def test_the_process_is_given_no_secret(monkeypatch: pytest.MonkeyPatch, alone: Settings, tiny_model: Path) -> None:
    for name in ("SEARCHAPP_OPENAI_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "SEARCHAPP_SECRETS_DIR"):
        monkeypatch.setenv(name, "sesame")
    child(
        monkeypatch,
        "import os, sys; sys.exit(' '.join(sorted(k for k, v in os.environ.items() if 'sesame' in v)) or 'none')",
    )
    with pytest.raises(ModelUnavailableError, match=r"tiny could not be prepared: none."):
        prepare(alone, weights_of(tiny_model))


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV"])
def test_a_process_that_is_killed_is_told_by_its_signal_and_leaves_nothing(
    name: str, monkeypatch: pytest.MonkeyPatch, alone: Settings, tiny_model: Path
) -> None:
    code = "import os, signal, sys; open(sys.argv[3] + '/half', 'w').write('x'); print('0.5 Half', flush=True);"
    child(monkeypatch, f"{code} os.kill(os.getpid(), signal.{name})")
    with pytest.raises(ModelUnavailableError, match=f"tiny could not be prepared: its process was ended by {name}"):
        prepare(alone, weights_of(tiny_model))
    assert [file.name for file in alone.model_folders[0].iterdir()] == [".tiny.lock"]


def test_what_a_killed_parent_left_is_removed_by_the_next(
    monkeypatch: pytest.MonkeyPatch, alone: Settings, tiny_model: Path
) -> None:
    left = alone.model_folders[0] / ".preparing-tiny"
    left.mkdir(parents=True)
    (left / "half").write_text("x")
    child(monkeypatch, "import os, sys; sys.exit(str(os.listdir(sys.argv[3])))")
    with pytest.raises(ModelUnavailableError, match=r"could not be prepared: \[\]"):
        prepare(alone, weights_of(tiny_model))
    assert not left.exists()


def test_giving_up_ends_the_process_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, alone: Settings, tiny_model: Path
) -> None:
    child(monkeypatch, "import os, time; print(f'0.5 {os.getpid()}', flush=True); time.sleep(600)")
    seen: list[int] = []

    def watcher(what: str, share: float) -> None:
        if share == 0.5:
            seen.append(int(what.split()[0]))
            raise KeyboardInterrupt

    with progress.watched(watcher), pytest.raises(KeyboardInterrupt):
        prepare(alone, weights_of(tiny_model))
    with pytest.raises(ProcessLookupError):
        os.kill(seen[0], 0)
    assert [file.name for file in alone.model_folders[0].iterdir()] == [".tiny.lock"]


def test_one_makes_it_and_the_other_waits_and_takes_it(
    monkeypatch: pytest.MonkeyPatch, alone: Settings, tiny_model: Path, prepared_tiny: Prepared, tmp_path: Path
) -> None:
    (tmp_path / "gate").mkdir()
    code = (
        "import shutil, sys, time, os\n"
        f"with open({str(tmp_path / 'runs')!r}, 'a') as runs: runs.write('x')\n"
        f"while os.path.isdir({str(tmp_path / 'gate')!r}): time.sleep(0.05)\n"
        f"shutil.copytree({str(prepared_tiny[0])!r}, sys.argv[2] + '/made')\n"
        "print('done made', flush=True)"
    )
    child(monkeypatch, code)
    waits = threading.Event()

    def watcher(what: str, share: float) -> None:
        if what == "Waiting for another process that prepares tiny":
            waits.set()

    with progress.watched(watcher), ThreadPoolExecutor(2) as pool:
        both = [pool.submit(prepare, alone, weights_of(tiny_model)) for _ in range(2)]
        waited = waits.wait(60)
        (tmp_path / "gate").rmdir()  # also where nobody waited: both would be waited for without end
        assert waited
        first, second = (one.result(60) for one in both)
    assert first == second and first[1] == prepared_tiny[1]
    assert (tmp_path / "runs").read_text() == "x"


@pytest.mark.slow
def test_two_commands_at_once_compile_once(tiny_model: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "searchapp.cli.run", "models", "prepare", str(tiny_model), "--json"]
    environment = {**os.environ, "SEARCHAPP_DATA_DIR": str(tmp_path), "SEARCHAPP_MODELS_DIR": ""}
    both = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=280) for process in both]
    assert [process.returncode for process in both] == [0, 0], ended
    assert ended[0][0] == ended[1][0]
    (made,) = (tmp_path / "models").glob("tiny-*")
    assert made.stat().st_ino and not list((tmp_path / "models").glob(".preparing*"))


@pytest.mark.slow
def test_a_full_disk_is_a_sentence_leaves_nothing_and_keeps_the_old_copy(
    copied: Settings, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {file: file.read_bytes() for file in copied.model_folders[0].rglob("*") if file.is_file()}
    real = subprocess.Popen

    def limited(command: list[str], **options: object) -> object:
        def limit() -> None:  # 20 KB a file: what a full disk does, and no right is needed for it
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        return real(command, preexec_fn=limit, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(preparing.subprocess, "Popen", limited)
    with pytest.raises(StorageError, match=r"data/models cannot be written: ") as caught:
        prepare(copied, weights_of(tiny_model), again=True)
    assert "SEARCHAPP_MODELS_DIR" in caught.value.remedy
    left = {file: file.read_bytes() for file in copied.model_folders[0].rglob("*") if file.is_file()}
    assert {file: text for file, text in left.items() if not file.name.startswith(".")} == before
    assert not list(copied.model_folders[0].glob(".preparing*"))


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a disk of its own")
@pytest.mark.parametrize("size", ["64k", "120k"])
def test_a_disk_that_fills_up_is_a_sentence_and_leaves_nothing(size: str, tiny_model: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        with pytest.raises(StorageError, match=r"cannot be written: no space left on device. Free disk space"):
            prepare(load_settings(data_dir=tmp_path, models_dir=disk), weights_of(tiny_model))
        assert [file.name for file in disk.iterdir()] == [".tiny.lock"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_place_that_is_no_folder_is_named(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("in the way")
    with pytest.raises(StorageError, match=r"models cannot be written"):
        prepare(load_settings(data_dir=tmp_path, models_dir=None), weights_of(tiny_model))


def test_a_model_that_could_not_be_compiled_is_not_tried_at_each_start(
    copied: Settings, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ((folder, facts),) = prepared_models(copied)
    replace(facts, cosines={}, seconds={}, reason="it cannot be traced").save(folder)
    monkeypatch.setattr(preparing, "_compiled", never)
    settings = load_settings(**{**copied.model_dump(), "embedding_model": f"sentence-transformers:{tiny_model}"})
    embedder = build_embedder(settings)
    assert isinstance(embedder, SentenceTransformersEmbedder) and embedder.fingerprint.digest == facts.digest
    assert type(embedder._model).__name__ == "ReferenceModel" and embedder.fingerprint.dtype == "float32"
    assert embedder.embed_query("the pump").shape == (facts.dims,)


def test_the_model_of_a_hub_has_a_file_name(alone: Settings, tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import sys; sys.exit(sys.argv[3])")
    weights = Weights("owner/name", "cache", tiny_model, "cache 1")
    with pytest.raises(
        ModelUnavailableError, match=r"owner/name could not be prepared: .*/models/.preparing-owner--name"
    ):
        prepare(alone, weights)
    assert [file.name for file in alone.model_folders[0].iterdir()] == [".owner--name.lock"]
