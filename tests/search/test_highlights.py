from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN, highlights
from searchapp.text.words import content_terms


def shown(query: str, text: str) -> list[str]:
    return [piece.replace(MARK_OPEN, "<").replace(MARK_CLOSE, ">") for piece in highlights(content_terms(query), text)]


def test_the_sentences_that_match_are_shown_with_their_words_marked() -> None:
    text = "Nothing here. The indices are searched quickly. Another thing. Search them again."
    assert shown("searching an index", text) == ["The indices are <searched> quickly.", "<Search> them again."]


def test_chinese_matches_are_joined() -> None:
    assert shown("混合检索", "系统支持混合检索功能。其他。") == ["系统支持<混合检索>功能。"]


def test_a_passage_without_a_match_shows_its_beginning() -> None:
    assert shown("volcano", "First sentence. Second one.") == ["First sentence."]
    assert shown("volcano", "A heading\nFirst sentence. Second one.") == ["First sentence."]
    assert shown("volcano", 'He said: "It is done." Then he left.') == ['He said: "It is done."']
    assert shown("火山", "标题\n他说：“完成了。”然后离开。") == ["他说：“完成了。”"]
    assert highlights({"x"}, "") == ()


@given(
    st.text(alphabet=st.sampled_from("ab .检索\n"), max_size=60),
    st.text(alphabet=st.sampled_from("ab .检索"), max_size=20),
)
def test_marks_are_paired_and_the_rest_is_the_text(text: str, query: str) -> None:
    for piece in highlights(content_terms(query), text):
        assert piece.count(MARK_OPEN) == piece.count(MARK_CLOSE)
        assert piece.replace(MARK_OPEN, "").replace(MARK_CLOSE, "") in text
