from __future__ import annotations

from searchapp.model import SourceType
from tests.sources.formats.reading import read, refused, sections


def test_cues_become_sentences_under_their_times() -> None:
    parsed = read(
        "film.srt",
        "1\r\n00:00:01,000 --> 00:00:04,000\r\n<i>Open</i> the gate\r\n\r\n2\r\n00:00:04,500 --> 00:00:40,000\r\n"
        "at nine.\r\n\r\n3\r\n01:00:41,000 --> 01:00:42,000\r\n你好，\r\n世界。\r\n",
    )
    assert (parsed.type, parsed.title) == (SourceType.SUBTITLES, "film")
    assert sections(parsed) == [
        ("00:00:01–00:00:40", "Open the gate at nine."),
        ("01:00:41–01:00:42", "你好，世界。"),
    ]


def test_webvtt_has_speakers_and_no_notes() -> None:
    parsed = read(
        "talk.vtt",
        "WEBVTT - a talk\n\nNOTE not said\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:04.000 align:start\n"
        "<v.loud Ann>Hi &amp; welcome\n- Thank you\n",
    )
    assert parsed.text == "Ann: Hi & welcome\n- Thank you"


def test_captions_that_scroll_are_said_once() -> None:
    parsed = read(
        "roll.vtt",
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\nwe<00:00:00.500><c> begin</c>\n\n00:00:02.000 --> 00:00:04.000\nwe begin\n"
        "now<00:00:02.500><c> then</c>\n",
    )
    assert parsed.text == "we begin now then"


def test_a_word_that_is_said_twice_stays_twice() -> None:
    parsed = read("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nNo.\n\n2\n00:00:02,000 --> 00:00:03,000\nNo.\n")
    assert parsed.text == "No. No."


def test_cues_need_no_blank_line_between_them() -> None:
    parsed = read("a.srt", "1\n00:00:01,000 --> 00:00:02,000\none\n2\n00:00:02,000 --> 00:00:03,000\ntwo\n")
    assert parsed.text == "one two"


def test_long_speech_has_a_section_every_two_minutes_at_least() -> None:
    cues = (f"00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\nword{n}\n" for n in range(600))
    assert len(read("a.vtt", "WEBVTT\n\n" + "\n".join(cues)).sections) == 5


def test_what_has_no_cue_is_refused() -> None:
    assert refused("a.srt", "nothing of the kind") == "format_damaged"
