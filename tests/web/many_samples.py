"""A library in which lists are long: documents with several passages, two folders of one name, weak hits."""

import dataclasses
import datetime as dt

from searchapp.model import Retriever, RetrieverScore
from tests.web.samples import E, S
from tests.web.stand_in import StandIn, hit

FOLDERS = ("/srv/museum/guides/2023/", "/srv/museum/guides/2024/", "/srv/archive/2023/", "https://museum.example.org/")
MEANING = {Retriever.SEMANTIC: RetrieverScore(3, 0.58)}
WORDS = "The {} lamp stands in room {}. It was cleaned with a soft brush, and the oil in it is no longer lit."


def fill_many(app: StandIn, documents: int = 12, weak: int = 0) -> None:
    """``documents`` about lamps, every second with three passages; the last ``weak`` of them are weak hits."""
    for n in range(documents):
        folder = FOLDERS[n % len(FOLDERS)]
        for part in range(3 if n % 2 == 0 else 1):
            text = WORDS.format(("brass", "glass", "paper")[part], n * 3 + part)
            one = hit(
                f"lamp-{n}",
                text,
                title=f"Lamp {n} in the collection",
                source=f"{folder}lamp-{n}.md",
                chunk_id=f"lamp-{n}-{part}",
                headings=("Light", f"Room {n * 3 + part}"),
                highlights=(text.replace("lamp", f"{S}lamp{E}", 1),),
                modified=dt.datetime(2024 - n % 3, 3, 5, tzinfo=dt.UTC),
                tags=("light",) if n % 3 == 0 else (),
                weak=n >= documents - weak,
            )
            if n % 5 == 4:
                sentence = text.split(". ")[0] + "."
                one = dataclasses.replace(one, scores=MEANING, highlights=(sentence,))
                app.searcher.nearest[one.chunk_id] = (f"{S}{sentence}{E}",)
            app.add(one)
