"""A summary without a model: the document's own leading and most telling sentences."""

from __future__ import annotations

from searchapp.answer.whole_document.central import central
from searchapp.model import Support
from tests.answer.samples import hit

PARTS = (
    hit("The compressor of hall 3 is described here. The compressor needs oil of grade VG 46.", 1, title="Compressor"),
    hit("Somebody left. The oil of the compressor is changed every 500 hours. Who changes it?", 2, title="Compressor"),
    hit("The compressor is stopped before the oil is changed. Lunch is at noon today.", 3, title="Compressor"),
)


def test_the_first_sentence_and_the_most_telling_ones_are_quoted_in_reading_order() -> None:
    found = central(PARTS, 3)
    assert [sentence.text for sentence in found] == [
        "The compressor of hall 3 is described here. [1]",
        "The compressor needs oil of grade VG 46. [1]",
        "The compressor is stopped before the oil is changed. [3]",
    ]
    assert all(sentence.support is Support.SUPPORTED for sentence in found)


def test_what_was_quoted_counts_no_more() -> None:
    repeated = hit("Oil is needed. The oil is needed here. The oil is needed there. Filters are cleaned daily.", 1)
    assert "Filters are cleaned daily. [1]" in [sentence.text for sentence in central([repeated], 3)]


def test_chinese_is_quoted_too() -> None:
    found = central([hit("压缩机需要机油。机油每五百小时更换一次。食堂十二点开门。", 1, title="压缩机")], 2)
    assert [sentence.text for sentence in found] == ["压缩机需要机油。 [1]", "机油每五百小时更换一次。 [1]"]


def test_a_table_is_quoted_by_rows_that_say_little_alone() -> None:
    found = central([hit("Part | Price\nPPR-9085 | 12 EUR\nPPR-9087 | 18 EUR")], 2)
    assert len(found) == 2 and {sentence.support for sentence in found} == {Support.WEAK}


def test_nothing_is_quoted_of_nothing() -> None:
    assert central([]) == () and central([hit("Hm?")]) == ()
