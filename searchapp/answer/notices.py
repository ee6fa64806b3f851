"""What an answer has to say about itself: a code for programs, and a sentence in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from searchapp.answer.conversation import Unusable
from searchapp.answer.disagreement import Statement
from searchapp.answer.draft import Fault
from searchapp.errors import SearchAppError
from searchapp.messages import Message
from searchapp.model import BROKEN_OFF, Hit, Notice

_FAULTS = {
    Fault.REPEATED: "repeated",
    Fault.BLANK: "blank",
}
_REWRITINGS = {
    Unusable.EMPTY: "rewriting_empty",
    Unusable.LONG: "rewriting_long",
    Unusable.REPEATED: "rewriting_repeated",
    Unusable.LANGUAGE: "rewriting_language",
    Unusable.LOST: "rewriting_lost",
    Unusable.INVENTED: "rewriting_invented",
    Unusable.UNCHANGED: "rewriting_unchanged",
    Unusable.ADRIFT: "rewriting_adrift",
}

LONGEST_STATEMENT = 200
"""Characters of a statement that is shown beside one that contradicts it."""


def quoted(why: SearchAppError, subject: str) -> tuple[Notice, ...]:
    """No model wrote the answer, and why."""
    return (_notice(Message("quoted")), Notice(why.code, why.sentence.whole.text(), subject))


def quoted_at_once() -> tuple[Notice, ...]:
    """No model was asked, since the reader wanted quotes."""
    return (_notice(Message("quoted")),)


def said_nothing(model: str) -> tuple[Notice, ...]:
    """The model's answer was blank, so that chunks are quoted."""
    return (_notice(Message("quoted")), _notice(Message("said_nothing", model=model), model))


def only_thoughts(model: str, tokens: int) -> tuple[Notice, ...]:
    """The model thought until it might write no more, so that chunks are quoted."""
    return (_notice(Message("quoted")), _notice(Message("only_thoughts", model=model, tokens=tokens), model))


def substituted(configured: str, name: str) -> Notice:
    """Another model wrote the answer than the configured one."""
    return _notice(Message("substituted", model=configured, other=name), configured)


def written_elsewhere(host: str) -> Notice:
    """Question and passages were sent to another machine."""
    return _notice(Message("written_elsewhere", host=host), host)


def thought_aloud(model: str) -> Notice:
    """The model thought in the answer's own text, although it was told not to; its thoughts are left out."""
    return _notice(Message("thought_aloud", model=model), model)


def fault(kind: Fault, model: str) -> Notice:
    """The model was stopped, and why."""
    return _notice(Message(_FAULTS[kind], model=model), model)


def cut_off(tokens: int) -> Notice:
    """The answer is longer than it may be."""
    return _notice(Message("cut_off", tokens=tokens), str(tokens))


def broken_off(why: SearchAppError) -> Notice:
    """The model's server failed while the answer was being written."""
    return Notice(BROKEN_OFF, Message("broken_off", why=why.sentence.whole).whole.text())


def not_rewritten(why: Unusable, model: str) -> tuple[Notice, ...]:
    """The model's rewriting of a follow-up was put aside, so that the words were joined."""
    return (Notice("not_rewritten", Message(_REWRITINGS[why], model=model).text(), why.value),)


def unsupported() -> Notice:
    """No sentence holds."""
    return _notice(Message("unsupported"))


def only_prompt(model: str) -> tuple[Notice, ...]:
    """The model wrote nothing but what it was sent, so that chunks are quoted."""
    return (_notice(Message("quoted")), prompt_repeated(model))


def prompt_repeated(model: str) -> Notice:
    """The model wrote what it was sent; that is left out."""
    return _notice(Message("prompt_repeated", model=model), model)


def other_language(model: str) -> Notice:
    """The model answered in a language that nobody asked in."""
    return _notice(Message("other_language", model=model), model)


def disagree(statements: Sequence[Statement], chunks: Sequence[Hit]) -> Notice:
    """Documents state different things, each shown with its document's date."""
    said = []
    for one in statements:
        hit = chunks[one.number - 1]
        day = str(hit.modified)[:10] if hit.modified else ""
        said.append(f"“{one.text[:LONGEST_STATEMENT]}” [{one.number}] ({', '.join(filter(None, (hit.title, day)))})")
    return _notice(Message("disagree", statements=" / ".join(said)))


def _notice(message: Message, subject: str = "") -> Notice:
    return Notice(message.code, message.whole.text(), subject)
