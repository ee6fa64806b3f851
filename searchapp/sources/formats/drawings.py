"""What drawings of Office documents say: SmartArt as an indented list, charts as the table of their data."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from searchapp.sources.formats.ooxml import kind_of, number_of
from searchapp.sources.tables import row_line

_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TEXTLESS = ("pres", "parTrans", "sibTrans")
"""Points of a diagram that are not its text but how it is drawn."""

DEEPEST_DIAGRAM = 20


def diagram_lines(tree: Any) -> list[str]:
    """The text of a SmartArt's data part, a line a point, indented as the points are below each other."""
    points = {
        point.get("modelId"): point
        for point in tree.iter(f"{_DIAGRAM}pt")
        if point.get("type", "node") not in _TEXTLESS
    }
    below: dict[str, list[tuple[int, str]]] = defaultdict(list)
    children = set()
    for link in tree.iter(f"{_DIAGRAM}cxn"):
        parent, child = link.get("srcId"), link.get("destId")
        if link.get("type", "parOf") == "parOf" and parent in points and child in points:
            below[parent].append((number_of(link.get("srcOrd")), child))
            children.add(child)
    lines: list[str] = []
    waiting = [(0, key) for key in reversed(points) if key not in children]
    left = dict(points)
    while waiting:
        depth, key = waiting.pop()
        point = left.pop(key, None)
        if point is None:  # a circle
            continue
        text = paragraphs_text(point, " ")
        if text:
            lines.append("  " * min(depth, DEEPEST_DIAGRAM) + text)
        waiting.extend((depth + bool(text), child) for _, child in sorted(below[key], reverse=True))
    return lines + [text for point in left.values() if (text := paragraphs_text(point, " "))]


def chart_lines(tree: Any) -> list[str]:
    """A chart's title and its data as they were when it was saved: a row a category, a column a series."""
    title = tree.find(f".//{_CHART}chart/{_CHART}title")
    rows: dict[str, dict[int, str]] = {}
    names: list[str] = []
    for series in tree.iter(f"{_CHART}ser"):
        values = _points(series, "val") or _points(series, "yVal")
        categories = _points(series, "cat") or _points(series, "xVal")
        for index, value in values.items():
            rows.setdefault(categories.get(index, str(index + 1)), {})[len(names)] = value
        named = series.find(f"{_CHART}tx")
        names.append("" if named is None else " ".join(one.text or "" for one in named.iter(f"{_CHART}v")))
    lines = [] if title is None else [paragraphs_text(title, " ")]
    if rows:
        lines.append(row_line(["", *names]))
        lines += [row_line([row, *(cells.get(n, "") for n in range(len(names)))]) for row, cells in rows.items()]
    return [line for line in lines if line.strip(" |")]


def paragraphs_text(element: Any, between: str = "\n") -> str:
    """The paragraphs of a shape's text, each with its runs joined; breaks count as ``between``."""
    texts = []
    for paragraph in element.iter(f"{_DRAWING}p"):
        runs = (
            between if kind_of(one) == "a:br" else one.text or ""
            for one in paragraph.iter(f"{_DRAWING}t", f"{_DRAWING}br")
        )
        texts.append("".join(runs).strip())
    return between.join(filter(None, texts))


def _points(series: Any, name: str) -> dict[int, str]:
    """The cached values of a series by their index; of several levels of categories the innermost."""
    found = series.find(f"{_CHART}{name}")
    if found is None:
        return {}
    level = found.find(f".//{_CHART}lvl")
    points = (found if level is None else level).iter(f"{_CHART}pt")
    return {number_of(point.get("idx")): point.findtext(f"{_CHART}v") or "" for point in points}
