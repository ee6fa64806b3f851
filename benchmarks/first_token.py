"""Time to an answer's first word against the model's own: ``python -m benchmarks.first_token``.

For each question the seconds from asking to the first word are divided by those that Ollama itself reports for the same
call: loading the model and reading the prompt. What is above 1 is ours: searching, fitting chunks, reading the
stream.
It needs an Ollama with the model of the settings, and RGB's en_fact for chunks (``--data``).
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.answers.gate import index
from benchmarks.answers.judged import rgb
from searchapp.llm import ReplyPart
from searchapp.model import SourcesFound, Token
from searchapp.ollama_api import client
from searchapp.settings import load_settings
from searchapp.wiring import Application

MOST_RATIO = 1.1
NANOSECONDS = 1e9


class Watched:
    """The last chunk of the last reply, as Ollama sent it: it holds what the call cost."""

    last: Any = None

    @classmethod
    def begin(cls) -> None:
        """Keep it from now on."""
        known = client._part

        def kept(said: Any) -> ReplyPart:
            cls.last = said
            return known(said)

        client._part = kept


def main() -> int:
    """Ask, time, print; 1 where the median ratio is above the target."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_token", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/rgb"))
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--passages", type=int, default=8)
    parser.add_argument("--json", type=Path, help="file to write the ratios into")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_dir=Path(folder), elasticsearch_url="", llm_answer_tokens=32)
        application = Application(settings)
        documents, asked = rgb(chosen.data, "en_fact")
        asked = asked[: chosen.questions + 1]
        wanted = set().union(*(question.own | question.hard for question in asked))
        list(index(application, [document for id_, document in documents.items() if id_ in wanted]))
        answerer = application.answerer
        Watched.begin()
        print("| question | search and fitting | first word | Ollama's load and prompt | tokens | ratio |")
        print("|---|---|---|---|---|---|")
        ratios = [ratio for question in asked if (ratio := _timed(answerer, question.text, chosen.passages))]
    ratios = ratios[1:]  # the first call loads both models and the vocabulary
    if not ratios:
        print("No call said what it cost; ask more questions.")
        return 1
    median = statistics.median(ratios)
    print(f"\nMedian of {len(ratios)}, the first one left out: {median:.3f} (target {MOST_RATIO})")
    if chosen.json:
        chosen.json.write_text(json.dumps({"median": median, "ratios": ratios, "target": MOST_RATIO}), encoding="utf-8")
    return 0 if median <= MOST_RATIO else 1


def _timed(answerer: Any, question: str, passages: int) -> float | None:
    started = time.perf_counter()
    fitted = first = 0.0
    with closing(answerer.ask(question, size=passages)) as events:
        for event in events:
            if isinstance(event, SourcesFound):
                fitted = time.perf_counter() - started
            elif isinstance(event, Token) and not first:
                first = time.perf_counter() - started
    spent = Watched.last
    if spent is None or not spent.done or not first:
        print(f"| {question} | {fitted:.3f} | {first:.3f} | not known | | |")
        return None
    own = ((spent.load_duration or 0) + (spent.prompt_eval_duration or 0)) / NANOSECONDS
    print(f"| {question} | {fitted:.3f} | {first:.3f} | {own:.3f} | {spent.prompt_eval_count} | {first / own:.3f} |")
    return first / own


if __name__ == "__main__":
    sys.exit(main())
