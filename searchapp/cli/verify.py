"""``searchapp verify``: whether answers that were kept still hold."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting
from searchapp.cli.exit_codes import SOME_FAILED
from searchapp.errors import UsageError
from searchapp.model import AnswerReplayed, SentenceReplayed, Standing

STYLES = {Standing.UNDONE: "red", Standing.LOST: "red", Standing.CHANGED: "yellow", Standing.UNSUPPORTED: "dim"}


def verify(
    answer: Annotated[
        str, typer.Argument(metavar="FILE", help='What "ask --json" printed, or a conversation as JSON; -: stdin.')
    ],
    as_json: JsonOption = False,
) -> None:
    """Check an answer that was kept, or all those of a conversation, against the index as it is now.

    Each sentence holds (what it cites is unchanged and supports it), has changed (its source was edited, and supports
    it all the same), is undone by an edit, has lost its source, or was unsupported from the beginning. Exit code 3: one
    that held is undone or lost.

    Examples:
      searchapp ask --json "How long are snapshots kept?" > answer.json

      searchapp verify answer.json

      searchapp conversations export 5fW2cJx0yqLk8aTb gloves.json --format json && searchapp verify gloves.json

    """
    from searchapp.answer.replay import LARGEST, Replay, read_answers
    from searchapp.model.json import to_json

    try:
        text = sys.stdin.buffer.read(LARGEST + 1) if answer == "-" else _start_of(Path(answer), LARGEST + 1)
    except OSError as error:
        raise UsageError("file_unreadable", name=answer, why=error.strerror or "") from error
    kept = read_answers(text, answer)
    running = application()
    with waiting("Checking", as_json):
        replay = Replay(running.searcher, running.embedder, running.settings)
        found = {n: replay.check(one) for n, one in kept.items()}
    holds = all(one.holds for one in found.values())
    if as_json:
        told = [{**({"n": n} if n else {}), **to_json(one), "holds": one.holds} for n, one in found.items()]
        print_json(told[0] if 0 in found else {"holds": holds, "answers": told})
    else:
        _print_all(found)
    if not holds:
        raise typer.Exit(SOME_FAILED)


def _start_of(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        return file.read(most)


def _print_all(found: Mapping[int, AnswerReplayed]) -> None:
    for n, answer in found.items():
        if n:
            console().print(f"{n}. {answer.question}", style="bold", soft_wrap=True)
        for one in answer.sentences:
            _print(one)
    sentences = [one for answer in found.values() for one in answer.sentences]
    held = sum(one.standing in (Standing.HOLDS, Standing.CHANGED) for one in sentences)
    console().print(f"{held} of {len(sentences)} sentences hold", style="dim")


def _print(one: SentenceReplayed) -> None:
    out = console()
    out.print(f"{one.standing:<12}{one.text}", style=STYLES.get(one.standing), soft_wrap=True)
    if one.standing in (Standing.CHANGED, Standing.UNDONE, Standing.LOST):
        for citation in one.citations:
            out.print(f"{'':<12}[{citation.n}] {citation.title} ({citation.source})", style="dim", soft_wrap=True)
