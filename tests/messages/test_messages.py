"""A message is shown in the language of the one who reads it, and can be kept until then."""

import threading
from pathlib import Path

import pytest

from searchapp.errors import SourceError, unwritable
from searchapp.messages import Message, decoded, joined, read_in, shown

FULL = Message("folder_unwritable", folder="/data", why="disk full", setting="SEARCHAPP_DATA_DIR")


def test_it_is_shown_in_the_readers_language() -> None:
    assert FULL.text() == "/data cannot be written: disk full."
    with read_in("zh"):
        assert FULL.text() == "无法写入 /data：disk full。"
        assert str(FULL.remedy) == "请释放磁盘空间，或用 SEARCHAPP_DATA_DIR 另选文件夹。"
    assert FULL.whole.text("en").endswith(
        "disk full. Free disk space, or choose another folder with SEARCHAPP_DATA_DIR."
    )


def test_another_thread_has_a_reader_of_its_own() -> None:
    seen: list[str] = []
    with read_in("zh"):
        thread = threading.Thread(target=lambda: seen.append(FULL.text()))
        thread.start()
        thread.join()
    assert seen == ["/data cannot be written: disk full."]


@pytest.mark.parametrize(
    "message",
    [
        FULL,
        FULL.remedy,
        FULL.whole,
        joined(FULL, FULL.remedy),
        Message("plain", text='{"code": "x"} 文本 {folder} % \\ " \n'),
        Message("plain", text=("a", "b")),
        Message("plain", text=7),
    ],
)
def test_what_is_kept_comes_back_the_same(message: Message) -> None:
    kept = message.encoded()
    assert decoded(kept) == message
    for language in ("en", "zh"):
        assert shown(kept, language) == message.text(language)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kept", ["", "torn.docx is damaged: x.", "{", '{"code": "', '{"code": "x"}', '{"code": "x", "values": 7}', "[]"]
)
def test_other_text_is_shown_as_it_is(kept: str) -> None:
    assert decoded(kept) is None
    assert shown(kept, "zh") == kept


def test_a_sentence_of_another_version_is_shown_by_its_code_and_values() -> None:
    assert shown('{"code": "of_tomorrow", "values": {"name": "a.pdf"}}', "zh") == "of_tomorrow name=a.pdf"
    assert shown('{"code": "folder_unwritable", "values": {"folder": "/d"}}') == "/d cannot be written: {why}."


def test_a_value_is_never_read_as_a_template() -> None:
    assert Message("plain", text="{text} {0} {x.__class__}").text() == "{text} {0} {x.__class__}"


def test_lists_and_sentences_are_joined_as_the_language_does() -> None:
    names = Message("plain", text=("a", "b"))
    assert names.text("en") == "a, b" and names.text("zh") == "a、b"
    two = joined(Message("plain", text="A."), Message("plain", text="B."))
    assert two.text("en") == "A. B." and two.text("zh") == "A.B."


def test_an_error_is_shown_to_its_reader_and_logged_in_english() -> None:
    error = unwritable(Path("/data"), OSError(28, "No space left on device"))
    with read_in("zh"):
        assert error.message == "无法写入 /data：no space left on device。"
        assert error.failure().reason == "folder_unwritable"
        assert str(error).startswith("/data cannot be written: no space left on device. Free disk space")


def test_an_error_without_a_remedy_has_none() -> None:
    error = SourceError("plain", text="Torn.")
    assert (error.message, error.remedy, str(error)) == ("Torn.", "", "Torn.")


@pytest.mark.parametrize(
    "kept",
    [
        '{"code": "plain", "values": {"text": ' * 200 + '"x"' + "}}" * 200,
        '{"code": "plain", "values": {"text": ' + "[" * 200 + "]" * 200 + "}}",
        '{"code": "joined", "values": {"sentences": ' + "[" * 100_000,
    ],
)
def test_what_is_nested_too_deeply_is_text(kept: str) -> None:
    assert decoded(kept) is None
    assert shown(kept) == kept


@pytest.mark.parametrize(
    "value", ["9" * 4_000, "1e999", "null", "true", '"text"', '{"code": "x", "values": {}}', "[1, []]"]
)
def test_a_value_of_another_kind_than_the_sentence_expects_is_shown(value: str) -> None:
    for spec in ("seconds", "limit", "n"):
        kept = f'{{"code": "parsing_too_long", "values": {{"{spec}": {value}, "name": {value}, "code": {value}}}}}'
        assert shown(kept, "en") and shown(kept, "zh")
