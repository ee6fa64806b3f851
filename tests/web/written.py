"""A text as a language model writes it, checked by the real code and sent piece by piece."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import Any

from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.draft import Draft
from searchapp.model import Answer, AnswerEvent, Done, SearchRequest, SourcesFound
from tests.web.stand_in import ScriptedAnswerer, StandIn


class WritingAnswerer(ScriptedAnswerer):
    """Writes ``text`` in pieces of ``size`` characters, ``pause`` seconds apart, about the searcher's hits."""

    text = ""
    size = 3

    def ask(self, question: str, **asked: Any) -> Iterator[AnswerEvent]:  # type: ignore[override]
        self.asked.append((question, asked["filters"], asked["size"], asked["model"]))
        if asked.get("quotes"):
            yield from super().ask(question, **asked)
            return
        hits = self.searcher.search(SearchRequest(question, size=asked["size"], filters=asked["filters"])).hits
        try:
            yield SourcesFound(hits, len(hits))
            self.gate.wait(20)
            draft = Draft(Checker(hits))
            for at in range(0, len(self.text), self.size):
                time.sleep(self.pause)
                draft.add(self.text[at : at + self.size])
                yield from draft.events()
            if self.error:
                raise self.error
            yield from draft.events(complete=True)
            answer = Answer(
                question=question, answer=draft.checked_text(), model="scripted", refused=False, extractive=False,
                passages_used=len(hits), passages_found=len(hits), sentences=tuple(draft.sentences),
                citations=citations_of(draft.sentences, hits),
            )  # fmt: skip
            yield Done(dataclasses.replace(answer, **self.changes))  # type: ignore[arg-type]
        finally:
            self.closed.set()


def writing(app: StandIn, text: str) -> WritingAnswerer:
    """Have ``app`` write ``text``."""
    answerer = WritingAnswerer(app.searcher)
    answerer.text = text
    app.answerer = answerer
    return answerer
