"""A text of anybody's checked against passages: which of its sentences they support, and why the others not.

Sentences are judged as those of an answer are (``verification``). Against given passages, which count together as
what one sentence of an answer cites; or against the whole index, where the nearest passages are searched for first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from searchapp import limits
from searchapp.access import may_read
from searchapp.answer.citations import nearness_by, telling_piece
from searchapp.answer.evidence import Evidence
from searchapp.answer.markdown import plain
from searchapp.answer.markers import without_markers
from searchapp.answer.said import begins_with_pronoun
from searchapp.answer.statements import Reader
from searchapp.answer.verification import CLEAR_COVERAGE, Finding, verify
from searchapp.embedding import Embedder, scale_of
from searchapp.errors import NotFoundError, UsageError
from searchapp.messages import Message
from searchapp.model import (
    CheckedPassage,
    CheckedSentence,
    Filters,
    Hit,
    Notice,
    Reason,
    SearchRequest,
    SentenceChecks,
    Support,
)
from searchapp.search import Searcher
from searchapp.search.library import hit_of
from searchapp.settings import Settings
from searchapp.text.chinese import simplified, subject_terms
from searchapp.text.sentences import sentences as sentences_of

TOGETHER = 3
"""Of the nearest passages, that may support a sentence together where none does alone."""

STATED = 0.8
"""Share of a sentence's terms that one sentence of a passage holds, with its headings, where it says the same.

A check knows no question, and so not which words matter: that all of them stand somewhere in a passage says little
(decision 87)."""

_EXPLAINED = {
    Reason.SAID: "check_said",
    Reason.MEANT: "check_meant",
    Reason.PARTLY: "check_partly",
    Reason.FACTS_MISSING: "check_facts_missing",
    Reason.OF_OTHERS: "check_of_others",
    Reason.CONTRADICTED: "check_contradicted",
    Reason.NEGATED: "check_negated",
    Reason.OTHER_YEAR: "check_other_year",
    Reason.FAR: "check_far",
    Reason.OTHER_LANGUAGE: "check_other_language",
    Reason.NOT_SAID: "check_not_said",
    Reason.NOTHING_STATED: "check_nothing_stated",
    Reason.NOTHING_FOUND: "check_nothing_found",
}
_RANK = [Support.UNSUPPORTED, Support.WEAK, Support.SUPPORTED]
_AGAINST = frozenset({Reason.CONTRADICTED, Reason.NEGATED, Reason.OTHER_YEAR})


class Checks:
    """Checks texts against one index; raises what searching raises."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings

    def check(self, text: str, filters: Filters, *, passages: Sequence[str] = (), size: int = 8) -> SentenceChecks:
        """Each sentence of ``text`` by the chunks of the ids ``passages``, or by the ``size`` nearest in the index.

        ``filters`` bound what the caller may see. Raises UsageError where ``text`` says nothing or too much, and
        NotFoundError for a chunk that is not there, or not for the caller.
        """
        claims = _claims(text)
        given = self._given(passages, filters) if passages else ()
        sentences, notices = [], []
        for said, claim in claims:
            hits = given or nearest(self._searcher, claim, filters, size)
            sentence, against = self._checked(said, claim, hits, together=bool(given))
            sentences.append(sentence)
            if sentence.support is Support.SUPPORTED and against is not None:
                notices.append(_contradiction(said, against))
        supported = all(one.support is Support.SUPPORTED for one in sentences)
        return SentenceChecks(sentences=tuple(sentences), supported=supported, notices=tuple(notices))

    def _given(self, ids: Sequence[str], filters: Filters) -> tuple[Hit, ...]:
        origins = self._searcher.library.origins(dict.fromkeys(ids, ""))
        found = []
        for rank, id_ in enumerate(dict.fromkeys(ids), start=1):
            origin = origins.get(id_)
            if origin is None or not may_read(filters.groups, origin.document.groups):
                raise NotFoundError("passage_id_unknown", passage=id_[:80])
            found.append(hit_of(origin.document, origin.chunk, rank))
        return tuple(found)

    def _checked(
        self, said: str, claim: str, hits: Sequence[Hit], *, together: bool
    ) -> tuple[CheckedSentence, Hit | None]:
        """The sentence with what was found, and a passage that says the opposite."""
        terms = subject_terms(claim)
        everything = Evidence.of(hits)
        each = {hit.rank: Evidence.of([hit]) for hit in hits}
        alone = {
            hit.rank: _unless_scattered(verify(claim, each[hit.rank], elsewhere=everything), claim, [hit])
            for hit in hits
        }
        coverage = {rank: evidence.coverage(terms) for rank, evidence in each.items()}
        order = sorted(hits, key=lambda hit: (-_RANK.index(alone[hit.rank].support), -coverage[hit.rank], hit.rank))
        finding, shown = self._judged(claim, order, alone, together=together)
        against = [
            hit for hit in hits if alone[hit.rank].reason in _AGAINST and alone[hit.rank].agreement >= CLEAR_COVERAGE
        ]
        explanation = Message(_EXPLAINED[finding.reason], missing=list(finding.missing))
        sentence = CheckedSentence(
            text=said,
            support=finding.support,
            reason=finding.reason,
            explanation=explanation.text(),
            missing=finding.missing,
            agreement=finding.agreement,
            passages=tuple(_passage(claim, hit, alone[hit.rank]) for hit in shown),
        )
        return sentence, against[0] if against else None

    def _judged(
        self, claim: str, order: Sequence[Hit], alone: dict[int, Finding], *, together: bool
    ) -> tuple[Finding, Sequence[Hit]]:
        """What holds of the claim, and the passages that show it; ``order`` has the nearest first."""
        if not order:
            return verify(claim, Evidence.of(())), ()
        supporting = [hit for hit in order if alone[hit.rank].support is Support.SUPPORTED]
        best = alone[order[0].rank]
        if supporting:
            return best, supporting
        some = order if together else order[:TOGETHER]
        nearness = nearness_by(self._embedder, scale_of(self._embedder, self._settings))
        joint = verify(claim, Evidence.of(some), nearness=nearness, elsewhere=Evidence.of(order))
        joint = _unless_scattered(joint, claim, some)
        refuted = [hit for hit in some if alone[hit.rank].reason is Reason.CONTRADICTED]
        if refuted and not together:
            return alone[refuted[0].rank], [refuted[0], *(hit for hit in some if hit is not refuted[0])]
        if _RANK.index(best.support) > _RANK.index(joint.support):
            joint = best
        return joint, some[:TOGETHER]


def nearest(searcher: Searcher, claim: str, filters: Filters, size: int) -> tuple[Hit, ...]:
    """The passages nearest to a claim, by words and by meaning; none where it has no words."""
    # As words, without operators: a claim is no query.
    words = " ".join(re.findall(r"\w+", claim))[: limits.QUERY_CHARACTERS]
    return searcher.search(SearchRequest(words, size=size, filters=filters)).hits if words else ()


def _claims(text: str) -> list[tuple[str, str]]:
    """The sentences of a text as they stand there, each with what is compared of it."""
    if len(text) > limits.QUERY_CHARACTERS:
        raise UsageError("check_too_long", characters=len(text), most=limits.QUERY_CHARACTERS)
    readable = text.encode("utf-8", "ignore").decode().replace("\r\n", "\n").strip()
    if not any(map(str.isalnum, readable)):
        raise UsageError("check_empty")
    said = [readable[one.start : one.end] for one in Reader().read(readable, complete=True)] or [readable]
    if len(said) > limits.CHECKED_SENTENCES:
        raise UsageError("check_too_many", sentences=len(said), most=limits.CHECKED_SENTENCES)
    return [(one.strip(), plain(without_markers(one))) for one in said]


def _unless_scattered(finding: Finding, claim: str, hits: Sequence[Hit]) -> Finding:
    """The finding, weak where the words are there, and no sentence of the passages has enough of them together."""
    if finding.reason is not Reason.SAID:
        return finding
    terms = subject_terms(simplified(claim))
    for hit in hits:
        heads = "\n".join((hit.title, *hit.headings))
        before = ""
        for said in sentences_of(hit.text):
            # A pronoun means what the sentence before it names.
            meant = f"{before}\n{said}" if begins_with_pronoun(said) else said
            if Evidence(simplified(f"{heads}\n{meant}")).coverage(terms) >= STATED:
                return finding
            before = said
    return replace(finding, support=Support.WEAK, reason=Reason.PARTLY)


def _passage(claim: str, hit: Hit, finding: Finding) -> CheckedPassage:
    return CheckedPassage(
        chunk_id=hit.chunk_id,
        document_id=hit.document_id,
        title=hit.title,
        source=hit.source,
        page=hit.page,
        quote=telling_piece(claim, hit.text),
        support=finding.support,
        reason=finding.reason,
    )


def _contradiction(said: str, hit: Hit) -> Notice:
    message = Message("check_disputed", sentence=said, title=hit.title)
    return Notice(message.code, message.text(), hit.chunk_id)
