"""The hub, as a command meets it: a model is fetched once with its progress told, and each failure is a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from searchapp.embedding import hub as hub_module
from searchapp.embedding.weights import find_weights
from searchapp.errors import ModelUnavailableError
from tests.embedding.tiny import PROMPTS, static, tiny
from tests.services.fake_hub import COMMIT, FakeHub, serving

FETCH = (
    "import sys\n"
    "from searchapp import progress\n"
    "from searchapp.embedding.hub import fetch\n"
    "from searchapp.errors import SearchAppError\n"
    "try:\n"
    "    with progress.watched(lambda what, share: print(f'{share:.2f} {what}')):\n"
    "        print('found', fetch(sys.argv[1]).path)\n"
    "except SearchAppError as error:\n"
    "    print(type(error).__name__, error)\n"
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("hub") / "tiny", PROMPTS)


@pytest.fixture
def hub(model: Path) -> Iterator[FakeHub]:
    with serving() as running:
        running.models["owner/tiny"] = model
        yield running


@pytest.fixture
def fetched(hub: FakeHub, tmp_path: Path) -> Callable[..., str]:
    """What a process prints that fetches a model; ``HF_HOME`` is the test's own."""

    def fetched(name: str = "owner/tiny", *, code: str = FETCH, **environment: str) -> str:
        ended = subprocess.run(
            [sys.executable, "-c", code, name],
            env={**os.environ, "HF_HOME": str(tmp_path / "hf"), "HF_ENDPOINT": hub.url, **environment},
            capture_output=True,
            text=True,
            timeout=250,
        )
        assert ended.returncode == 0 and "Traceback" not in ended.stderr, ended.stderr
        return ended.stdout.strip()

    return fetched


def test_a_model_is_fetched_with_its_progress_and_found_in_the_cache_afterwards(
    fetched: Callable[..., str], hub: FakeHub, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *told, found = fetched().splitlines()
    assert told[0] == "0.00 Fetching owner/tiny" and told[-1] == "1.00 Fetching the embedding model"
    snapshot = tmp_path / "hf" / "hub" / "models--owner--tiny" / "snapshots" / COMMIT
    assert found == f"found {snapshot}"
    assert (snapshot / "model.safetensors").read_bytes() == (model / "model.safetensors").read_bytes()
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    weights = find_weights("owner/tiny")
    assert weights and (weights.kind, weights.name, weights.path) == ("cache", "owner/tiny", snapshot)
    hub.requests.clear()
    hub.models.clear()
    assert "not on this machine" not in fetched(
        code="from searchapp.embedding.weights import find_weights as f; import sys; print(f(sys.argv[1]))"
    )
    assert not hub.requests, "what is here is not asked for"


def test_static_embeddings_are_fetched_too(fetched: Callable[..., str], hub: FakeHub, tmp_path: Path) -> None:
    hub.models["owner/static"] = static(tmp_path / "static")
    assert fetched("owner/static").splitlines()[-1].startswith("found ")


HTML = b"<html><body>Please log in to the network.</body></html>"


@pytest.mark.parametrize(
    ("status", "body", "headers", "words", "remedy"),
    [
        (401, b'{"error":"Invalid credentials"}', {}, "answered 401", "Set HF_TOKEN"),
        (401, b"", {"X-Error-Code": "RepoNotFound"}, "has no such model, or none for this account", "set HF_TOKEN"),
        (404, b"", {"X-Error-Code": "RepoNotFound"}, "has no such model, or none for this account", "Check the name"),
        (404, b"", {}, "answered 404", "HF_ENDPOINT"),
        (403, b"", {"X-Error-Code": "GatedRepo"}, "asks for a consent on its page first", "set HF_TOKEN"),
        (403, HTML, {"Content-Type": "text/html"}, "answered 403", "HF_ENDPOINT"),
        (200, HTML, {"Content-Type": "text/html"}, "did not answer as a hub does", "Check HF_ENDPOINT"),
        (200, b"{}", {"Content-Type": "application/json"}, "did not answer as a hub does", "Check HF_ENDPOINT"),
        (200, b"", {}, "did not answer as a hub does", "Check HF_ENDPOINT"),
        (429, b"", {"Retry-After": "1"}, "answered 429", "Try again later"),
        (500, b"", {}, "answered 500", "Try again later"),
        (503, HTML, {}, "answered 503", "Try again later"),
    ],
)
def test_an_answer_that_is_no_model_is_a_sentence_with_its_remedy(
    fetched: Callable[..., str],
    hub: FakeHub,
    status: int,
    body: bytes,
    headers: dict[str, str],
    words: str,
    remedy: str,
) -> None:
    hub.status, hub.body, hub.headers = status, body, headers
    said = fetched().splitlines()[-1]
    assert f"The embedding model 'owner/tiny' could not be fetched: the hub at 127.0.0.1 {words}." in said
    assert remedy in said and said.startswith("ModelUnavailableError")


def test_a_download_that_breaks_off_is_a_sentence_and_goes_on_the_next_time(
    fetched: Callable[..., str], hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.cut = 3000
    said = fetched(HF_HUB_DOWNLOAD_TIMEOUT="2").splitlines()[-1]
    assert "the hub at 127.0.0.1 broke off. Try again: what was fetched is kept." in said
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert find_weights("owner/tiny") is None, "a half of a model is none"
    hub.cut = None
    assert fetched().splitlines()[-1].startswith("found ")
    assert find_weights("owner/tiny")


@pytest.mark.parametrize(
    "environment", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}, {"HF_ENDPOINT": "nonsense"}]
)
def test_a_hub_that_is_not_there_or_not_to_be_asked_is_a_sentence(
    fetched: Callable[..., str], hub: FakeHub, environment: dict[str, str]
) -> None:
    assert fetched(**environment) == (
        "ModelUnavailableError The embedding model 'owner/tiny' is not on this machine and could not be fetched. "
        "Give a folder with the model, or take one of those that searchapp models list shows as being here."
    )
    assert not hub.requests


@pytest.mark.parametrize("name", ["/no/such/folder", "./here", "~/there", "a/b/c", "../up"])
def test_no_hub_is_asked_for_a_folder(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "hub_answers", lambda: pytest.fail("the hub is asked"))
    with pytest.raises(ModelUnavailableError, match=f"'{name}' is not on this machine: there is no such folder"):
        hub_module.fetch(name)


def test_a_hub_behind_a_proxy_is_asked(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://hub.invalid")
    assert not hub_module.hub_answers()
    monkeypatch.setenv("http_proxy", hub.url)
    monkeypatch.delenv("no_proxy", raising=False)
    assert hub_module.hub_answers()


def test_a_cache_that_cannot_be_written_is_named(fetched: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "hf").write_text("in the way")
    said = fetched().splitlines()[-1]
    assert (
        said.startswith("StorageError") and f"{tmp_path / 'hf' / 'hub'} cannot be written" in said and "HF_HOME" in said
    )


def test_a_repository_without_weights_says_so(fetched: Callable[..., str], hub: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "config.json").write_text(json.dumps({}))
    hub.models["owner/empty"] = tmp_path / "empty"
    assert "the hub at 127.0.0.1 holds no weights that can be read. Choose another" in fetched("owner/empty")
