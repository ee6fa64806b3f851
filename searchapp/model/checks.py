"""Whether passages support a sentence, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from searchapp.model.answers import Support
from searchapp.model.json import Rounded
from searchapp.model.search import Notice


class Reason(StrEnum):
    """Why a sentence holds as far as it does."""

    SAID = "said"
    """The passages say it in much the same words."""
    MEANT = "meant"
    """They say it in other words."""
    PARTLY = "partly"
    """They speak of it, and do not clearly say it."""
    FACTS_MISSING = "facts_missing"
    """They lack numbers, dates or names of it."""
    OF_OTHERS = "of_others"
    """They say it of somebody or something else."""
    CONTRADICTED = "contradicted"
    """They say the same with another word in the place of one of its own."""
    NEGATED = "negated"
    """They say the same with a "not", or without the one that it has."""
    OTHER_YEAR = "other_year"
    """They say it of another year."""
    FAR = "far"
    """What it adds stands in passages that speak less of its subject than others do."""
    OTHER_LANGUAGE = "other_language"
    """They are in another language, in which only figures and names can be compared."""
    NOT_SAID = "not_said"
    """They do not say it."""
    NOTHING_STATED = "nothing_stated"
    """It states nothing that could be compared."""
    NOTHING_FOUND = "nothing_found"
    """No passage was found for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPassage:
    """A passage that a sentence was compared with, and how far it supports it by itself."""

    chunk_id: str
    document_id: str
    title: str
    source: str
    page: int | None
    quote: str
    """What of it is nearest to the sentence."""
    support: Support
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSentence:
    """One sentence, and how far passages support it."""

    text: str
    support: Support
    reason: Reason
    explanation: str
    """The reason as a sentence for people."""
    missing: tuple[str, ...]
    """Numbers, dates and names that the passages lack, or of whom they do not say it."""
    agreement: Annotated[float, Rounded(2)]
    """The share of what it says that the passages hold."""
    passages: tuple[CheckedPassage, ...]
    """Those that support it; where none does, the nearest ones that were looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChecks:
    """The sentences of a text, each checked."""

    sentences: tuple[CheckedSentence, ...]
    supported: bool
    """Whether every one of them is supported."""
    notices: tuple[Notice, ...] = ()
    """Such as that passages do not agree."""
