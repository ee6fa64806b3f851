"""The models of a server that can write, and which of them stands in for one that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from searchapp import model


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model that can write.

    ``family`` is its architecture (qwen3, llama), ``thinks`` whether it can think first, ``modified`` when it was
    fetched or made, in seconds since 1970.
    """

    name: str
    family: str = ""
    thinks: bool = False
    modified: float = 0.0


def answering(configured: str, models: Sequence[ChatModel]) -> str | None:
    """The model that answers where nobody names one: the configured one, else a substitute; None where none is there.

    First come models that cannot think, since not every one that can may be told not to, and an answer's tokens would
    go into thoughts; then the configured one's family, whose languages are most alike; then what was fetched last,
    which somebody chose knowing this machine: the largest may be too large for it.
    """
    for one in models:
        if is_same(one.name, configured):
            return one.name
    family = configured.partition(":")[0].rpartition("/")[2]
    return (
        max(
            models,
            key=lambda one: (not one.thinks, family in (one.family, one.name.partition(":")[0]), one.modified),
            default=ChatModel(""),
        ).name
        or None
    )


def choices(models: Sequence[ChatModel], configured: str, answers: str, *, think: bool = False) -> model.ChatModels:
    """The models to choose from, first the one that ``answers`` where nobody names one ("" where none does).

    ``think``: those that can think do so where a question does not say.
    """
    ordered = sorted(models, key=lambda one: one.name != answers)
    found = [
        model.ChatModel(one.name, is_same(one.name, configured), one.name == answers, one.thinks) for one in ordered
    ]
    return model.ChatModels(configured, tuple(found), think)


def is_same(one: str, other: str) -> bool:
    """Whether both names mean one model: ``name`` and ``name:latest`` do."""
    return one == other or f"{one}:latest" == other or one == f"{other}:latest"
