from __future__ import annotations

import pytest

from searchapp.search.fusion import (
    BLIND,
    KNOWN,
    LOOKED_AT,
    OTHER_SCRIPT,
    hybrid,
    reciprocal_rank_fusion,
    shares,
    weighted_sum,
)
from searchapp.settings import load_settings
from searchapp.stores import FoundChunk

KEYWORD = [("a", 12.0), ("b", 6.0), ("c", 2.0)]
SEMANTIC = [("c", 0.9), ("a", 0.5), ("d", 0.1)]


def test_reciprocal_rank_fusion_sums_reciprocal_ranks() -> None:
    fused = reciprocal_rank_fusion([KEYWORD, SEMANTIC])
    assert fused["a"] == pytest.approx(1 / 61 + 1 / 62)
    assert fused["c"] == pytest.approx(1 / 63 + 1 / 61)
    assert list(fused) == ["a", "c", "b", "d"]


def test_weighted_sum_counts_from_the_least_that_a_leg_can_give() -> None:
    fused = weighted_sum(KEYWORD, SEMANTIC, 0.75, 3)
    words = {"a": 12 / 12, "b": 6 / 12, "c": 2 / 12, "d": 2 / 12}
    meaning = {"c": 1.9 / 1.9, "a": 1.5 / 1.9, "d": 1.1 / 1.9, "b": 1.1 / 1.9}
    assert fused == pytest.approx({key: 0.25 * words[key] + 0.75 * meaning[key] for key in words})
    assert list(fused) == ["a", "c", "b", "d"]


def test_a_passage_that_a_whole_leg_leaves_out_gets_nothing_from_it() -> None:
    only = [("a", 6.5)]
    near = [("b", 0.40), ("a", 0.25), ("c", 0.06)]
    assert next(iter(weighted_sum(only, near, 0.2, depth=100))) == "a"
    # A retriever that was cut off may know it all the same, as no better than its last.
    assert next(iter(weighted_sum(only, near, 0.2, depth=1))) == "b"


def test_a_passage_without_a_vector_is_neither_near_nor_far() -> None:
    fused = weighted_sum(KEYWORD, SEMANTIC, 0.75, 3, unembedded={"b"})
    mean = (1.9 + 1.5 + 1.1) / 1.9 / 3
    assert fused["b"] == pytest.approx(0.25 * 6 / 12 + 0.75 * mean)
    assert {key: fused[key] for key in "acd"} == {
        key: score for key, score in weighted_sum(KEYWORD, SEMANTIC, 0.75, 3).items() if key != "b"
    }
    assert weighted_sum(KEYWORD, [], 0.5, 3, unembedded={"a", "b", "c"}) == weighted_sum(KEYWORD, [], 0.5, 3)
    assert reciprocal_rank_fusion([KEYWORD, SEMANTIC], unembedded={"b"})["b"] == pytest.approx(2 / 62)


def test_a_leg_that_finds_everything_alike_hardly_moves_the_ranking() -> None:
    alike = [("x", 0.041), ("y", 0.040), ("a", 0.039)]
    assert next(iter(weighted_sum(KEYWORD, alike, 0.5, 3))) == "a"


def test_an_empty_leg_counts_not_at_all() -> None:
    assert list(weighted_sum([], SEMANTIC, 0.5, 3)) == ["c", "a", "d"]
    assert list(weighted_sum(KEYWORD, [], 0.5, 3)) == ["a", "b", "c"]
    assert weighted_sum([], [], 0.5, 3) == reciprocal_rank_fusion([[], []]) == {}


def test_a_best_score_of_nothing_is_no_division_by_zero() -> None:
    assert weighted_sum([("a", 0.0)], [("b", -1.0)], 0.5, 1) == pytest.approx({"a": 1.0, "b": 1.0})


def test_ties_are_broken_the_same_way_every_time() -> None:
    assert list(reciprocal_rank_fusion([[("b", 1.0)], [("a", 1.0)]])) == ["a", "b"]


def found(id_: str, text: str, score: float = 1.0, title: str = "") -> FoundChunk:
    return FoundChunk(id_, id_, score, text, title, f"/{id_}", "text", "en", (), None, 0, len(text), None)


APART = "The pump is blue. Its seal is red. Every month the filter of another machine is washed."
TOGETHER = "The machine is blue. The filter of its pump is washed every month. The seal is red."


def test_words_in_one_sentence_count_more_than_words_all_over_the_passage() -> None:
    apart, together = shares("pump filter washed", [found("a", APART), found("b", TOGETHER)])
    assert together == 1.0 > apart > 0.0
    assert shares("pump filter", [found("a", ""), found("b", "nothing of it")]) == [0.0, 0.0]


def test_words_of_the_title_stand_in_every_sentence() -> None:
    bare, titled = shares("pump filter", [found("a", "The filter."), found("b", "The filter.", title="Pump")])
    assert titled == 1.0 > bare


def test_a_rare_word_counts_more_than_one_that_every_passage_has() -> None:
    common, rare = shares("engine gasket", [found("a", "the engine"), found("b", "the gasket"), found("c", "engine")])[
        :2
    ]
    assert rare > common


@pytest.mark.parametrize("query", ["长江大桥", "the of and", "!", "🦊"])
def test_any_query_has_shares_between_nothing_and_all(query: str) -> None:
    made = shares(query, [found("a", "武汉的长江大桥建成了。很长。"), found("b", "x"), found("c", "")])
    assert len(made) == 3 and all(0.0 <= share <= 1.0 for share in made)
    assert shares(query, []) == []


def test_chinese_words_in_one_sentence() -> None:
    apart, together = shares(
        "长江大桥的长度", [found("a", "长江大桥很美。这条河的长度不明。"), found("b", "长江大桥的长度是两公里。")]
    )
    assert together > apart


def test_what_stands_together_goes_before_what_the_retrievers_find_alike() -> None:
    query = "pump filter washed"
    keyword = [found("a", APART, 8.0), found("b", TOGETHER, 8.0)]
    semantic = [found("a", APART, 0.5), found("b", TOGETHER, 0.5)]
    settings = load_settings()
    plain = hybrid(keyword, semantic, settings, 1.0, 100)
    assert list(plain) == ["a", "b"]
    ranked = hybrid(keyword, semantic, settings, 1.0, 100, query)
    assert list(ranked) == ["b", "a"]
    share = dict(zip("ab", shares(query, [found("a", APART), found("b", TOGETHER)]), strict=True))
    assert ranked == pytest.approx({key: plain[key] + KNOWN * share[key] for key in plain})
    blind = hybrid(keyword, semantic, settings, 0.0, 100, query)
    assert blind["b"] == pytest.approx(1.0 + BLIND * share["b"])


def test_only_the_best_are_read_and_they_stay_before_the_rest() -> None:
    many = [found(f"{number:03}", "filter" if number >= LOOKED_AT else "", 100.0 - number) for number in range(60)]
    settings = load_settings()
    ranked = hybrid(many, [], settings, 1.0, 100, "filter")
    assert ranked == weighted_sum([(one.id, one.score) for one in many], [], settings.semantic_weight, 100)
    assert list(ranked) == [one.id for one in many]


def test_reciprocal_ranks_are_fused_as_they_are() -> None:
    keyword = [found("a", APART, 8.0), found("b", TOGETHER, 7.0)]
    settings = load_settings(fusion="rrf")
    assert list(hybrid(keyword, keyword, settings, 1.0, 100, "pump filter washed")) == ["a", "b"]


def marked(id_: str, text: str, title: str = "", language: str = "en") -> FoundChunk:
    return found(id_, text, title=title)._replace(language=language)


@pytest.mark.parametrize(
    ("query", "frequent", "telling"),
    [
        ("Who founded the Zamora company", "The company was founded early.", "Zamora is a town."),
        ("configure liveness probes", "You configure it here. They configure it.", "The liveness is looked at."),
        ("install Antrea", "To install it, install the package.", "Antrea runs in each node."),
        ("哪家公司收购了海港置业", "这家公司收购了另一家公司。", "海港置业的总部在北方。"),
    ],
)
def test_a_telling_word_counts_more_than_the_verb_that_most_of_them_have(
    query: str, frequent: str, telling: str
) -> None:
    language = "zh" if "哪" in query else "en"
    every = [marked(str(at), frequent, language=language) for at in range(12)]
    *others, rare = shares(query, [*every, marked("rare", telling, language=language)])
    assert rare > 3 * max(others)


@pytest.mark.parametrize(
    ("query", "own", "other"),
    [
        ("Release notes", "The release notes say what is new.", "Nothing is said of it here."),
        ("Types of Secret", "There are several types of secret.", "It is kept in memory."),
        ("节点体面关闭", "节点体面关闭需要一些时间。", "此功能默认启用。"),
        ("ポッドの再起動", "ポッドの再起動を行います。", "設定を確認します。"),
    ],
)
def test_a_title_that_is_the_query_is_no_full_mark_in_each_chunk(query: str, own: str, other: str) -> None:
    language = {"R": "en", "T": "en", "节": "zh", "ポ": "ja"}[query[0]]
    with_words, without = shares(query, [marked("a", own, query, language), marked("b", other, query, language)])
    assert with_words == pytest.approx(1.0) and 0.5 < without < 0.9


@pytest.mark.parametrize(
    ("query", "text", "language"),
    [
        ("debug running pods", "可以在这里查看 pods 的状态。", "zh"),
        ("restart the nginx controller", "nginx は速いサーバーです。", "ja"),
        ("如何调试运行中的 pods", "You can look at pods here.", "en"),
    ],
)
def test_a_word_that_both_scripts_have_says_less_across_them(query: str, text: str, language: str) -> None:
    across, within = (
        shares(query, [marked("a", text, language=one), marked("b", "", language=one)])[0]
        for one in (language, "en" if language != "en" else "zh")
    )
    assert 0.0 < across <= OTHER_SCRIPT and (language == "en" or across < within)


@pytest.mark.parametrize(
    ("query", "repeated", "answering"),
    [
        ("冬奥会什么时候开幕", "有人问：什么时候开幕？", "冬奥会于二月四日开幕。"),
        ("香港立法会总共有多少个议席", "有人问总共有多少个座位。", "香港立法会共九十个议席。"),
        ("首趟中欧班列是什么时候从哪里出发的", "有人问是什么时候从哪里出发的。", "首趟中欧班列从重庆出发。"),
        ("海港置业现在的总裁叫什么名字", "问他现在叫什么名字。", "海港置业的总裁姓李。"),
        ("为什么铁路工人要举行罢工", "为什么要举行这样的会？", "铁路工人罢工，是因为工资太低。"),
    ],
)
def test_what_asks_in_chinese_is_no_word_of_the_subject(query: str, repeated: str, answering: str) -> None:
    asking, telling = shares(query, [marked("a", repeated, language="zh"), marked("b", answering, language="zh")])
    assert telling > 2 * asking


@pytest.mark.parametrize("query", ["什么", "谁", "多少", "pump 是什么", "ポンプとは何"])
def test_a_query_of_words_that_ask_has_shares_all_the_same(query: str) -> None:
    found_, none = shares(query, [marked("a", query, language="zh"), marked("b", "x", language="zh")])
    assert found_ == pytest.approx(1.0, abs=0.5) and found_ > none == 0.0
