"""The judged sets that models are measured on, and how a long run is split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from benchmarks import cross_language
from searchapp.evaluation.dataset import Dataset, read_dataset

SCIFACT, MUSIQUE, CMRC, RGB = "SciFact test", "MuSiQue", "CMRC 2018 dev", "RGB zh"
CHINESE_ENGLISH, ENGLISH_CHINESE = "Kubernetes, Chinese over English", "Kubernetes, English over Chinese"
CROSS_LANGUAGE = {CHINESE_ENGLISH: "zh_en", ENGLISH_CHINESE: "en_zh"}

SETS: Mapping[str, tuple[str, str]] = {
    SCIFACT: ("scifact", "test"),
    "SciFact train": ("scifact", "train"),
    MUSIQUE: ("multihop_musique", "test"),
    CMRC: ("zh_cmrc2018_dev", "test"),
    RGB: ("zh_rgb_retrieval", "test"),
    **{name: (folder, "test") for name, folder in CROSS_LANGUAGE.items()},
}
"""Folder and split of each; those across languages are made from the documentation of Kubernetes."""

T = TypeVar("T")


class Unit(NamedTuple):
    """What is measured together: sets of one corpus, which is indexed once in each store, with one model."""

    model: str
    folder: str
    sets: Sequence[str]


def units(models: Iterable[str], names: Sequence[str]) -> list[Unit]:
    """A unit for each model and corpus of the sets."""
    folders = dict.fromkeys(SETS[name][0] for name in names)
    return [
        Unit(model, folder, [name for name in names if SETS[name][0] == folder])
        for model in models
        for folder in folders
    ]


def part_of(things: Sequence[T], part: str) -> Sequence[T]:
    """Every Mth of them from the Nth on, for a part "N/M". Raises ValueError for anything else."""
    number, _, count = part.partition("/")
    if not 1 <= int(number) <= int(count):
        raise ValueError(part)
    return things[int(number) - 1 :: int(count)]


def read(unit: Unit, data: Path, keep: Path, every: int = 1) -> dict[str, Dataset]:
    """The unit's sets by name, of each every so-manieth query."""
    made = cross_language.of_data(data, keep) if set(unit.sets) & CROSS_LANGUAGE.keys() else {}
    return {
        name: _fewer(read_dataset(made.get(unit.folder, data / unit.folder), SETS[name][1]), every)
        for name in unit.sets
    }


def _fewer(dataset: Dataset, every: int) -> Dataset:
    queries = dict(list(dataset.queries.items())[::every])
    return replace(dataset, queries=queries, qrels={key: dataset.qrels[key] for key in queries})
