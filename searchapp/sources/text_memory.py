"""What the parser's process remembers of what it read before, so that an edited document costs what was edited."""

from __future__ import annotations

import sys
from collections import OrderedDict

PDF_PAGES_MB = 32
"""Some 10,000 pages."""

MARKDOWN_MB = 8
"""Some 2,500 pages."""

REMEMBERED_MB = PDF_PAGES_MB + MARKDOWN_MB

ENTRY_BYTES = 200
"""What an entry takes beside its text (measured: 170), so that empty texts are bounded too."""


class TextMemory:
    """Texts by the digests of all that they were read from; the longest unused go first. ``most`` is in MiB.

    Documents of different owners may share it: whoever asks has the very bytes from which the text was read.
    """

    def __init__(self, most: float) -> None:
        self._most = most * (1 << 20)
        self._bytes = 0
        self._texts: OrderedDict[bytes, str] = OrderedDict()

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, digest: bytes) -> str | None:
        """The text that was remembered, or None."""
        text = self._texts.get(digest)
        if text is not None:
            self._texts.move_to_end(digest)
        return text

    def remember(self, digest: bytes, text: str) -> None:
        """Keep a text that was not remembered."""
        self._texts[digest] = text
        self._bytes += _size(text)
        while self._bytes > self._most:
            self._bytes -= _size(self._texts.popitem(last=False)[1])


def _size(text: str) -> int:
    return sys.getsizeof(text) + ENTRY_BYTES
