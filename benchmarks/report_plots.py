"""The plots of docs/performance.md, in grey, which reads on light and dark alike."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report_ingest import label
from benchmarks.report_tables import search_label

GREY = "#888"


def search(measured: dict[str, Any], file: Path) -> None:
    rows = {search_label(name, measured): found for name, found in measured["p50_ms"].items()}
    _bars(rows, "p50, ms", file)


def ingest(measured: dict[str, Any], file: Path) -> None:
    rows = {label(name, one): one["passages_a_second"] for name, one in measured["speed"]["contenders"].items()}
    _bars(rows, "passages a second", file)


def growth(measured: dict[str, Any], file: Path) -> None:
    """Median latency by size, a panel a store."""
    figure, panels = _pyplot().subplots(1, len(measured["stores"]), figsize=(9, 3.5), sharey=True, squeeze=False)
    for panel, (store, by_size) in zip(panels[0], measured["stores"].items(), strict=True):
        for mode in ("keyword", "semantic", "hybrid"):
            times = [one["ms"][mode]["p50_median"] for one in by_size.values()]
            panel.plot([int(size) for size in by_size], times, marker="o", label=mode)
        panel.set(title=store, xscale="log", xlabel="passages")
        panel.grid(alpha=0.3)
        panel.legend(facecolor="none", edgecolor=GREY)
        _in_grey(panel)
    panels[0][0].set(ylabel="p50, ms", ylim=(0, None))  # shared, so after all are drawn
    _save(figure, file)


def _bars(rows: Mapping[str, Sequence[float]], unit: str, file: Path) -> None:
    """A bar a contender, the median of its rounds and a whisker from the least to the most; searchapp's in colour."""
    figure, panel = _pyplot().subplots(figsize=(8, 0.4 * len(rows) + 0.8))
    for name, found in reversed(rows.items()):
        middle = statistics.median(found)
        spread = [[middle - min(found)], [max(found) - middle]]
        panel.barh(name, middle, xerr=spread, color="C0" if name.startswith("searchapp") else GREY, ecolor="C1")
    panel.set(xlabel=unit)
    _in_grey(panel)
    _save(figure, file)


def _pyplot() -> Any:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "searchapp", "text.color": GREY, "axes.labelcolor": GREY})
    import matplotlib.pyplot as plt

    return plt


def _in_grey(panel: Any) -> None:
    panel.set(facecolor="none")
    panel.tick_params(which="both", colors=GREY)
    panel.spines[:].set_color(GREY)


def _save(figure: Any, file: Path) -> None:
    figure.tight_layout()
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, transparent=True, metadata={"Date": None})
