"""Checks whose facts a test cannot bring about on a real server: full disks, small heaps, the kernel's limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.cluster.checks.nodes import SETTINGS, disk, free_at, heap, maps
from searchapp.findings import Severity

GIB = 2**30
DEFAULTS = {
    f"{SETTINGS}watermark.low": "85%",
    f"{SETTINGS}watermark.low.max_headroom": "200GB",
    f"{SETTINGS}watermark.high": "90%",
    f"{SETTINGS}watermark.high.max_headroom": "150GB",
    f"{SETTINGS}watermark.flood_stage": "95%",
    f"{SETTINGS}watermark.flood_stage.max_headroom": "100GB",
}
"""What Elasticsearch 9.5 answers when nobody set anything."""


@pytest.mark.parametrize(
    ("total", "free", "severity", "words"),
    [
        (100, 50, Severity.OK, "50.0 of 100.0 GiB free"),
        (100, 14, Severity.WARNING, "low watermark of 15.0 GiB"),
        (100, 9, Severity.ERROR, "high watermark of 10.0 GiB"),
        (100, 4, Severity.ERROR, "flood stage watermark of 5.0 GiB"),
        (10_000, 250, Severity.OK, "250.0"),  # 85 per cent are long past, and the headroom counts
        (10_000, 90, Severity.ERROR, "flood stage watermark of 100.0 GiB"),
    ],
)
def test_disks(total: int, free: int, severity: Severity, words: str) -> None:
    found = disk("node-1", total * GIB, free * GIB, DEFAULTS)
    assert found.severity is severity and words in found.message
    assert bool(found.remedy) == (severity is not Severity.OK)


@pytest.mark.parametrize(("value", "needed"), [("20gb", 20 * GIB), ("512mb", GIB / 2), ("0.9", 10 * GIB), ("", 0)])
def test_a_watermark_is_a_share_or_a_size(value: str, needed: float) -> None:
    assert free_at("low", 100 * GIB, {f"{SETTINGS}watermark.low": value}) == pytest.approx(needed)


@pytest.mark.parametrize(
    ("used", "size", "severity"),
    [(40, 4, Severity.OK), (85, 4, Severity.WARNING), (40, 9, Severity.WARNING)],
)
def test_heap(used: int, size: int, severity: Severity) -> None:
    memory = {"heap_used_percent": used, "heap_max_in_bytes": size * GIB}
    node = {"name": "node-1", "jvm": {"mem": memory}, "os": {"mem": {"total_in_bytes": 16 * GIB}}}
    assert heap(node).severity is severity


def test_memory_maps(tmp_path: Path) -> None:
    kernel = tmp_path / "max_map_count"
    for value, severity in (("65530", Severity.WARNING), ("262144", Severity.INFO), ("1048576\n", Severity.OK)):
        kernel.write_text(value)
        assert maps(["127.0.0.1"], kernel).severity is severity
    assert maps(["10.0.0.7"], kernel).severity is Severity.INFO
    assert maps(["127.0.0.1"], tmp_path / "absent").severity is Severity.INFO
