"""Who is compared in ingestion, how the target is judged, and what the page says of it."""

from __future__ import annotations

from typing import Any

from benchmarks import report_ingest
from benchmarks.ingest_rows import ROWS, rows_to_measure, verdict


def one(dtype: str, *rates: float, store: str = "Elasticsearch 9", version: str = "1") -> dict[str, Any]:
    return {"version": version, "dtype": dtype, "batch_size": 32, "store": store, "passages_a_second": list(rates)}


CONTENDERS = {
    "bare": one("float32", 20, 20, store="", version=""),
    "bare-by-hand": one("bfloat16", 40, 40, store="", version=""),
    "searchapp": one("int8", 60, 50),
    "searchapp-full": one("bfloat16", 40, 42),
    "searchapp-lancedb": one("int8", 44, 44, store="LanceDB 0.40"),
    "langchain": one("float32", 20, 20),
    "langchain-by-hand": one("bfloat16", 40, 40),
    "haystack": one("float32", 16, 16),
    "haystack-by-hand": one("bfloat16", 41, 44),
}
SPEED = {
    **{"files": 200, "passages": 2161, "cores": 2, "machine": "x86_64", "python": "3.11.7"},
    "contenders": CONTENDERS,
}


def test_all_are_measured_by_default() -> None:
    assert list(rows_to_measure(None, "bfloat16", "float32", baselines=True)) == list(ROWS)


def test_peers_need_their_environment() -> None:
    rows = rows_to_measure(None, "bfloat16", "float32", baselines=False)
    assert list(rows) == ["bare", "bare-by-hand", "searchapp", "searchapp-full", "searchapp-lancedb"]


def test_nothing_is_given_by_hand_where_the_libraries_compute_alike() -> None:
    rows = rows_to_measure(["searchapp", "haystack", "haystack-by-hand"], "float32", "float32", baselines=True)
    assert list(rows) == ["searchapp", "haystack"]


def test_the_faster_peer_counts_as_documented_and_by_hand() -> None:
    documented, by_hand = (verdict(CONTENDERS, by_hand=given, ours="searchapp-full") for given in (False, True))
    assert documented
    assert by_hand
    assert (documented.peer, documented.times, documented.met) == ("langchain", 2.05, True)
    assert by_hand.peer == "haystack-by-hand"
    assert round(by_hand.times, 3) == 0.965
    assert not by_hand.met


def test_a_row_says_what_it_runs_with_and_who_chose_it() -> None:
    page = report_ingest.section({"speed": SPEED})
    assert "| the bare model: float32 as documented | 20.0 | 20.0 | 20.0 | 1.00 |" in page
    assert "| searchapp 1, LanceDB 0.40: int8 by itself | 44.0 | 44.0 | 44.0 | not measured |" in page
    assert "| searchapp 1, Elasticsearch 9: int8 by itself | 55.0 | 50.0 | 60.0 | not measured |" in page
    assert "| searchapp 1, Elasticsearch 9: bfloat16 by a setting | 41.0 | 40.0 | 42.0 | 1.02 |" in page
    assert "| Haystack 1, Elasticsearch 9: bfloat16 by hand | 42.5 | 41.0 | 44.0 | 1.06 |" in page


def test_the_verdicts_stand_below_the_table() -> None:
    page = report_ingest.section({"speed": SPEED})
    documented, in_full, by_hand = page.splitlines()[-3:]
    assert documented == (
        "- as documented: 2.75 times LangChain 1, Elasticsearch 9: float32 as documented "
        "(median of rounds; 2.50 to 3.00), **met**."
    )
    assert in_full.startswith(
        "- with SEARCHAPP_EMBEDDING_PRECISION=full, the others as documented: 2.05 times LangChain 1"
    )
    assert in_full.endswith("(median of rounds; 2.00 to 2.10), **met**.")
    assert by_hand.startswith("- with that precision given to the others by hand: 0.97 times Haystack 1")
    assert by_hand.endswith("**missed**.")


def test_without_bfloat16_one_verdict_is_both() -> None:
    alike = {name: {**found, "dtype": "float32"} for name, found in CONTENDERS.items() if not ROWS[name].by_hand}
    page = report_ingest.section({"speed": {**SPEED, "contenders": alike}})
    assert page.endswith(
        "\n- with that precision given to the others by hand: the same, as here searchapp takes theirs."
    )


def test_without_peers_nothing_is_judged() -> None:
    page = report_ingest.section({"speed": {**SPEED, "contenders": {"searchapp": CONTENDERS["searchapp"]}}})
    assert page.count("not measured") == 4


def test_memory_may_stand_alone() -> None:
    measured = {"process_mib": [114, 129], "parser_mib": [60, 60]}
    page = report_ingest.section({"memory": {"sizes": [500, 10_000], "embedders": {"hashed:384": measured}}})
    assert "| hashed:384, the process | 114 | 129 | 1.13 |" in page
