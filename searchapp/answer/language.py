"""Prompts and fixed sentences in the language of the question."""

from __future__ import annotations

import re
from importlib.resources import files

from searchapp.text.words import is_cjk

_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


def prompt(name: str, question: str, earlier: str = "") -> str:
    """The prompt ``name`` in the language of ``question``; of ``earlier`` where it has no letters ("9.x?")."""
    speaking = question if sum(character.isalpha() for character in question) > 1 else earlier or question
    path = files("searchapp.answer") / "prompts" / f"{name}.{_language(speaking)}.txt"
    return path.read_text(encoding="utf-8").strip()


def _language(text: str) -> str:
    if is_cjk(text):
        return "other" if _KANA_OR_HANGUL.search(text) else "zh"
    return "en" if text.isascii() else "other"
