"""Only checked sentences become text, and its markers count the passages in the order in which it cites them."""

from __future__ import annotations

import dataclasses

import pytest

from searchapp.model import (
    Answer,
    AnswerEvent,
    Citation,
    Done,
    Notice,
    Sentence,
    SentenceChecked,
    SourcesFound,
    Support,
)
from searchapp.model import Token as Word
from searchapp.web.v1.completions import annotations_of
from searchapp.web.v1.transcript import Transcript
from tests.web.stand_in import hit

HITS = tuple(hit(f"d{n}", f"Text {n}.", title="Manual", page=n) for n in range(1, 6))


def sentence(text: str, *numbers: int, support: Support = Support.SUPPORTED) -> Sentence:
    return Sentence(text, numbers, support)


def answered(text: str, *sentences: Sentence, **changes: object) -> Answer:
    cited = sorted({number for one in sentences for number in one.citations})
    citations = tuple(
        Citation(n, one.chunk_id, one.document_id, one.title, one.source, one.page, "")
        for n in cited
        for one in HITS[n - 1 : n]
    )
    known = Answer(
        question="q", answer=text, model="m", refused=False, extractive=False, passages_used=5, passages_found=5,
        citations=citations, sentences=sentences,
    )  # fmt: skip
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


def told(transcript: Transcript, *events: AnswerEvent) -> list[str]:
    return [new for event in (SourcesFound(HITS, 5), *events) if (new := transcript.take(event))]


def test_sentences_leave_when_they_are_checked_and_words_do_not() -> None:
    one, two = sentence("Gloves. [3]", 3), sentence("Boots. [1][3]", 1, 3)
    transcript = Transcript()
    said = told(
        transcript,
        Word("Gloves. [3]"),
        SentenceChecked(one, "\n# Wear\n\n"),
        Word(" Boots."),
        SentenceChecked(two, "\n- "),
        Done(answered("# Wear\n\nGloves. [3]\n- Boots. [1][3]\n\n```\na[3]\n```", one, two)),
    )
    assert said == ["# Wear\n\nGloves. [1]", "\n- Boots. [2][1]", "\n\n```\na[3]\n```"]
    assert "".join(said) == transcript.text
    assert [(transcript.text[one.start : one.end], one.document_id) for one in transcript.mentions] == [
        ("[1]", "d3"), ("[2]", "d1"), ("[1]", "d3"),
    ]  # fmt: skip
    answer = transcript.answer
    assert answer is not None and answer.answer == transcript.text
    assert [(one.n, one.document_id) for one in answer.citations] == [(1, "d3"), (2, "d1")]
    assert [(one.text, one.citations) for one in answer.sentences] == [("Gloves. [1]", (1,)), ("Boots. [2][1]", (2, 1))]


def test_a_bracket_of_the_text_itself_is_left_alone() -> None:
    one = sentence("Call `a[4]` and b[2] first. [2]", 2)
    transcript = Transcript()
    told(transcript, SentenceChecked(one), Done(answered(one.text, one)))
    assert transcript.text == "Call `a[4]` and b[2] first. [1]"


def test_a_tables_row_keeps_its_shape() -> None:
    row = sentence("| Gloves | D [4] |", 4)
    transcript = Transcript()
    head = "| What | Class |\n|---|---|\n"
    told(transcript, SentenceChecked(row, head), Done(answered(head + row.text, row)))
    assert transcript.text == "| What | Class |\n|---|---|\n| Gloves | D [1] |"


def test_small_talk_and_refusals_come_whole_and_lead_to_the_nearest_passage() -> None:
    nearest = Citation(4, "d4-0", "d4", "Manual", "/srv/d4.md", 4, "")
    text = "No passage answers. The nearest is “Manual” [4]."
    transcript = Transcript()
    assert told(transcript, Word(text), Done(answered(text, refused=True, nearest=nearest))) == [
        "No passage answers. The nearest is “Manual” [1]."
    ]
    (mention,) = transcript.mentions
    assert (mention.document_id, transcript.text[mention.start : mention.end]) == ("d4", "[1]")
    assert transcript.answer is not None and transcript.answer.nearest is not None
    assert transcript.answer.nearest.n == 1


def test_what_there_is_to_tell_stands_below() -> None:
    fine, doubtful = sentence("Gloves. [2]", 2), sentence("Hats [2].", 2, support=Support.UNSUPPORTED)
    notices = (Notice("cut_off", "It is cut off."), Notice("disagree", "They differ: “5” [2] / “6” [5]"))
    transcript = Transcript()
    told(
        transcript,
        SentenceChecked(fine),
        SentenceChecked(doubtful, " "),
        Done(answered("Gloves. [2] Hats [2].", fine, doubtful, notices=notices)),
    )
    assert transcript.text == (
        "Gloves. [1] Hats [1].\n\n> It is cut off.\n\n> They differ: “5” [1] / “6” [2]\n\n"
        "> Not borne out by the passages (1 of 2 sentences): “Hats.”."
    )
    assert transcript.answer is not None and transcript.answer.answer == "Gloves. [1] Hats [1]."


def test_an_answer_that_turned_out_to_be_thoughts_is_told_whole() -> None:
    thought, said = sentence("Hm, class D? [1]", 1), sentence("Class D. [2]", 2)
    transcript = Transcript()
    told(transcript, SentenceChecked(thought), Done(answered(said.text, said)))
    assert transcript.text == "Hm, class D? [1]\n\nClass D. [2]"


@pytest.mark.parametrize("size", range(1, 12))
def test_a_stop_ends_the_text_wherever_the_pieces_part(size: int) -> None:
    words = "One two. STOP three."
    transcript = Transcript(["STOP", "never"])
    pieces = [words[at : at + size] for at in range(0, len(words), size)]
    said = told(transcript, *(SentenceChecked(sentence(piece)) for piece in pieces))
    assert "".join(said) == "One two. " == transcript.text
    assert transcript.is_stopped and transcript.answer is None


def test_what_only_begins_like_a_stop_is_told_in_the_end() -> None:
    one = sentence("One ST")
    transcript = Transcript(["STOP"])
    assert told(transcript, SentenceChecked(one), Done(answered(one.text, one))) == ["One ", "ST"]
    assert transcript.answer is not None


def test_each_passage_has_a_title_of_its_own_and_an_address() -> None:
    same = tuple(dataclasses.replace(one, page=7, chunk_id=f"c&{n}") for n, one in enumerate(HITS))
    one = sentence("Gloves. [1][2][1]", 1, 2, 1)
    transcript = Transcript()
    transcript.take(SourcesFound(same, 5))
    transcript.take(SentenceChecked(one))
    cited = [one.url_citation for one in annotations_of(transcript.mentions, "https://search.example/")]
    assert [one.title for one in cited] == ["Manual, page 7", "Manual, page 7 (2)", "Manual, page 7"]
    assert cited[1].url == "https://search.example/?open=d2&passage=c%261"
    assert [transcript.text[one.start_index : one.end_index] for one in cited] == ["[1]", "[2]", "[1]"]
