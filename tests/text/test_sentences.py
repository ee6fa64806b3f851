from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searchapp.text.sentences import is_whole, sentence_spans, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("See e.g. the one by Dr. Smith et al. in Fig. 3. Then go.", ["See e.g. the one by Dr. Smith et al. in Fig. 3.", "Then go."]),
        ("Version 9.5.3 is out. It runs.", ["Version 9.5.3 is out.", "It runs."]),
        ("他说：“好。”然后走了。真的？", ["他说：“好。”", "然后走了。", "真的？"]),
        ("It is so. [1][2] Next one [3].", ["It is so. [1][2]", "Next one [3]."]),
        ("确实如此。[1]下一句。", ["确实如此。[1]", "下一句。"]),
        ("a hard-wrapped\nline goes on.\nNew line", ["a hard-wrapped\nline goes on.", "New line"]),
        ("Gloves are of class D. Operators wear them.", ["Gloves are of class D.", "Operators wear them."]),
        ("See Appendix B. It lists vitamin C. Nothing else.", ["See Appendix B.", "It lists vitamin C.", "Nothing else."]),
        ("Take plan A. Then plan B.", ["Take plan A.", "Then plan B."]),
        ("J. Smith asked George W. Bush and the chemist R. Hooke.", ["J. Smith asked George W. Bush and the chemist R. Hooke."]),
        ("A. Einstein", ["A. Einstein"]),
        ("", []),
        (" \n ", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet=st.sampled_from("aB. !?。！\n[1]“”'"), max_size=80))
def test_every_character_is_in_exactly_one_sentence(text: str) -> None:
    spans = list(sentence_spans(text))
    assert all(start < end for start, end in spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    covered = {at for start, end in spans for at in range(start, end)}
    assert all(char.isspace() or at in covered for at, char in enumerate(text))


@pytest.mark.parametrize("text", ["Done.", "“Done!”", "完成了。」", "Done. [1][2]", "And so on…"])
def test_a_whole_sentence_ends_with_a_stop(text: str) -> None:
    assert is_whole(text)


@pytest.mark.parametrize("text", ["", "A heading", "标题", "See [1]", "Version 9.5"])
def test_a_heading_is_no_whole_sentence(text: str) -> None:
    assert not is_whole(text)
