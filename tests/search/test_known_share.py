"""How much of a query and of what it brought the embedding model knows: what it cannot read, it does not rank."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from searchapp.search import nearness
from searchapp.stores import FoundChunk, RetrievalResults
from searchapp.text.words import has_cjk
from searchapp.tokens import Reading


def brought(*texts: tuple[str, str]) -> RetrievalResults:
    """Chunks of these languages and texts, by the semantic retriever."""
    chunks = [
        FoundChunk(str(at), str(at), 0.5, text, "", "/x", "text", language, (), None, 0, len(text), None)
        for at, (language, text) in enumerate(texts)
    ]
    return RetrievalResults((), tuple(chunks))


def english(text: str) -> Reading:
    """A model that knows every letter but Chinese, Japanese and Korean ones."""
    letters = [letter for letter in text if not letter.isspace()]
    known = sum(not has_cjk(letter) for letter in letters)
    return Reading([], known / len(letters) if letters else 1.0)


def everything(text: str) -> Reading:
    return Reading([], 1.0)


def known_share(query: str, retrieved: RetrievalResults, reading: Callable[[str], Reading]) -> float:
    return nearness.known_share(query, reading(query).known_share, retrieved, reading)


CHINESE = ("zh", "节点体面关闭需要一些时间。")


@pytest.mark.parametrize("other", [CHINESE, ("ja", "ポッドの再起動を行います。"), ("ko", "노드를 다시 시작합니다.")])
def test_what_the_model_cannot_read_counts_by_its_words_alone(other: tuple[str, str]) -> None:
    query = "graceful node shutdown"
    assert known_share(query, brought(other, other), english) == 0.0
    assert known_share(query, brought(other, ("en", "Nodes are shut down.")), english) == pytest.approx(0.5)
    assert known_share(query, brought(other, other), everything) == 1.0


def test_a_page_of_commands_with_a_few_foreign_words_is_read() -> None:
    commands = ("zh", "kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data 然后 kubectl uncordon node-1")
    assert known_share("drain a node", brought(commands), english) == 1.0


def test_within_a_script_the_query_says_how_much_is_known() -> None:
    assert known_share("节点体面关闭", brought(CHINESE), english) == 0.0
    assert known_share("pods 的状态", brought(CHINESE), english) == pytest.approx(4 / 7)
    assert known_share("pods", brought(("en", "Pods run.")), english) == 1.0
    assert known_share("pods", brought(), english) == 1.0


def test_a_chinese_query_over_english_chunks_is_as_known_as_it_is() -> None:
    assert known_share("节点 drain", brought(("en", "Drain the node.")), english) == pytest.approx(5 / 7)
