"""The pure parts of the benchmarks' report: every section from its figures alone."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from benchmarks import report, report_tables


def test_a_benchmark_without_figures_is_not_measured() -> None:
    assert report.page("a {{edit}} b", {}) == f"a {report.NOT_MEASURED} b"


def test_the_template_has_a_place_for_every_section() -> None:
    places = re.findall(r"\{\{(\w+)\}\}", report.TEMPLATE.read_text(encoding="utf-8"))
    assert sorted(places) == sorted(report.NAMES)


def test_a_benchmark_that_fails_keeps_what_it_wrote(tmp_path: Path) -> None:
    script = "import sys; open(sys.argv[2], 'w').write('{\"a\": 1}'); sys.exit(1)"
    assert not report.measure("edit", ["-c", script], tmp_path)
    assert json.loads((tmp_path / "edit.json").read_text()) == {"a": 1}


def test_an_edit_is_judged_by_the_clock_and_by_processor_time() -> None:
    one = {
        **{"first_seconds": [10.0, 10.0], "edit_seconds": [0.1, 0.5]},
        **{"first_cpu_seconds": [20.0, 20.0], "edit_cpu_seconds": [0.2, 0.2]},
    }
    page = report_tables.edit({"pages": 300, "store": "lancedb", "target": 0.02, "formats": {"md": one}})
    assert "300 pages, lancedb, 2 rounds" in page
    assert "| md | by the clock | 10.0 | 0.30 | 3.0% | 1.0% | missed |" in page
    assert "| md | processor time | 20.0 | 0.20 | 1.0% | 1.0% | met |" in page


SEARCH = {
    **dict.fromkeys(("dataset", "dtype", "elasticsearch"), ""),
    **{"passages": 9927, "queries": 300, "rounds": 2, "cores": 2, "target": 0.5},
    "versions": {"searchapp": "1", "haystack": "3", "haystack-10": "3"},
    "p50_ms": {"searchapp": [20.0, 20.0], "haystack": [40.0, 50.0], "haystack-10": [25.0, 20.0]},
}


def test_hybrid_search_is_judged_against_both_rows_of_haystack() -> None:
    page = report_tables.search(SEARCH)
    assert "| searchapp 1 | 20.0 | 20.0 | 0.45 | 0.90 |" in page
    assert "- At most 0.5 of Haystack's hybrid pipeline with k of 100: 0.45 (0.40 to 0.50), **met**." in page
    assert "- At most 0.5 of the same with k of 10: 0.90 (0.80 to 1.00), **missed**." in page


def test_hybrid_search_without_peers_is_not_judged() -> None:
    alone = {**SEARCH, "p50_ms": {"searchapp": [20.0, 20.0]}}
    page = report_tables.search(alone)
    assert "| searchapp 1 | 20.0 | 20.0 |\n" in page
    assert page.count("not measured.") == 2


def test_a_hybrid_search_stands_beside_its_parts() -> None:
    told = {
        **{"dataset": "scifact", "documents": 5183, "passages": 9927, "queries": 150, "cores": 2, "target": 1.3},
        "elasticsearch": "9.5.3",
        "p50_ms": {"encode": 9.8, "keyword": 6.2, "semantic": 6.9, "hybrid": 28.3},
        "hybrid_inside_p50_ms": {"encoding": 9.9, "both retrievers": 10.9, "the rest": 7.2},
        **{"encode_plus_slower_retriever_ms": 16.7, "ratio": 1.695},
    }
    page = report_tables.latency(told)
    assert "| a hybrid search | 28.3 |\n| within it: encoding | 9.9 |" in page
    assert "takes 1.70 times encoding plus the slower retriever (16.7 ms); at most 1.3: **missed**." in page


def grown(p50: float) -> dict[str, object]:
    ms = {mode: {"p50_median": p50, "p50_least": p50, "p99_median": p50} for mode in ("keyword", "semantic", "hybrid")}
    sizes = {"bytes_a_chunk": 2000, "chunks_a_second": 400, "process_rss_mib": 120}
    return {"ms": ms, "recall_at_10": 0.998, **sizes}


def test_growth_tells_a_failure_beside_what_was_measured_before_it() -> None:
    stores = {"elasticsearch": {"10000": grown(1)}, "lancedb": {"100000": grown(10), "1000000": grown(25)}}
    told = {"queries": 100, "rounds": 3, "merged": True, "stores": stores}
    page = report_tables.growth({**told, "failed": {"elasticsearch": "100,000 passages: it is gone."}})
    first, second = page.split("lancedb, 100 queries")
    assert "3 rounds, merged into one segment at each size (p50" in first
    assert "| 10,000 | 1.0 / 1.0 / 1.0 |" in first
    assert "It went no further: 100,000 passages: it is gone." in first
    assert "at most twice: not measured." in first
    assert "merged" not in second
    assert "keyword 2.50, **missed**; semantic 2.50, **missed**; hybrid 2.50, **missed**." in second


def test_a_store_that_failed_at_once_has_no_table() -> None:
    told = {"queries": 100, "rounds": 1, "stores": {"elasticsearch": {}}, "failed": {"elasticsearch": "it is gone."}}
    page = report_tables.growth(told)
    assert "Nothing was measured.\n\nIt went no further: it is gone." in page
    assert "| passages |" not in page


def test_a_run_under_load_tells_its_memory() -> None:
    request = {"count": 2849, "failures": 0, "p50_ms": 120.0, "p99_ms": 820.0}
    run = {
        **{"store": "lancedb", "users": 50, "askers": 0, "seconds": 75},
        **{"memory_mib": [986, 1216, 1232], "threads": [30, 31, 31], "requests": {"search": request}},
    }
    page = report_tables.load([run])
    assert page.startswith("lancedb, 50 users for 75 s, 0 of them asking;")
    assert "986, 1,216, 1,232 MiB, its threads 30, 31, 31:" in page
    assert "| search | 2,849 | 0 | 120 | 820 |" in page


def test_the_page_is_written_from_the_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "search.json").write_text(json.dumps(SEARCH))
    drawn: list[Path] = []
    monkeypatch.setitem(report.PLOTS, "search", lambda _, file: drawn.append(file))
    written = tmp_path / "docs" / "performance.md"
    written.parent.mkdir()
    monkeypatch.setattr(sys, "argv", ["report", "--from-json", str(tmp_path), "--write", str(written)])
    assert report.main() == 0
    page = written.read_text(encoding="utf-8")
    assert report_tables.search(SEARCH) in page
    assert page.count(report.NOT_MEASURED) == len(report.NAMES) - 1
    assert drawn == [written.parent / "plots" / "search.svg"]
