"""Characters of fonts whose letters are pictures: Greek in Symbol, check boxes and arrows in Wingdings."""

from __future__ import annotations

_GREEK = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
)
_SYMBOL = {
    "\"": "∀", "$": "∃", "'": "∋", "@": "≅", "\\": "∴", "^": "⊥", "~": "∼", "\xa2": "′", "\xa3": "≤", "\xa4": "⁄",
    "\xa5": "∞", "\xab": "↔", "\xac": "←", "\xad": "↑", "\xae": "→", "\xaf": "↓", "\xb0": "°", "\xb1": "±",
    "\xb2": "″", "\xb3": "≥", "\xb4": "×", "\xb5": "∝", "\xb6": "∂", "\xb7": "•", "\xb8": "÷", "\xb9": "≠",
    "\xba": "≡", "\xbb": "≈", "\xbc": "…", "\xc4": "⊗", "\xc5": "⊕", "\xc6": "∅", "\xc7": "∩", "\xc8": "∪",
    "\xc9": "⊃", "\xca": "⊇", "\xcb": "⊄", "\xcc": "⊂", "\xcd": "⊆", "\xce": "∈", "\xcf": "∉", "\xd0": "∠",
    "\xd1": "∇", "\xd5": "∏", "\xd6": "√", "\xd7": "⋅", "\xd8": "¬", "\xd9": "∧", "\xda": "∨", "\xdb": "⇔",
    "\xdc": "⇐", "\xdd": "⇑", "\xde": "⇒", "\xdf": "⇓", "\xe5": "∑", "\xf2": "∫", **_GREEK,
}  # fmt: skip
_WINGDINGS = {
    "(": "☎", "*": "✉", "o": "☐", "q": "☐", "x": "☒", "l": "●", "n": "■", "u": "◆", "v": "❖", "\xa7": "▪", "\xa8": "☐",
    "\xd8": "➢", "\xdf": "←", "\xe0": "→", "\xe1": "↑", "\xe2": "↓", "\xe8": "➔", "\xf0": "⇨", "\xfb": "✗",
    "\xfc": "✓", "\xfd": "☒", "\xfe": "☑",
}  # fmt: skip
_WINGDINGS_2 = {"O": "✗", "P": "✓", "Q": "☒", "R": "☑", "T": "☒", "\xa3": "☐"}
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2}


def symbol(font: str, code: int) -> str:
    """The character at ``code`` of a font; empty for one that means nothing outside its font."""
    table = _FONTS.get(font.strip().lower())
    if table is None:
        return "" if 0xD800 <= code < 0xF900 or code > 0x10FFFF else chr(code)
    character = chr(code & 0xFF)
    return table.get(character, character if table is _SYMBOL and character.isascii() else "")
