"""The papers of an invented mountain hut, for ``searchapp demo``: some in English, some in Chinese, few in both."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

QUESTIONS = {
    "en": (
        "When is the hut open?",
        "What should guests bring?",
        "What happens when somebody is hurt?",
        "Why does the stove smoke?",
    ),
    "zh": ("山屋什么时候开放？", "从松坪村怎么走？", "床位涨价吗？", "山屋的水可以直接喝吗？"),
}
"""Four a language, each of which one of the documents answers."""


def samples_folder() -> Path:
    """The folder with the sample documents."""
    return Path(str(files(__name__)))


def sample_folders() -> list[str]:
    """The folders to ingest: this module is no sample."""
    return [str(samples_folder() / name) for name in ("club", "guests", "wardens")]
