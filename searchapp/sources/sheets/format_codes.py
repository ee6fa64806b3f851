"""The format codes of ECMA-376 part 1, 18.8.31, by which a sheet shows its numbers, taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

GENERAL = "General"
LONGEST_CODE = 255
"""Excel's own bound."""

_ISO = "yyyy\\-mm\\-dd"
# fmt: off
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0;-#,##0", 6: "#,##0;-#,##0", 7: "#,##0.00;-#,##0.00",
    8: "#,##0.00;-#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: _ISO,
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: f"{_ISO} h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 34: 'AM/PMh"时"mm"分"',
    35: 'AM/PMh"时"mm"分"ss"秒"', 36: 'yyyy"年"m"月"', 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 41: '#,##0;(#,##0);"-"', 42: '#,##0;(#,##0);"-"',
    43: '#,##0.00;(#,##0.00);"-"', 44: '#,##0.00;(#,##0.00);"-"', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
    48: "##0.0E+0", 49: "@", 50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"',
    54: 'm"月"d"日"', 55: 'AM/PMh"时"mm"分"', 56: 'AM/PMh"时"mm"分"ss"秒"', 57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}
# fmt: on
"""By number, those that a file need not spell out. Where Excel asks the reader's country (14, 22: the order of a date;
5 to 8, 42, 44: the currency), dates are written as ISO 8601 has them, and amounts without a sign."""

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<space>[_*].)|\[(?P<bracket>[^\]]*)\]?|(?P<general>general|g/通用格式)'
    r"|(?P<noon>am/pm|a/p|上午/下午)|(?P<exponent>e[+-])|(?P<date>y+|m+|d+|h+|s+|a{3,4}|e+|g+|b+)|(?P<rest>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-]*)(?:-(.*))?", re.DOTALL)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)

Token = tuple[str, str]


@dataclass(frozen=True)
class Section:
    """What a code says of some numbers, or of text; ``condition`` tells which, where their sign does not."""

    tokens: tuple[Token, ...]
    condition: tuple[str, float] | None
    locale: str

    @cached_property
    def kinds(self) -> frozenset[str]:
        """What stands in it: ``digit``, ``date``, ``general``, ``text`` and so on."""
        return frozenset(kind for kind, _ in self.tokens)


@lru_cache(maxsize=4096)
def sections_of(code: str) -> tuple[Section, ...]:
    """The sections of a code: for numbers above, below and equal to 0, and for text."""
    sections: list[Section] = []
    tokens: list[Token] = []
    condition: tuple[str, float] | None = None
    locale = ""
    for found in _TOKEN.finditer(code[:LONGEST_CODE]):
        kind, text = str(found.lastgroup), found[str(found.lastgroup)]
        match kind:
            case "quoted" | "escaped":
                tokens.append(("literal", text))
            case "space":
                tokens.append(("literal", " "))
            case "bracket":
                if _ELAPSED.fullmatch(text):
                    tokens.append(("elapsed", text.lower()))
                elif compared := _CONDITION.fullmatch(text):
                    condition = compared[1], float(compared[2])
                elif currency := _CURRENCY.fullmatch(text):
                    tokens.append(("literal", currency[1]))
                    locale = (currency[2] or locale).lower()
            case "general" | "noon" | "exponent":
                tokens.append((kind, text))
            case "date":
                tokens.append((kind, text.lower()))
            case _ if text == ";":
                sections.append(Section(tuple(tokens), condition, locale))
                tokens, condition, locale = [], None, ""
            case _ if text in "0#?":
                tokens.append(("digit", text))
            case _:
                tokens.append(
                    ({"@": "text", ".": "point", ",": "comma", "%": "percent", "/": "slash"}.get(text, "literal"), text)
                )
    sections.append(Section(tuple(tokens), condition, locale))
    return tuple(sections)
