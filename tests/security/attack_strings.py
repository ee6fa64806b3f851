"""Strings that drive a regular expression as far as it goes, from its parsed form: (beginning, what is repeated, end)."""

import itertools
import re
from collections.abc import Iterator
from re import _constants as ops
from re import _parser as parser

Attack = tuple[str, str, str]

_PALETTE = "a1 Aé中あ한z9_-.,:;!?()[]{}<>/\\|\"'`~@#$%^&*+=\n\t\r\x0b\x00\x01\x7f\xa0\u3000\u200b\ue000。、？！「」『』《》【】（）〈〉“”‘’–…①·٣²"
_RUNS = [
    *" 1aA中\n\t([<{\"'`-=.*#",
    "<!--",
    "<!---->",
    "<a ",
    "</",
    " \n",
    "\n\n ",
    "1.",
    "a1",
    "a-",
    "a b ",
    "[1] ",
    "A.",
    "。",
    "？ ",
    "| ",
]
_RUNS += ["http://", "<p>", "\\", "」", "a:b", "`` ` "]
_FAMILIES = [("", unit, end) for unit in _RUNS for end in ("", "\x00", "x")]
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
_CATEGORIES = {
    ops.CATEGORY_DIGIT: r"\d",
    ops.CATEGORY_NOT_DIGIT: r"\D",
    ops.CATEGORY_SPACE: r"\s",
    ops.CATEGORY_NOT_SPACE: r"\S",
    ops.CATEGORY_WORD: r"\w",
    ops.CATEGORY_NOT_WORD: r"\W",
}


def attacks(pattern: re.Pattern) -> list[Attack]:
    text = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    flags = pattern.flags if isinstance(pattern.pattern, str) else pattern.flags | re.UNICODE
    parsed = parser.parse(text, flags)
    maker = _Maker(parsed, flags)
    found = dict.fromkeys(itertools.chain(_FAMILIES, maker.attacks()))
    if isinstance(pattern.pattern, bytes):
        return [attack for attack in found if max("".join(attack), default="a") < "\u0100"]
    return list(found)


class _Maker:
    def __init__(self, parsed: parser.SubPattern, flags: int) -> None:
        self._parsed = list(parsed)
        self._flags = flags
        atoms = {str(atom): atom for atom in _atoms_of(self._parsed)}
        letters = dict.fromkeys(_PALETTE + "".join(chr(code) for atom in atoms.values() for code in _codes(atom)))
        by_atoms: dict[tuple[bool, ...], str] = {}  # of characters that every part treats alike, one
        for letter in letters:
            by_atoms.setdefault(tuple(self._takes(atom, letter) for atom in atoms.values()), letter)
        self._letters = list(by_atoms.values())
        self._ends = ["", by_atoms[min(by_atoms, key=sum)], "\n\x00"]

    def attacks(self) -> Iterator[Attack]:
        letters = self._letters[:24]
        for unit in letters:
            for end in self._ends:
                yield "", unit, end
        for first, second in itertools.permutations(letters[:12], 2):
            yield "", first + second, self._ends[1]
        for generous in (False, True):
            for before, body in self._places(self._parsed, "", generous):
                if body is None:  # as many beginnings as fit
                    for end in self._ends if before else ():
                        yield "", before, end
                        yield "", before + " ", end
                    continue
                first = [letter for letter in letters if any(self._takes(atom, letter) for atom in _atoms_of(body))]
                units = dict.fromkeys([self._sample(body, generous), *first])
                for unit in units:
                    if unit:
                        for end in self._ends:
                            yield before, unit, end
                        yield "", before + unit, self._ends[1]
                        yield before * 2 + unit, unit, self._ends[1] + before

    def _places(self, parts: list, before: str, generous: bool) -> Iterator[tuple[str, list | None]]:
        """Where a repeat begins, with what leads there; and what leads to each end of a part."""
        for position, (op, value) in enumerate(parts):
            if op in _REPEATS:
                yield before, list(value[2])
                yield from self._places(list(value[2]), before, generous)
            else:
                for inner in _inner(op, value):
                    yield from self._places(inner, before, generous)
            before += self._sample([(op, value)], generous)
            if op is not ops.LITERAL or position + 1 == len(parts) or parts[position + 1][0] is not ops.LITERAL:
                yield before, None

    def _sample(self, parts: list, generous: bool, groups: dict[int, str] | None = None) -> str:
        """A short string that the parts take."""
        groups = {} if groups is None else groups
        made = ""
        for op, value in parts:
            if op in _REPEATS:
                low, high, body = value
                made += self._sample(list(body), generous, groups) * min(max(low, int(generous)), int(high))
            elif op is ops.SUBPATTERN:
                groups[value[0] or 0] = self._sample(list(value[3]), generous, groups)
                made += groups[value[0] or 0]
            elif op is ops.ATOMIC_GROUP:
                made += self._sample(list(value), generous, groups)
            elif op is ops.BRANCH:
                made += self._sample(list(value[1][-1 if generous else 0]), generous, groups)
            elif op is ops.GROUPREF:
                made += groups.get(value, "a")
            elif op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY):
                made += next((letter for letter in self._letters if self._takes((op, value), letter)), "a")
        return made

    def _takes(self, atom: tuple, letter: str) -> bool:
        op, value = atom
        cases = {letter, letter.lower(), letter.upper()} if self._flags & re.IGNORECASE else {letter}
        if op is ops.ANY:
            return letter != "\n" or bool(self._flags & re.DOTALL)
        if op is ops.LITERAL:
            return any(case == chr(value) for case in cases)
        if op is ops.NOT_LITERAL:
            return all(case != chr(value) for case in cases)
        items = [item for item in value if item[0] is not ops.NEGATE]
        inside = any(_in(item, case) for item in items for case in cases)
        return inside != (len(items) < len(value))


def _in(item: tuple, letter: str) -> bool:
    op, value = item
    if op is ops.LITERAL:
        return letter == chr(value)
    if op is ops.RANGE:
        return len(letter) == 1 and value[0] <= ord(letter) <= value[1]
    return re.match(_CATEGORIES[value], letter) is not None


def _inner(op: object, value: tuple) -> list[list]:
    if op is ops.SUBPATTERN:
        return [list(value[3])]
    if op is ops.ATOMIC_GROUP:
        return [list(value)]
    if op is ops.BRANCH:
        return [list(branch) for branch in value[1]]
    if op in (ops.ASSERT, ops.ASSERT_NOT):
        return [list(value[1])]
    if op in _REPEATS:
        return [list(value[2])]
    return []


def _atoms_of(parts: list) -> Iterator[tuple]:
    for op, value in parts:
        if op in (ops.LITERAL, ops.NOT_LITERAL, ops.IN, ops.ANY):
            yield op, value
        for inner in _inner(op, value):
            yield from _atoms_of(inner)


def _codes(atom: tuple) -> Iterator[int]:
    op, value = atom
    if op in (ops.LITERAL, ops.NOT_LITERAL):
        yield value
    elif op is ops.IN:
        for kind, inside in value:
            if kind is ops.LITERAL:
                yield inside
            elif kind is ops.RANGE:
                yield from inside
