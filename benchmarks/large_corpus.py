"""Make a judged set large: its own corpus, and real sentences of other texts as distractors.

    python benchmarks/large_corpus.py OUT --judged data/scifact --texts docs/ data/zh/corpus.jsonl --chunks 200000

OUT is a dataset in the layout of BEIR for ``searchapp eval``. The queries and judgements are the judged set's; the
distractors are judged irrelevant, which they are where the texts speak about other things. Sentences of 40 letters or
more (16 in CJK text) are taken once each; where they do not suffice, pairs of neighbouring sentences follow. Nothing is
generated.
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from searchapp.text.sentences import sentences

SUFFIXES = (".md", ".txt", ".html")
LEAST_LETTERS, LEAST_CJK_LETTERS, MOST_LETTERS = 40, 16, 600


def texts(paths: list[Path]) -> Iterator[str]:
    """Every text under the paths: files of a folder, or the lines of a corpus.jsonl."""
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.suffix == ".jsonl":
                for line in file.read_text(encoding="utf-8").splitlines():
                    yield json.loads(line)["text"]
            elif file.suffix in SUFFIXES and file.is_file():
                yield file.read_text(encoding="utf-8", errors="replace")


def passages(paths: list[Path]) -> Iterator[str]:
    """Sentences, then pairs of neighbours, each once."""
    seen: set[str] = set()
    for size in (1, 2):
        for text in texts(paths):
            found = [" ".join(sentence.split()) for sentence in sentences(text)]
            found = [sentence for sentence in found if _is_prose(sentence)]
            for first in range(len(found) - size + 1):
                passage = " ".join(found[first : first + size])
                if len(passage) <= MOST_LETTERS and passage not in seen:
                    seen.add(passage)
                    yield passage


def _is_prose(sentence: str) -> bool:
    letters = sum(letter.isalpha() for letter in sentence)
    cjk = sum("\u3040" <= letter <= "\u9fff" for letter in sentence)
    return letters >= (LEAST_CJK_LETTERS if cjk > letters / 2 else LEAST_LETTERS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--judged", type=Path, required=True, help="dataset whose queries are asked")
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="folders, or corpus.jsonl files")
    parser.add_argument("--passages", type=int, default=200_000, help="lines of the new corpus")
    wanted = parser.parse_args()
    shutil.copytree(wanted.judged / "qrels", wanted.out / "qrels", dirs_exist_ok=True)
    shutil.copyfile(wanted.judged / "queries.jsonl", wanted.out / "queries.jsonl")
    corpus = (wanted.judged / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    room = wanted.passages - len(corpus)
    distractors = list(itertools.islice(passages(wanted.texts), room))
    with (wanted.out / "corpus.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in corpus)
        for number, passage in enumerate(distractors):
            file.write(
                json.dumps({"_id": f"distractor-{number}", "title": "", "text": passage}, ensure_ascii=False) + "\n"
            )
    print(f"{len(corpus)} judged documents, {len(distractors)} distractors")
    return 0 if len(distractors) == room else 1


if __name__ == "__main__":
    sys.exit(main())
