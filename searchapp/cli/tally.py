"""What a run of ``ingest`` came to: counted, and which documents failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from searchapp import messages
from searchapp.cli.terminal import count

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.model import IngestOutcome

NAMED = 5
"""Failed documents that the summary names; a list shows the others."""


def why(outcome: IngestOutcome, indent: int) -> str:
    """Why a document failed; which one, in a line before, where the sentence does not name it."""
    said = messages.shown(outcome.error)
    return said if outcome.source in said else f"{outcome.source}\n{' ' * indent}{said}"


class Tally:
    """Counts outcomes, and keeps the first that failed."""

    def __init__(self) -> None:
        self.documents = self.indexed = self.unchanged = self.failed = self.quarantined = self.deleted = 0
        self.chunks = self.embedded = self.reused = self.by_words_first = 0
        self._failed: list[IngestOutcome] = []

    def add(self, outcome: IngestOutcome) -> None:
        """Count one more."""
        self.documents += 1
        setattr(self, outcome.state, getattr(self, outcome.state) + 1)
        if outcome.state == "indexed":
            self.chunks += outcome.chunks
            self.embedded += outcome.embedded + outcome.unembedded
            self.by_words_first += outcome.unembedded
            self.reused += outcome.reused
        elif outcome.state in ("failed", "quarantined") and len(self._failed) < NAMED:
            self._failed.append(outcome)

    @property
    def counts(self) -> dict[str, int]:
        """What was counted, without what was not met."""
        return {name: number for name, number in self._numbers.items() if number}

    def summary(self, seconds: float) -> dict[str, float | int]:
        """The counts as JSON values."""
        return {
            **self._numbers,
            "seconds": round(seconds, 2),
            "chunks_per_second": round(self.chunks / seconds, 1) if seconds else 0.0,
        }

    def sentence(self, seconds: float) -> str:
        """The counts for a person."""
        if not self.documents:
            return "No documents were found there. docs/formats.md lists what is read."
        passages = count(self.chunks, "passage")
        return (
            f"{self.indexed} indexed ({passages}, {self.embedded} embedded, {self.reused} reused), "
            f"{self.unchanged} unchanged, {self.failed} failed"
            + (f", {self.quarantined} in quarantine" if self.quarantined else "")
            + (f", {self.deleted} removed" if self.deleted else "")
            + f", in {seconds:.1f} s."
        )

    def print(self, out: Console, seconds: float, *, stopped: bool = False) -> None:
        """The counts, and below them what failed and why, as far as it can be taken in."""
        if stopped and not self.documents:
            out.print("Stopped before the first document was done.")
            return
        out.print(f"{'Stopped. Done so far, at least: ' if stopped else ''}{self.sentence(seconds)}")
        if stopped:
            out.print("The same command goes on from here: what is done is not done again.", style="dim")
        failures = self.failed + self.quarantined
        if failures and self.documents > 1:
            out.print("What failed:", style="red")
            for one in self._failed:
                out.print(f"  {why(one, 4)}", style="red", soft_wrap=True)
            if failures > len(self._failed):
                out.print(
                    f"  and {failures - len(self._failed)} more: searchapp documents list --state failed", style="red"
                )

    @property
    def _numbers(self) -> dict[str, int]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}
