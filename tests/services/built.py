"""Programs that Go builds from the sources of a version: Helm, which renders the chart, and actionlint."""

import shutil
from pathlib import Path

from tests.services import cache, tools

HELM = "helm.sh/helm/v3/cmd/helm@v3.22.0"
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


def helm() -> Path:
    """The one on PATH, else one that is built once into the cache; raises ServiceUnavailableError."""
    return _program(HELM)


def actionlint() -> Path:
    """The one on PATH, else one that is built once into the cache; raises ServiceUnavailableError."""
    return _program(ACTIONLINT)


def _program(package: str) -> Path:
    path, _, version = package.partition("@")
    name = path.rpartition("/")[2]
    if found := shutil.which(name):
        return Path(found)

    def build(into: Path) -> None:
        tools.need(f"building {name}", "go")
        tools.run(f"building {name}", ["go", "install", package], {"CGO_ENABLED": "0", "GOBIN": str(into)})

    return cache.get(f"{name}-{version}", build) / name
