"""LaTeX: sections as headings, macros as the words that they print, listings as they are; formulas stay source."""

from __future__ import annotations

import re
from typing import Any

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.text.sentences import CELL_BREAK

DEEPEST = 100
"""Braces inside each other: pylatexenc reads them by recursion."""

_RANKS = {"part": 1, "chapter": 2, "section": 3, "subsection": 4, "subsubsection": 5, "paragraph": 6, "frametitle": 5}
_HEADING = re.compile(rf"\\({'|'.join(_RANKS)})\*?(?:\[[^\[\]\n]{{0,300}}\])?[ \t]*(?=\{{)")
_TITLE = re.compile(r"\\title(?:\[[^\[\]\n]{0,300}\])?[ \t\n]*(?=\{)")
_LISTING = re.compile(r"\\begin\{(verbatim|lstlisting|minted|alltt|Verbatim)\*?\}")
_OPTIONS = re.compile(r"(?:\[[^\[\]\n]{0,500}\])?(?:\{[\w+#-]{1,40}\})?")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*")
_CELL_END = re.compile(r"(?<![\s\\])[ \t]*&[ \t]*|(?<=\s)&[ \t]*")
_REFERENCE = re.compile(r"[ \u00a0]{0,3}<(?:cit\.|ref)>")
"""What pylatexenc puts in the place of a citation or a reference, whose text is in another file."""
_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
_BEGIN, _END = "\\begin{document}", "\\end{document}"


def parse_latex(source: ParserInput) -> Parsed:
    """Read LaTeX as its author wrote it; other files that it includes are documents of their own.

    Raises SourceError for what nests beyond reason.
    """
    text = lines_of(source.data)
    head, begins, body = text.partition(_BEGIN)
    body = body.partition(_END)[0] if begins else text
    builder = DocumentBuilder()
    reader = _Reader(builder, source.name)
    title = ""
    for part in (head, body):
        if not title and (found := _TITLE.search(part)):
            title = reader.plain(_argument(part, found.end())[0])
    reader.read(body)
    if "\\includegraphics" in body:
        builder.note(Message("pictures_left_out", n=body.count("\\includegraphics")))
    return builder.build(SourceType.LATEX, title=title, stem=source.stem)


class _Reader:
    def __init__(self, builder: DocumentBuilder, name: str) -> None:
        self._builder = builder
        self._name = name
        self._converter: Any = None

    def read(self, body: str) -> None:
        at = 0
        while found := _LISTING.search(body, at):
            self._prose(body[at : found.start()])
            begins = found.end()
            if options := _OPTIONS.match(body, begins):
                begins = options.end()
            ends = body.find(f"\\end{{{found[1]}", begins)
            ends = len(body) if ends < 0 else ends
            self._builder.add(body[begins:ends].strip("\n"), verbatim=True)
            at = body.find("}", ends + len("\\end{")) + 1 or len(body)
        self._prose(body[at:])

    def _prose(self, text: str) -> None:
        text = "\n".join(_COMMENT.sub(r"\1", line) for line in text.split("\n") if not line.lstrip().startswith("%"))
        text, at = text.replace("\\maketitle", ""), 0
        while found := _HEADING.search(text, at):
            self._paragraphs(text[at : found.start()])
            written, at = _argument(text, found.end())
            self._builder.heading(_RANKS[found[1]], self.plain(written))
        self._paragraphs(text[at:])

    def _paragraphs(self, text: str) -> None:
        for paragraph in _PARAGRAPH_END.split(text):
            is_table = "\\begin{tabular" in paragraph
            self._builder.add(self.plain(_CELL_END.sub(CELL_BREAK, paragraph) if is_table else paragraph))

    def plain(self, written: str) -> str:
        """What a stretch of LaTeX prints."""
        if not any(sign in written for sign in "\\{}$~-`'"):
            return written.strip()
        if _depth(written) > DEEPEST:
            raise SourceError("nested_too_deep", name=self._name)
        if self._converter is None:
            from pylatexenc.latex2text import LatexNodes2Text

            self._converter = LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=False)
        try:
            printed = str(self._converter.latex_to_text(written, tolerant_parsing=True))
        except RecursionError as error:
            raise SourceError("nested_too_deep", name=self._name) from error
        except (ValueError, IndexError, KeyError, AttributeError, TypeError):
            printed = one_line(written)  # its source is better than nothing
        return _REFERENCE.sub("", printed).strip()


def _argument(text: str, at: int) -> tuple[str, int]:
    """What stands in the braces that open at ``at``, and where they end; a line where they never do."""
    depth = 0
    for found in re.finditer(r"\\[{}\\]|[{}]", text[at : at + 2000]):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0:
            return text[at + 1 : at + found.start()], at + found.end()
    ends = text.find("\n", at)
    return text[at + 1 : ends if ends >= 0 else len(text)], ends if ends >= 0 else len(text)


def _depth(text: str) -> int:
    depth = deepest = 0
    for found in re.finditer(r"\\begin\b|\\end\b|[{}\[\]]", text):
        depth += 1 if found.group() in ("\\begin", "{", "[") else -1
        deepest = max(deepest, depth)
    return deepest
