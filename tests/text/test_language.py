from __future__ import annotations

import pytest

from searchapp.text.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("This is an English text about search engines and their use in companies.", "en"),
        ("Ceci est un texte en français sur les moteurs de recherche et leur emploi.", "fr"),
        ("Dies ist ein deutscher Text über Suchmaschinen und ihren Gebrauch im Betrieb.", "de"),
        ("Это русский текст о поисковых системах и их применении в компаниях.", "ru"),
        ("中文搜索引擎", "zh"),
        ("繁體中文搜尋引擎", "zh"),
        ("使用 kubectl apply 命令创建 Deployment，然后查看 Pod 的状态", "zh"),
        ("これは日本語の文章です", "ja"),
        ("東京都の人口", "ja"),
        ("이것은 한국어 문서입니다", "ko"),
        ("An English article that quotes 北京 once, and goes on in English for the rest of it.", "en"),
        ("abc", ""),
        ("12 34 56 78 90 " * 30 + "Total amount of all the rows", ""),
        ("", ""),
    ],
)
def test_detect_language(text: str, language: str) -> None:
    assert detect_language(text) == language
    assert detect_language(text) == language
