"""Numbers as Word writes them: ``iii``, ``C``, ``第三``'s 三, ``③``; the names are those of ST_NumberFormat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
          (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_DIGITS = "〇一二三四五六七八九"
_FORMAL_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ONES = ("Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen "
         "Seventeen Eighteen Nineteen").split()  # fmt: skip
_TENS = "Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety".split()
_CYRILLIC = "абвгдежзиклмнопрстуфхцчшщэюя"


def number_label(number: int, kind: str) -> str:
    """``number`` in the format of this name; one that is not known, or has no sign for it, is written as a decimal."""
    return "" if kind == "none" else _FORMATS.get(kind, str)(number) or str(number)


def _letters(alphabet: str) -> Callable[[int], str]:
    """A to z, then aa, bb: Word repeats the letter."""

    def label(number: int) -> str:
        times, place = divmod(number - 1, len(alphabet))
        return alphabet[place] * (times + 1) if 0 <= times < len(alphabet) else ""

    return label


def _roman(number: int) -> str:
    label = ""
    for value, sign in _ROMAN if 0 < number < 4000 else ():
        times, number = divmod(number, value)
        label += sign * times
    return label


def _chinese(number: int, digits: str = "零" + _DIGITS[1:], units: tuple[str, ...] = ("", "十", "百", "千")) -> str:
    if not 0 < number < 10_000:
        return ""
    label, gap = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            label += digits[0] * (gap and bool(label)) + digits[digit] + units[power]
        gap = not digit
    return label.removeprefix("一") if label.startswith("一十") else label


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def _word(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return "" if number > 99 else _TENS[tens - 2] + (f"-{_ONES[ones].lower()}" if ones else "")


def _sign(first: str, count: int) -> Callable[[int], str]:
    """One of ``count`` characters that follow each other, as ① does ②."""
    return lambda number: chr(ord(first) + number - 1) if 0 < number <= count else ""


_FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letters("abcdefghijklmnopqrstuvwxyz"),
    "upperLetter": _letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "russianLower": _letters(_CYRILLIC),
    "russianUpper": _letters(_CYRILLIC.upper()),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
    "ordinal": _ordinal,
    "cardinalText": _word,
    "decimalEnclosedCircle": _sign("①", 20),
    "decimalEnclosedCircleChinese": _sign("①", 20),
    "decimalEnclosedParen": _sign("⑴", 20),
    "decimalEnclosedFullstop": _sign("⒈", 20),
    "ideographEnclosedCircle": _sign("㊀", 10),
    "decimalFullWidth": lambda number: "".join(chr(ord("０") + int(digit)) for digit in str(number)),
    "ideographDigital": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "japaneseDigitalTenThousand": lambda number: "".join(_DIGITS[int(digit)] for digit in str(number)),
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "chineseLegalSimplified": lambda number: _chinese(number, _FORMAL_DIGITS, ("", "拾", "佰", "仟")),
    "ideographLegalTraditional": lambda number: _chinese(number, "零壹貳參肆伍陸柒捌玖", ("", "拾", "佰", "仟")),
    "ideographTraditional": _letters(_STEMS),
    "ideographZodiac": _letters(_BRANCHES),
    "ganada": _letters("가나다라마바사아자차카타파하"),
    "aiueoFullWidth": _letters(
        "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
    ),
    "iroha": _letters("イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"),
}
