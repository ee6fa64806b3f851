"""A finished answer looked at once more: is it one, is it in the reader's language, and do its sources agree?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from searchapp.answer import notices
from searchapp.answer.disagreement import disagreement
from searchapp.answer.excuses import declines, is_foreign
from searchapp.model import Answer, Hit


def reviewed(answer: Answer, sent: Sequence[Hit]) -> Answer:
    """The answer with what is noticed of it as a whole; one that says in its own words that it is none is a refusal.

    ``sent`` are the chunks that it was given, in citation order.
    """
    if answer.refused:
        return answer
    if answer.model and declines(answer.sentences):
        kept = tuple(one for one in answer.notices if one.code != "unsupported")
        return replace(answer, refused=True, citations=(), sentences=(), notices=kept)
    noticed = []
    if answer.model and is_foreign(answer.answer, answer.question):
        noticed.append(notices.other_language(answer.model))
    if statements := disagreement(answer.question, sent):
        noticed.append(notices.disagree(statements, sent))
    return replace(answer, notices=(*answer.notices, *noticed))
