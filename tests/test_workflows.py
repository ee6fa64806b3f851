"""GitHub's workflows are what actionlint takes, may do little, and run what stands still."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def workflow(name: str) -> dict[str, Any]:
    # YAML 1.1 takes the key "on" for True.
    return dict(yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")))


def test_actionlint_has_nothing_to_say(actionlint: Path, tmp_path: Path) -> None:
    done = subprocess.run([actionlint, "-no-color", *FILES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(FILES[0].read_text(encoding="utf-8").replace("runs-on", "runs-in"), encoding="utf-8")
    assert subprocess.run([actionlint, wrong], capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_it_runs_is_named_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (.+)", path.read_text(encoding="utf-8"))
    assert used
    for one in used:
        assert PINNED.fullmatch(one) or one.startswith("./.github/workflows/"), one


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_job_has_the_rights_that_it_names_and_no_secret(path: Path) -> None:
    found = workflow(path.stem)
    assert found["permissions"] == {}
    for name, job in found["jobs"].items():
        assert "permissions" in job, name
        assert "timeout-minutes" in job or "uses" in job, name
    text = path.read_text(encoding="utf-8")
    assert "secrets." not in text and "pull_request_target" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_only_a_release_may_write_and_each_job_its_own_place() -> None:
    def writes(name: str) -> dict[str, set[str]]:
        jobs = workflow(name)["jobs"].items()
        return {job: {one for one, right in it["permissions"].items() if right == "write"} for job, it in jobs}

    assert writes("check") == {"check": set()}
    assert writes("release") == {
        "check": set(),
        "build": {"id-token", "attestations"},
        "image": {"packages", "id-token", "attestations"},
        "pypi": {"id-token"},
        "release": {"contents"},
    }


def test_nothing_is_published_that_was_not_checked() -> None:
    jobs = workflow("release")["jobs"]

    def before(name: str) -> set[str]:
        needs = jobs[name].get("needs", [])
        direct = {needs} if isinstance(needs, str) else set(needs)
        return direct.union(*(before(one) for one in direct))

    assert jobs["check"]["uses"] == "./.github/workflows/check.yml"
    for name in ("image", "pypi", "release"):
        assert {"check", "build"} <= before(name)
    assert workflow("release")[True] == {"push": {"tags": ["v[0-9]*"]}}
    (step,) = (one["run"] for one in workflow("check")["jobs"]["check"]["steps"] if "run" in one)
    assert step.endswith(" .ci/run")


def test_no_expression_is_pasted_into_a_script() -> None:
    """What comes from outside reaches a script as a variable, never as its text."""
    for path in FILES:
        for job in workflow(path.stem)["jobs"].values():
            for step in job.get("steps", []):
                assert "${{" not in step.get("run", ""), step
