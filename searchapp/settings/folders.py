"""Where searchapp keeps its own, and finds secrets."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import BaseModel, DirectoryPath, Field


def default_data_dir() -> Path:
    """The folder for what searchapp keeps on this machine, by the platform's own custom."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "searchapp"


class FolderSettings(BaseModel):
    """Folders."""

    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the embedded store, uploads and downloaded pages live."
    )
    secrets_dir: DirectoryPath | None = Field(
        None,
        description="Folder with a file for each setting that should not stand in the environment, named as its "
        "variable in lower case (searchapp_elasticsearch_api_key), as Docker and Kubernetes mount secrets.",
    )
