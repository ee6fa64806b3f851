"""The handbook: sample documents for ``searchapp demo``, in Markdown, HTML and PDF, in English and Chinese."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def samples_folder() -> Path:
    """The folder with the sample documents."""
    return Path(str(files(__name__)))
