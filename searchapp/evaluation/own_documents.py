"""Documents of the index in use, to be measured again elsewhere, and weak questions about them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from searchapp.evaluation.dataset import Dataset
from searchapp.ingest.reembed import rebuild_document
from searchapp.model import Document, DocumentEntry
from searchapp.stores import Store

OF_A_DOCUMENT = 2
"""Questions that are made of one document at the most."""

LONGEST = 200
"""Characters of a heading that is still a question."""

_OPERATORS = re.compile(r'["“”]|(?<!\w)[-+]+')
"""What a query would read as more than words."""


def sampled(store: Store, size: int, wanted: Iterable[str] = ()) -> list[DocumentEntry]:
    """``size`` searchable documents (0: all), those with the ``wanted`` ids first; of one index always the same."""
    first = set(wanted)
    entries = [entry for entry in store.sources("") if entry.chunks]
    entries.sort(key=lambda entry: (entry.id not in first, sha256(entry.id.encode()).digest()))
    return entries[: size or None]


def documents(store: Store, entries: Iterable[DocumentEntry]) -> Iterator[Document]:
    """The documents as they were ingested, one at a time, from their chunks."""
    for entry in entries:
        yield rebuild_document(entry, store.chunks(entry.id))


def heading_questions(own: Iterable[Document]) -> Dataset:
    """Titles and headings as questions, each judged by the document that alone has it.

    A weak judgement: others may answer it as well, and a model that knows words only does well, too.
    """
    by_document = {document.id: _headings(document) for document in own}
    seen = Counter(text.casefold() for texts in by_document.values() for text in texts)
    qrels = {
        text: {document_id: 1}
        for document_id, texts in by_document.items()
        for text in [text for text in texts if seen[text.casefold()] == 1][:OF_A_DOCUMENT]
    }
    return Dataset("headings", "weak", Path(), {text: text for text in qrels}, qrels)


def _headings(document: Document) -> Sequence[str]:
    """Its title and the nearest heading of each section, as words, each once."""
    found = [document.title, *(section.headings[-1] for section in document.sections if section.headings)]
    texts = (" ".join(_OPERATORS.sub(" ", text).split()) for text in found)
    once: dict[str, str] = {}
    for text in texts:
        if re.search(r"\w\w", text) and len(text) <= LONGEST:
            once.setdefault(text.casefold(), text)
    return list(once.values())
