"""The bill of materials is what its standard says, holds every pin that is installed to run, and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from searchapp import __version__

ROOT = Path(__file__).parents[1]
DATED = {"SOURCE_DATE_EPOCH": "1700000000"}


def written(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / "sbom.py", *arguments]
    return subprocess.run(command, env=DATED, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def text() -> str:
    done = written(sys.prefix)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def bill(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


def test_it_is_what_the_standard_says(text: str) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.replace('"library"', '"book"')) is not None


def test_the_same_environment_gives_the_same_bill(text: str) -> None:
    assert written().stdout == text
    assert '"2023-11-14T22:13:20+00:00"' in text


def test_it_names_searchapp_its_version_and_licence(bill: dict[str, Any]) -> None:
    named = bill["metadata"]["component"]
    assert (named["name"], named["version"], named["type"]) == ("searchapp", __version__, "application")
    assert named["licenses"][0]["license"]["id"] == "Apache-2.0"


def test_every_pin_that_runs_is_in_it_at_its_version(bill: dict[str, Any]) -> None:
    named = {one["name"]: one["version"] for one in bill["components"]}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    here = [pin for pin in map(Requirement, lines) if pin.marker is None or pin.marker.evaluate()]
    pins = {canonicalize_name(pin.name): pin.specifier for pin in here}
    assert [name for name, version in named.items() if name not in pins or not pins[name].contains(version)] == []
    installed = {canonicalize_name(one.name): one for one in distributions()}
    needed = {
        canonicalize_name(one.name)
        for one in map(Requirement, installed["searchapp"].requires or ())
        if one.marker is None
        or any(one.marker.evaluate({"extra": extra}) for extra in ("", "mcp", "ocr", "oidc", "otel", "worker"))
    }
    assert needed <= named.keys()
    assert {"h11", "pycparser", "vine"} <= named.keys(), "what is needed by what is needed"


def test_what_develops_is_not_in_it(bill: dict[str, Any]) -> None:
    assert not {"pytest", "ruff", "playwright", "locust", "cyclonedx-python-lib"} & {
        one["name"] for one in bill["components"]
    }


def test_it_tells_what_needs_what(bill: dict[str, Any]) -> None:
    needs = {one["ref"].partition("@")[0]: one.get("dependsOn", []) for one in bill["dependencies"]}
    assert any(one.startswith("pkg:pypi/werkzeug@") for one in needs["pkg:pypi/flask"])
    assert any(one.startswith("pkg:pypi/flask@") for one in needs["pkg:pypi/searchapp"])


def test_an_environment_without_searchapp_is_named(tmp_path: Path) -> None:
    done = written(tmp_path)
    assert done.returncode == 1 and done.stderr == f"searchapp is not installed in {tmp_path}.\n"


def test_the_image_is_labelled_with_this_version_and_carries_its_bill() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"\nARG VERSION={__version__}\n" in dockerfile
    labels = set(re.findall(r"org\.opencontainers\.image\.(\w+)=", dockerfile))
    assert labels == {"title", "description", "licenses", "version", "revision", "source"}
    assert "/usr/share/searchapp/sbom.cdx.json" in dockerfile
