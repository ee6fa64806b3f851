"""What an answer has to tell about itself, in sentences; interfaces in other languages go by the code."""

from __future__ import annotations

from searchapp.answer.draft import Fault
from searchapp.answer.followups import Unusable
from searchapp.errors import SearchAppError
from searchapp.model import BROKEN_OFF, Notice


def quoted(why: SearchAppError, subject: str) -> tuple[Notice, ...]:
    """No model wrote the answer, and why."""
    return (
        Notice("quoted", "Quoted from the documents, not written by a model."),
        Notice(why.code, str(why), subject),
    )


def said_nothing(model: str) -> tuple[Notice, ...]:
    """The model's answer was blank, so that passages are quoted."""
    return (
        Notice("quoted", "Quoted from the documents, not written by a model."),
        Notice("said_nothing", f"The model {model} answered nothing. Ask again, or choose another model.", model),
    )


def fault(kind: Fault, model: str) -> Notice:
    """The model was stopped, and why."""
    what = {
        Fault.REPEATED: "began to repeat itself",
        Fault.BLANK: "sent nothing but blanks from here on",
    }[kind]
    return Notice(kind.value, f"The model {model} {what} and was stopped.", model)


def cut_off(tokens: int) -> Notice:
    """The answer is longer than it may be."""
    return Notice(
        "cut_off",
        f"The answer was cut off after {tokens} tokens. SEARCHAPP_LLM_ANSWER_TOKENS allows more.",
        str(tokens),
    )


def broken_off(why: SearchAppError) -> Notice:
    """The model's server failed while the answer was being written."""
    return Notice(BROKEN_OFF, f"Ollama broke off in the middle of the answer. {why}")


def not_rewritten(why: Unusable, model: str) -> tuple[Notice, ...]:
    """The model's rewriting of a follow-up was put aside, so that the words were joined."""
    what = {
        Unusable.EMPTY: "wrote nothing",
        Unusable.LONG: "wrote too much",
        Unusable.REPEATED: "repeated itself",
        Unusable.LANGUAGE: "wrote another language",
        Unusable.LOST: "left out what you asked",
        Unusable.INVENTED: "added what nobody asked",
        Unusable.UNCHANGED: "changed nothing",
    }[why]
    text = (
        f"The model {model} {what} when it was to complete your question, so your words stand behind the earlier ones."
    )
    return (Notice("not_rewritten", text, why.value),)


def unsupported() -> Notice:
    """No sentence holds."""
    return Notice("unsupported", "The passages bear out none of these sentences.")
