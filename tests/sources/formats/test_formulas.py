"""Formulas of pages as a line of text: MathML, the TeX beside it, and what sites make of TeX."""

from __future__ import annotations

import pytest

from tests.sources.formats.web_pages import LANGUAGES, prose, read

FRACTION = "<mfrac><mrow><mi>m</mi><msup><mi>v</mi><mn>2</mn></msup></mrow><mrow><mn>2</mn><mi>s</mi></mrow></mfrac>"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", ["<body>{}</body>", "<body><main>{}</main></body>"])
@pytest.mark.parametrize(
    ("formula", "line"),
    [
        (f"<math><mi>F</mi><mo>=</mo>{FRACTION}</math>", "F = (m v^2)/(2 s)"),
        (
            "<math><msub><mi>x</mi><mi>i</mi></msub><mo>&#x2062;</mo><msqrt><mi>a</mi><mo>+</mo><mn>1</mn></msqrt></math>",
            "x_i√(a + 1)",
        ),
        (
            "<math><munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>k</mi></math>",
            "∑_(i = 1)^n k",
        ),
        (
            "<math><semantics><mrow><mi>E</mi></mrow><annotation encoding='application/x-tex'>E = mc^2</annotation></semantics></math>",
            "E = mc^2",
        ),
        (
            "<span style='display: none'><math alttext='x'><semantics><mi>E</mi><annotation encoding='application/x-tex'>"
            "{\\displaystyle E=mc^{2}}</annotation></semantics></math></span><img class='mwe-math-fallback-image-inline' alt='E'>",
            "E=mc^{2}",
        ),
        (
            "<span class='katex'><span class='katex-mathml'><math><semantics><mi>a</mi><annotation encoding='application/x-tex'>"
            "a^2+b</annotation></semantics></math></span><span class='katex-html' aria-hidden='true'><span>a2+b</span></span></span>",
            "a^2+b",
        ),
        ("<script type='math/tex'>\\frac{a}{b}</script>", "\\frac{a}{b}"),
        ("<img class='latex' src='f.png' alt='a_1 = 2'>", "a_1 = 2"),
        (
            "<math><mo>(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi>"
            "</mtd></mtr></mtable><mo>)</mo></math>",
            "([a, b; c, d])",
        ),
    ],
)
def test_a_formula_stands_in_its_sentence(formula: str, line: str, page: str, language: str) -> None:
    sentence = {"en": f"The load is {formula}, where s is the way.", "zh": f"载荷为 {formula}，其中 s 为行程。"}[
        language
    ]
    expected = {"en": f"The load is {line}, where s is the way.", "zh": f"载荷为 {line}，其中 s 为行程。"}[language]
    text = read(page.format(f"{prose(language, 0, 1)}<p>{sentence}</p>{prose(language, 2, 3)}")).text
    assert expected.replace(" ", "") in text.replace(" ", "").replace("∑_(i = 1)^nk", "∑_(i = 1)^n k")


def test_a_deep_formula_ends() -> None:
    deep = "<mrow>" * 500 + "<mi>x</mi>" + "</mrow>" * 500
    assert "after" in read(f"<body><p>before <math>{deep}</math> after</p></body>").text
