"""Words of a page become lines: runs without a wide gap, so that neighbours in columns and tables stay apart."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from searchapp.sources.pdf.words import IS_CJK, IS_RTL, Word

WIDEST_SPACE = 0.95
"""In sizes of the font: a wider gap parts two lines that stand side by side."""

WIDEST_APART = 0.45
"""The same for words that the file does not write one after the other, as those of neighbouring columns."""

WIDEST_IN_CJK = 0.15
"""In sizes of the font: a narrower gap between two characters is no space, only justified."""

DEEPEST_OVERLAP = 0.5

LEAST_VERTICAL = 3
"""So many characters below each other are a line of vertical writing."""


LEAST_NUMBERED = 12
"""Lines that are numbered in the margin, one after the other."""


SHORTEST_NUMBERED = 15
"""Characters of such a line, on average: shorter ones are the cells of a list."""


class HasText(Protocol):
    """A line, or what is made of lines."""

    @property
    def text(self) -> str:
        """All of it."""
        ...


@dataclass(slots=True)
class Line:
    """Words that are read in one go. Edges in points from the top left.

    ``index`` and ``last`` are those of its first and its last word, ``size`` is that of most of its letters,
    ``largest`` that of its largest word.
    """

    text: str
    left: float
    right: float
    top: float
    bottom: float
    base: float
    size: float
    index: int
    last: int = 0
    largest: float = 0.0
    is_vertical: bool = False
    is_bold: bool = False
    words: tuple[Word, ...] = field(default=(), repr=False)
    """What it is made of, in the order in which it is read."""

    @property
    def width(self) -> float:
        """From edge to edge."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From edge to edge."""
        return self.bottom - self.top


def lines_of(words: Sequence[Word], verticals: Sequence[tuple[float, float, float]] = ()) -> list[Line]:
    """The lines of one direction, row by row. ``verticals`` are drawn lines (x, top, bottom), which part cells."""
    upright, columns = _vertical(_once(words))
    runs: list[list[Word]] = []
    for word in upright:
        if runs and _reads_on(runs[-1], word, verticals):
            runs[-1].append(word)
        else:
            runs.append([word])
    made = [line for row in _rows(runs) for line in _joined(row, verticals)]
    return [*made, *columns]


def rows_of(lines: Iterable[Line]) -> list[list[Line]]:
    """Lines that stand on one level, from the top; each row from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.base):
        if rows and abs(line.base - rows[-1][0].base) < 0.4 * min(line.size, rows[-1][0].size):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def merged(row: Sequence[Line]) -> Line:
    """Lines side by side as one."""
    if len(row) == 1:
        return row[0]
    if is_rtl(row):
        row = sorted(row, key=lambda line: -line.right)
    largest = max(row, key=lambda line: len(line.text))
    return Line(
        " ".join(line.text for line in row),
        min(line.left for line in row),
        max(line.right for line in row),
        min(line.top for line in row),
        max(line.bottom for line in row),
        largest.base,
        largest.size,
        min(line.index for line in row),
        max(line.last for line in row),
        max(line.largest for line in row),
        words=tuple(word for line in row for word in line.words),
    )


def without_line_numbers(lines: list[Line]) -> list[Line]:
    """Lines without the numbers that count them in the margin, as in bills, transcripts and proofs.

    A table's numbered rows stay: they have several cells.
    """
    numbers = sorted((line for line in lines if line.text.isdigit() and len(line.text) < 4), key=lambda line: line.base)
    if len(numbers) < LEAST_NUMBERED:
        return lines
    edge, _ = Counter(round(line.right / 3) for line in numbers).most_common(1)[0]
    margin = [line for line in numbers if abs(line.right / 3 - edge) <= 1]
    left, right = min(line.left for line in margin), max(line.right for line in margin)
    others = [line for line in lines if not line.text.isdigit()]
    crossing = sum(line.left < right and line.right > left for line in others)
    counted = sum(int(other.text) == int(one.text) + 1 for one, other in pairwise(margin))
    several = sum(len(row) > 2 for row in rows_of(lines))
    if len(margin) < LEAST_NUMBERED or counted < 0.8 * (len(margin) - 1) or max(several, crossing) > 0.2 * len(margin):
        return lines
    if others and sum(len(line.text) for line in others) < SHORTEST_NUMBERED * len(others):
        return lines
    dropped = set(map(id, margin))
    return [line for line in lines if id(line) not in dropped]


def is_rtl(items: Sequence[HasText]) -> bool:
    """Whether most of the items are written from right to left."""
    return 2 * sum(bool(IS_RTL.search(item.text)) for item in items) > len(items)


def _once(words: Iterable[Word]) -> list[Word]:
    """Words without their shadows: the same again, hardly moved."""
    seen: defaultdict[str, list[Word]] = defaultdict(list)
    kept = []
    for word in words:
        near = 0.3 * word.size
        twins = seen[word.text]
        if any(abs(twin.left - word.left) < near and abs(twin.base - word.base) < near for twin in twins[-20:]):
            continue
        twins.append(word)
        kept.append(word)
    return kept


def _vertical(words: Sequence[Word]) -> tuple[list[Word], list[Line]]:
    """Words that stand side by side, and the lines of characters that stand below each other."""
    upright: list[Word] = []
    columns: list[Line] = []
    run: list[Word] = []
    for word in [*words, None]:
        if word and run and _is_below(run[-1], word):
            run.append(word)
            continue
        if len(run) >= LEAST_VERTICAL and sum(bool(IS_CJK.match(one.text)) for one in run) * 2 > len(run):
            columns.append(_column(run))
        else:
            upright += run
        run = [word] if word else []
    return upright, columns


def _is_below(one: Word, other: Word) -> bool:
    middle = abs(one.left + one.right - other.left - other.right) / 2
    return len(other.text) <= 2 and middle < 0.3 * one.size and 0.4 * one.size < other.base - one.base < 1.8 * one.size


def _column(run: Sequence[Word]) -> Line:
    first = run[0]
    top, bottom = first.base - first.size, run[-1].base
    text = "".join(word.text for word in run)
    left, right = min(word.left for word in run), max(word.right for word in run)
    return Line(
        text, left, right, top, bottom, bottom, first.size, first.at, run[-1].at, first.size, True, words=tuple(run)
    )


def _reads_on(run: Sequence[Word], word: Word, verticals: Sequence[tuple[float, float, float]]) -> bool:
    last = run[-1]
    if not _on_one_line(last, word):
        return False
    is_rtl = bool(IS_RTL.search(word.text) or IS_RTL.search(last.text))
    gap = max(word.left - last.right, last.left - word.right) if is_rtl else word.left - last.right
    size = max(last.size, word.size)
    return -DEEPEST_OVERLAP * size < gap < WIDEST_SPACE * size and not _is_parted(last, word, verticals)


def _on_one_line(one: Word, other: Word) -> bool:
    """Raised and lowered figures stand on the line of their neighbours."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared > 0.5 * min(one.size, other.size)


def _is_parted(one: Word, other: Word, verticals: Sequence[tuple[float, float, float]]) -> bool:
    left, right = (one, other) if one.left <= other.left else (other, one)
    return any(
        left.right - 1 <= x <= right.left + 1 and top < one.base - 0.3 * one.size < bottom
        for x, top, bottom in verticals
    )


def _rows(runs: Iterable[list[Word]]) -> list[list[list[Word]]]:
    rows: list[list[list[Word]]] = []
    for run in sorted(runs, key=lambda run: _size(run).base):
        size, last = _size(run), _size(rows[-1][0]) if rows else None
        if last and abs(size.base - last.base) < 0.35 * min(size.size, last.size):
            rows[-1].append(run)
        else:
            rows.append([run])
    return rows


def _size(run: Sequence[Word]) -> Word:
    """The word that stands for the run: its longest."""
    return max(run, key=lambda word: len(word.text))


def _joined(row: list[list[Word]], verticals: Sequence[tuple[float, float, float]]) -> list[Line]:
    """Runs that the file draws apart although no gap is between them."""
    made: list[list[Word]] = []
    for run in sorted(row, key=lambda run: min(word.left for word in run)):
        if made:
            end = max(made[-1], key=lambda word: word.right)
            start = min(run, key=lambda word: word.left)
            size = max(end.size, start.size)
            follows = 0 < start.at - end.at <= len(end.text) + 3
            widest = (WIDEST_SPACE if follows else WIDEST_APART) * size
            gap = start.left - end.right
            if -DEEPEST_OVERLAP * size < gap < widest and not _is_parted(end, start, verticals):
                made[-1] = [*made[-1], *run]
                continue
        made.append(run)
    return [line_of(run) for run in made]


def line_of(words: list[Word]) -> Line:
    """The words of one level as one line, with spaces where there are some."""
    if any(IS_RTL.search(word.text) for word in words):
        words = sorted(words, key=lambda word: word.at)
    text = words[0].text
    for one, other in pairwise(words):
        text += " " + other.text if _has_space(one, other) else other.text
    sizes: Counter[float] = Counter()
    for word in words:
        sizes[word.size] += len(word.text)
    size = sizes.most_common(1)[0][0]
    base = next(word.base for word in words if word.size == size)
    return Line(
        text,
        min(word.left for word in words),
        max(word.right for word in words),
        min(word.top for word in words),
        max(word.bottom for word in words),
        base,
        size,
        min(word.at for word in words),
        max(word.at for word in words),
        max(word.size for word in words),
        words=tuple(words),
    )


def _has_space(one: Word, other: Word) -> bool:
    gap = other.left - one.right
    if IS_CJK.match(one.text[-1]) and IS_CJK.match(other.text[0]):
        return gap > WIDEST_IN_CJK * one.size
    if other.at == one.at + len(one.text):  # PDFium saw no space between them
        return abs(gap) > 0.15 * one.size
    return True
