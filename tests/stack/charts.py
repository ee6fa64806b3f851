"""The chart as Helm renders it."""

import subprocess
from pathlib import Path
from typing import Any

import yaml

CHART = Path(__file__).parents[2] / "deploy" / "helm" / "searchapp"
NEWEST = "1.34"
NEEDED = ("image.repository=registry.example.org/searchapp", "publicUrl=https://search.example.org")
"""What has no default."""


def run(helm: Path, *arguments: str, values: tuple[str, ...] = NEEDED) -> subprocess.CompletedProcess[str]:
    """Run ``helm ...`` with ``values``, whatever it says."""
    chosen = [part for value in values for part in ("--set", value)]
    return subprocess.run([helm, *arguments, *chosen], capture_output=True, text=True, check=False)


def manifests(helm: Path, *values: str, release: str = "searchapp", kubernetes: str = NEWEST) -> list[dict[str, Any]]:
    """What would be applied, with these ``values`` beside those that are needed."""
    asked = ("template", release, str(CHART), "--kube-version", kubernetes)
    done = run(helm, *asked, values=(*NEEDED, *values))
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]
