"""Which language a text is in, so that it can be filtered by: scripts first, then a small statistical model."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE_CHARACTERS = 4000
"""A text's beginning tells its language; more would only cost time."""

FEWEST_LETTERS = 20
LEAST_CONFIDENCE = 0.5
LEAST_LETTER_SHARE = 0.3

LETTERS_A_SYLLABLE = 6
"""One Han character outweighs this many Latin letters: Chinese manuals are full of English names and commands."""

KANA_SHARE = 0.1
"""Japanese mixes kana into nearly every phrase; Chinese shows them only in names and quotations."""

_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_OTHER_LETTER = re.compile(
    "[^\\W\\d_\u1100-\u11ff\u3041-\u318f\u31f0-\u31ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d]"
)


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the text's language, or an empty string where none is clear. Deterministic."""
    sample = text[:SAMPLE_CHARACTERS]
    kana, hangul, han = (len(script.findall(sample)) for script in (_KANA, _HANGUL, _HAN))
    letters = len(_OTHER_LETTER.findall(sample))
    if kana + hangul + han and (kana + hangul + han) * LETTERS_A_SYLLABLE >= letters:
        if hangul > kana + han:
            return "ko"
        return "ja" if kana >= KANA_SHARE * (kana + han) else "zh"
    if letters < max(FEWEST_LETTERS, LEAST_LETTER_SHARE * len("".join(sample.split()))):
        return ""  # a few words, or a table of figures
    code, _ = _identifier().classify(sample)
    return "" if code == "und" else str(code)


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=LEAST_CONFIDENCE)
    # Three-letter codes are rare languages that noise (tables, lists of names, bad encodings) is mistaken for; the
    # scripts of Chinese, Japanese and Korean were counted before.
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 and code not in ("zh", "ja", "ko")])
    return identifier
