"""The stack's files say what their tools take, and keep their promises; nothing is started."""

import itertools
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
import yaml

from searchapp.settings import Settings
from tests.services import docker

ROOT = Path(__file__).parents[2]
OVERRIDES = ("docker-compose.gpu.yml", "docker-compose.external-elasticsearch.yml")


@pytest.fixture(scope="module")
def compose(service_or_skipped: Callable[[], AbstractContextManager[None]]) -> Path:
    with service_or_skipped():
        return docker.compose()


def resolved(compose: Path, *files: str, **variables: str) -> dict[str, Any]:
    """The configuration as compose makes it of the files, with nothing in the environment but these variables."""
    chosen = itertools.chain.from_iterable(("--file", name) for name in ("docker-compose.yml", *files))
    command = [compose, "--env-file", "/dev/null", *chosen, "config", "--no-path-resolution"]
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(yaml.safe_load(done.stdout))


@pytest.mark.parametrize("files", [(), *((name,) for name in OVERRIDES)])
def test_compose_takes_the_files_with_no_more_than_they_ask_for(compose: Path, files: tuple[str, ...]) -> None:
    external = {"SEARCHAPP_ELASTICSEARCH_URL": "https://es.example:9200"} if OVERRIDES[1] in files else {}
    services = resolved(compose, *files, **external)["services"]
    assert ("elasticsearch" in services) is not bool(external)
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


def test_an_external_elasticsearch_must_be_named(compose: Path) -> None:
    command = [compose, "--env-file", "/dev/null", "-f", "docker-compose.yml", "-f", OVERRIDES[1], "config", "-q"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "the address of your Elasticsearch, in .env" in done.stderr


def test_only_loopback_is_published_and_the_server_is_told_what_is(compose: Path) -> None:
    services = resolved(compose)["services"]
    published = {name: port["host_ip"] for name, one in services.items() for port in one.get("ports", [])}
    assert published == {"elasticsearch": "127.0.0.1", "web": "127.0.0.1"}
    web = resolved(compose, SEARCHAPP_PUBLISHED_HOST="192.0.2.7")["services"]["web"]
    assert web["ports"][0]["host_ip"] == web["environment"]["SEARCHAPP_PUBLISHED_HOST"] == "192.0.2.7"


@pytest.mark.parametrize(
    ("variables", "model"),
    [
        ({}, "ollama:qwen3:4b-instruct"),
        ({"SEARCHAPP_LLM": "openai:gpt", "SEARCHAPP_LLM_MODEL": "old"}, "openai:gpt"),
        ({"SEARCHAPP_LLM_MODEL": "llama3:8b"}, "ollama:llama3:8b"),
    ],
)
def test_one_variable_names_the_model_for_who_asks_it_and_who_fetches_it(
    compose: Path, variables: dict[str, str], model: str
) -> None:
    services = resolved(compose, **variables)["services"]
    assert (
        services["web"]["environment"]["SEARCHAPP_LLM"] == services["worker"]["environment"]["SEARCHAPP_LLM"] == model
    )
    assert services["ollama-pull"]["environment"]["LLM"] == model


def test_together_the_services_fit_a_laptop_with_16_gb(compose: Path) -> None:
    services = resolved(compose)["services"]
    lasting = {name: int(one["mem_limit"]) for name, one in services.items() if one.get("restart") == "unless-stopped"}
    assert set(lasting) == {"elasticsearch", "ollama", "redis", "web", "worker"}
    assert sum(lasting.values()) <= 12 * 2**30  # a quarter is left to the system and the browser


@pytest.mark.parametrize("files", [(), *((name,) for name in OVERRIDES)])
def test_every_container_may_do_little(compose: Path, files: tuple[str, ...]) -> None:
    services = resolved(compose, *files, SEARCHAPP_ELASTICSEARCH_URL="https://es.example:9200")["services"]
    for name, one in services.items():
        assert one["cap_drop"] == ["ALL"] and one["security_opt"] == ["no-new-privileges:true"], name
        assert one["pids_limit"] > 0 and int(one["mem_limit"]) > 0, name
        assert one.get("read_only", False) is (name != "elasticsearch"), name
        assert all("size=" in mount for mount in one.get("tmpfs", [])), name
        assert not one.get("privileged") and "docker.sock" not in str(one.get("volumes"))
    assert {name: one["cap_add"] for name, one in services.items() if one.get("cap_add")} == {
        "preflight": ["CHOWN", "DAC_OVERRIDE", "FOWNER"]  # it gives volumes to their users, without a network
    }
    assert services["preflight"]["network_mode"] == "none"


def test_no_password_stands_in_an_environment_or_a_command(compose: Path) -> None:
    services = resolved(compose)["services"]
    for name, one in services.items():
        set_ = {variable: value for variable, value in one.get("environment", {}).items() if value}
        secret = [variable for variable in set_ if re.search("PASSWORD$|_KEY$|SECRET$|TOKEN$|REDIS_URL$", variable)]
        assert secret == [], name
    shared = {name: {v["source"] for v in one["volumes"]} for name, one in services.items() if one.get("volumes")}
    assert {name for name, volumes in shared.items() if "redis-conf" in volumes} == {"preflight", "redis"}
    assert "keys" not in shared["redis"] and "admin" not in shared["redis"]


def test_our_own_containers_may_do_little(compose: Path) -> None:
    services = resolved(compose)["services"]
    ours = [one for one in services.values() if one["image"].startswith("searchapp:")]
    assert len(ours) == 4
    for one in ours:
        assert one["read_only"] and one["cap_drop"] == ["ALL"]
        assert "admin" not in {v["source"] for v in one["volumes"]} or "restart" not in one  # one-shots alone


def test_every_setting_that_the_files_name_exists() -> None:
    known = {f"SEARCHAPP_{name.upper()}" for name in Settings.model_fields}
    for name in ("docker-compose.yml", *OVERRIDES, "Dockerfile", ".env.example"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\bSEARCHAPP_[A-Z_]+\b", text)) <= known | {"SEARCHAPP_IMAGE_TAG"}, name


def test_every_variable_of_the_compose_files_is_explained() -> None:
    explained = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))
    left_out = {"SEARCHAPP_IMAGE_TAG", "SEARCHAPP_INDEX_PREFIX", "SEARCHAPP_LLM_MODEL"}  # the last one is a former name
    for name in ("docker-compose.yml", *OVERRIDES):
        used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / name).read_text(encoding="utf-8")))
        assert used <= explained | left_out, name


def test_what_the_image_leaves_out_without_pytorch_is_what_searchapp_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["multilingual"]]
    names = {re.match(r"[\w.-]+", line).group() for line in asked} | {"torch"}  # type: ignore[union-attr]
    lines = (ROOT / "docker" / "without-torch.txt").read_text(encoding="utf-8").splitlines()
    left_out = {line.partition(";")[0] for line in lines if not line.startswith("#")}
    assert left_out and left_out <= names


def test_hadolint_has_nothing_to_say() -> None:
    linter = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert linter, "make install brings it"
    done = subprocess.run([linter, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
