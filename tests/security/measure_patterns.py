"""Measures patterns against their attack strings: a JSON object a line. A process of its own, which may be killed.

Without arguments the patterns of the package, else those that the arguments are.
"""

import gc
import json
import re
import signal
import sys
import time
from types import FrameType

from tests.security.attack_strings import Attack, attacks
from tests.security.patterns import Use, uses

_FEW, _MANY, _LONGEST = 40, 2000, 16_000  # repetitions, characters
_FLOOR = 0.002  # processor seconds; less tells nothing. Two thousand squared take ten times as much.
_GIVEN_UP = 5.0  # seconds; what is linear takes a hundredth of one
_TIMES = 8  # for four times the length: linear takes four, a square sixteen

# Read where the code right before has cut the text.
BOUNDED = {
    ("searchapp/answer/names.py", "_SENTENCE_START"): "the eight characters before a word",
    ("searchapp/answer/draft.py", "_LOOP"): "the last 600 characters (LOOKED_BACK)",
    ("searchapp/answer/outgoing.py", "_OPEN"): "the last 80 characters (LONGEST_WAIT)",
    ("searchapp/answer/markdown.py", "_OPEN"): "the last 440 characters (_LONGEST_OPEN)",
    ("searchapp/sources/path_rules.py", ""): "matched at the start of a path only, once",
    # Linear too, but long, so that measuring them takes a minute.
    (
        "searchapp/answer/whole_document/question.py",
        "_COMPARE_END",
    ): "the 300 characters of a question (MOST_CHARACTERS)",
    ("searchapp/answer/whole_document/question.py", "_OTHER_END"): "the 300 characters of a question (MOST_CHARACTERS)",
    (
        "searchapp/answer/whole_document/question.py",
        "_ZH_ASK_END",
    ): "the 300 characters of a question (MOST_CHARACTERS)",
    (
        "searchapp/answer/whole_document/question.py",
        "_ZH_NOUN_END",
    ): "the 300 characters of a question (MOST_CHARACTERS)",
    (
        "searchapp/answer/whole_document/question.py",
        "_ZH_VERB_END",
    ): "the 300 characters of a question (MOST_CHARACTERS)",
}


class EndlessError(Exception):
    """A match was given up."""


def _give_up(signum: int, frame: FrameType | None) -> None:
    raise EndlessError


def _seconds(use: Use, attack: Attack, times: int) -> float:
    text: str | bytes = attack[0] + attack[1] * times + attack[2]
    if isinstance(use.pattern.pattern, bytes):
        text = text.encode("latin-1")
    signal.setitimer(signal.ITIMER_REAL, _GIVEN_UP)  # one of processor time makes process_time coarse
    begun = time.process_time()
    try:
        found = getattr(use.pattern, use.method)(text)
        if use.method == "finditer":
            for _ in found:
                pass
    except EndlessError:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return time.process_time() - begun


def _growth(use: Use, attack: Attack) -> float:
    """How many times the time takes four times the length; 0 where both are too short to tell."""
    many = min(_MANY, _LONGEST // len(attack[1]))
    for times in (_FEW, many):
        if (once := _seconds(use, attack, times)) == float("inf"):
            return once
    if once < _FLOOR:
        return 0
    if (growth := once / _seconds(use, attack, many // 4)) <= _TIMES / 2:  # no chance makes four of sixteen
        return growth
    long, short = (min(_seconds(use, attack, times) for _ in range(3)) for times in (many, many // 4))
    return long / short if long >= _FLOOR else 0


def worst(use: Use) -> tuple[float, Attack | None]:
    for attack in attacks(use.pattern):
        growth = _growth(use, attack)
        if _TIMES < growth < float("inf"):  # once may be chance
            growth = _growth(use, attack)
        if growth > _TIMES:
            return growth, attack
    return 0, None


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, _give_up)
    given = sys.argv[1:]
    if given[:1] == ["--part"]:  # one of so many, of all that are used
        part, parts = map(int, given[1:])
        measured = list(uses())[part::parts]
    else:
        measured = [Use("argument", 0, "", re.compile(source), "search") for source in given]
    excused = sorted({(use.file, use.name) for use in measured} & set(BOUNDED))
    print(json.dumps({"patterns": len(measured), "bounded": excused}), flush=True)
    gc.disable()
    for one in measured:
        print(json.dumps({"begun": str(one)}), flush=True)
        growth, attack = (0, None) if (one.file, one.name) in BOUNDED else worst(one)
        if attack:
            print(json.dumps({"slow": str(one), "growth": str(round(growth, 1)), "attack": attack}), flush=True)
