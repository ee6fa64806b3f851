from __future__ import annotations

import pytest

from searchapp.model import SourceType
from tests.sources.formats.reading import note, read, refused, sections

PAPER = r"""
\documentclass{article}
\title{Gloves \emph{and} Wear}
\newcommand{\x}{never said}
\begin{document}
\maketitle
\section{Method} % a remark
We cut \textbf{forty} gloves, 5\% of them by \'etienne, for $x^2$~\cite{ann}.
% not said at all

\begin{verbatim}
\section{no heading}
  if x: % kept
\end{verbatim}
\subsection*{结果}
\begin{itemize}\item one \item two\end{itemize}
\begin{tabular}{ll}Part & Price \\ Glove & 21 EUR\end{tabular}
\includegraphics{a.png}
\end{document}
never said
"""


def test_sections_words_listings_and_tables() -> None:
    parsed = read("paper.tex", PAPER)
    assert (parsed.type, parsed.title) == (SourceType.LATEX, "Gloves and Wear")
    assert [heading for heading, _ in sections(parsed)] == ["Method", "结果"]
    method, result = (text for _, text in sections(parsed))
    assert "We cut forty gloves, 5% of them by étienne, for $x^2$." in method
    assert "\\section{no heading}\n  if x: % kept" in method
    assert "Part | Price" in result and "Glove | 21 EUR" in result and "one" in result
    assert "said" not in parsed.text and "remark" not in parsed.text
    assert note(parsed) == "1 picture is left out."


def test_a_part_of_a_document_is_read_too() -> None:
    assert sections(read("chapter.tex", "\\chapter{Eins}\n\nText.\n")) == [("Eins", "Eins\n\nText.")]


@pytest.mark.parametrize("data", ["{" * 100_000, r"\begin{a}" * 10_000, r"\textbf{" * 10_000])
def test_braces_without_end_are_refused(data: str) -> None:
    assert refused("a.tex", data) == "nested_too_deep"


@pytest.mark.parametrize(
    "data", [r"\section{", r"x \verb", r"a $b", r"\begin{verbatim} x", r"\item[", "x \\", r"\title{ y", r"a \end{b} c"]
)
def test_half_of_a_macro_does_no_harm(data: str) -> None:
    assert refused("a.tex", "Words first. " + data) == ""
