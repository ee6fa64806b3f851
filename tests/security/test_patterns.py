"""No text hangs us by way of a regular expression: each takes time in proportion to what it reads.

Python's re goes back and tries again, so that a pattern in which two repeats may share the same characters, or whose search
may begin at each place of a run, takes the square of the text's length, or more.
"""

import json
import os
import subprocess
import sys

import pytest

from searchapp.answer.conversation import joined
from searchapp.answer.names import names
from searchapp.model import SourceType, Turn
from searchapp.sources.formats.markdown import strip_unread
from searchapp.sources.parsed import ParserInput
from searchapp.sources.sniff import sniff
from searchapp.text.sentences import sentence_spans
from tests.security.measure_patterns import BOUNDED
from tests.security.patterns import ROOT, uses

PARTS = 4  # in which all are measured, some minutes each on a busy machine
_KILLED = 280  # seconds, less than a test may take


def _measured(*patterns: str) -> list[dict]:
    command = [sys.executable, "-m", "tests.security.measure_patterns", *patterns]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=_KILLED)
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"killed: {(error.stdout or b'').decode().splitlines()[-1:]}")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_every_pattern_is_linear(part):
    found, *lines = _measured("--part", str(part), str(PARTS))
    assert found["patterns"] > 50
    slow = [line for line in lines if "slow" in line]
    told = [f"{line['slow']}\n   {line['growth']} times with {line['attack']}" for line in slow]
    assert not told, "\n".join(["", *told])


def test_a_pattern_that_is_excused_is_there():
    assert sorted({(use.file, use.name) for use in uses()} & set(BOUNDED)) == sorted(BOUNDED)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?:<!--.*?-->)*<html",  # a comment may end at a later end of one
        r"(a+)+$",
        r"a\s*b?\s*c",  # repeats beside each other
        r"\s+$",  # may begin at each place of a run
        r"[a-z]+://",
        r"\(.*?\)",  # reads to the end for each that opens
        r"x(?:ab|a|b)*y",  # branches that share their characters
        r"(\w+)-\1x",
    ],
)
def test_the_measuring_finds_patterns_that_are_not(pattern):
    assert any("slow" in line for line in _measured(pattern))


def test_the_measuring_passes_patterns_that_are():
    assert not any("slow" in line for line in _measured(r"(?<!\s)\s++$", r"\w+", r"a\s*+b?\s*+c", r"\([^()]{0,100}\)"))


def test_comments_before_a_tag_are_read_once():
    assert sniff(ParserInput("page", b"<!---->" * 140 + b"x")) is SourceType.TEXT
    assert sniff(ParserInput("page", b"<!---->" * 140 + b"<html>")) is SourceType.HTML


def test_a_question_of_blanks_is_read_once():
    history = [Turn("What is new in 9.1?", "Much.")]
    assert joined("And 9.2" + " " * 4000 + "x", history).startswith("What is new in 9.1? 9.2")
    assert joined(" " * 4000 + "呢", history) == "What is new in 9.1? " + " " * 4000 + "呢"
    assert joined("那么 9.2 怎么样 ？ ", history) == "What is new in 9.2?"


def test_a_line_of_comments_and_backticks_is_read_once():
    assert strip_unread("`a` <!-- -->" * 20_000) == "`a` " * 20_000
    assert strip_unread("".join("`" * count + "<!-- -->" for count in range(1, 600))).count("<") == 0
    assert strip_unread("`` ` <!-- --> `` <!-- --> `") == "`` ` <!-- --> ``  `"


def test_a_sentence_of_many_lines_is_read_once():
    assert len(list(sentence_spans("a\n" * 1_000_000))) == 1


def test_a_text_of_many_names_is_read_once():
    assert names("Aa " * 200_000) == ["Aa"]
