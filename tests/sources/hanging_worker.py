"""A worker whose parser obeys the document: it sleeps, eats memory, dies or prints as it is told."""

from __future__ import annotations

import os
import time

from searchapp.model import SourceType
from searchapp.sources import worker
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.parsed import Parsed, ParserInput


def parse(source: ParserInput) -> Parsed:
    match source.data.split():
        case [b"sleep"]:
            time.sleep(60)
        case [b"spin"]:
            while True:
                pass
        case [b"eat"]:
            hoard = []
            while True:
                hoard.append(bytearray(16 << 20))
        case [b"die"]:
            os._exit(3)
        case [b"print"]:
            os.write(1, b"noise in the answer")
        case [b"steps", count, seconds]:
            for _ in range(int(count)):
                source.progress()
                time.sleep(float(seconds))
        case [b"flood"]:
            worker.STEP_SECONDS = -1.0
            while True:
                source.progress()
        case [b"fail"]:
            raise RuntimeError("a library's own words")
    builder = DocumentBuilder()
    builder.add(f"pid {os.getpid()}")
    return builder.build(SourceType.TEXT, title="", stem=source.stem)


def main() -> None:
    worker.parse = parse
    worker.main()
