"""``es sizing`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.shell import Shell


def test_sizing_names_figures_formulas_and_sources(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shown = shell("es", "sizing", "--chunks", "2.5M", "--dims", "1024", "--replicas", "0")
    assert shown.returncode == 0, shown.stderr
    assert "2,500,000 passages of 1024 dimensions, no replica" in shown.stdout
    assert "num_vectors * (num_dimensions/8 + 14) [knn]" in shown.stdout
    assert "Elastic, Tune approximate kNN search" in shown.stdout

    # Without --dims they are those of the configured model.
    asked = shell("es", "sizing", "--chunks", "1k", "--index-options", "bbq_hnsw,flat", "--json")
    found = json.loads(asked.stdout)
    assert found["load"]["dims"] == 256 and found["formulas"] and found["sources"]
    assert {one["options"]: one["memory"] for one in found["sizes"]} == {
        "bbq_hnsw": 1000 * (256 // 8 + 14 + 64),
        "flat": 1000 * 256 * 4,
    }


def test_what_sizing_cannot_read_is_a_usage_error(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    assert "no number of passages" in (failed := shell("es", "sizing", "--chunks", "many", "--dims", "8")).stderr
    assert failed.returncode == 2
    failed = shell("es", "sizing", "--chunks", "5", "--dims", "8", "--index-options", "ivf")
    assert failed.returncode == 2 and "bbq_hnsw" in failed.stderr
