"""The summary of a run: what failed is named, with its sentence, and the way to the rest."""

from __future__ import annotations

import io

from rich.console import Console

from searchapp.cli.tally import NAMED, Tally
from searchapp.messages import Message
from searchapp.model import IngestOutcome, IngestState


def printed(*outcomes: IngestOutcome, stopped: bool = False) -> str:
    tally, out = Tally(), io.StringIO()
    for outcome in outcomes:
        tally.add(outcome)
    tally.print(Console(file=out, width=200), 2.0, stopped=stopped)
    return out.getvalue()


def failed(number: int) -> IngestOutcome:
    why = Message("stopped")
    return IngestOutcome(f"/papers/{number}.pdf", "", IngestState.FAILED, error=why.encoded())


GOOD = IngestOutcome("/papers/good.md", "", IngestState.INDEXED, chunks=1, embedded=1)


def test_what_failed_is_named_with_its_sentence() -> None:
    said = printed(GOOD, failed(1))
    assert said.startswith("1 indexed (1 passage, 1 embedded, 0 reused), 0 unchanged, 1 failed, in 2.0 s.\n")
    assert "What failed:\n  /papers/1.pdf\n    Stopped.\n" in said and "more" not in said


def test_the_rest_is_a_command_away() -> None:
    said = printed(GOOD, *map(failed, range(NAMED + 3)))
    assert said.count("/papers/") == NAMED
    assert said.endswith("  and 3 more: searchapp documents list --state failed\n")


def test_a_single_document_that_failed_was_named_already() -> None:
    assert "What failed" not in printed(failed(1))


def test_a_run_that_was_stopped_says_what_it_did() -> None:
    said = printed(GOOD, stopped=True)
    assert said.startswith("Stopped. Done so far, at least: 1 indexed") and "goes on from here" in said
    assert printed(stopped=True) == "Stopped before the first document was done.\n"


def test_the_json_of_a_run_has_the_counts_alone() -> None:
    tally = Tally()
    tally.add(failed(1))
    assert set(tally.summary(1.0)) == {
        "documents", "indexed", "unchanged", "failed", "quarantined", "deleted",
        "chunks", "embedded", "reused", "by_words_first", "seconds", "chunks_per_second",
    }  # fmt: skip
