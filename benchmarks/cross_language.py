"""Questions in one language over pages in another, judged by who translated them.

    python -m benchmarks.cross_language OUT --data ../shared/data

makes two sets in the layout of BEIR below OUT: ``zh_en``, Chinese titles over English pages, and ``en_zh``, the other
way round. The pages are the documentation of Kubernetes, English and Chinese, the same page at the same path.

- **A query is a page's title as it is**: what people type. A frame such as "how do I ..." would add the
  same words to all. An English term in brackets behind the Chinese one is left out, as it would be the answer.
- **Relevant is the page at the same path**, alone, with grade 1.
- **Asked for** are titles that words would not find: of a title's words (two Chinese characters count as one, little
  words and Kubernetes not at all) at most ``MOST_SHARED`` stand in the page in the other language. Chinese pages keep
  many English terms, so that fewer English titles are left than Chinese ones. Pages that share a title with another,
  in either language, have two right answers and are left out altogether; so is the glossary, whose entries say in a
  paragraph what a page says at length.
- **Documents** are the pages asked for and further ones of the same site that nobody asks for, up to ``DOCUMENTS``,
  each by its title and its first ``MOST_CHARACTERS``: what a page is about stands there. Code is left out, as it is
  the same in both languages.

Which pages, the digest of their paths decides: the same data always makes the same sets.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from benchmarks.beir import write_set
from benchmarks.hugo_pages import Page, read_pages
from searchapp.text.words import is_stop_term

QUERIES, DOCUMENTS = 300, 400
MOST_CHARACTERS = 4_000
LEAST_ENGLISH, LEAST_CHINESE = 500, 150
"""Characters of text that a page must have."""
MOST_SHARED = 0.25
LEAST_HAN = 0.3
"""Share of a Chinese page's letters; one with fewer is not translated."""

HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z0-9]+")
IN_BRACKETS = re.compile(r"\s*[(\uff08][^()\uff08\uff09\u3400-\u9fff]+[)\uff09]")
EVERYWHERE = ("kubernete", "k8")
"""As ``_words`` gives them."""
LEFT_OUT = ("docs/reference/glossary/", "docs/test.md")

Pair = tuple[Page, Page]
"""The same page in two languages."""


def build(english: Path, chinese: Path, out: Path) -> dict[str, Path]:
    """Write both sets below ``out``, and return their folders by name.

    The trees are folders or archives with ``content/en`` and ``content/zh``.
    """
    pairs = translated(read_pages(english, "en"), read_pages(chinese, "zh"))
    return {
        "zh_en": _write(out / "zh_en", {path: (zh, en) for path, (en, zh) in pairs.items()}),
        "en_zh": _write(out / "en_zh", pairs),
    }


def of_data(data: Path, out: Path) -> dict[str, Path]:
    """``build`` from the archives in the folder of judged sets."""
    english, chinese = (data / name / f"{name}.tar.xz" for name in ("docs_k8s_en", "docs_k8s_zh"))
    return build(english, chinese, out)


def translated(english: Mapping[str, Page], chinese: Mapping[str, Page]) -> dict[str, Pair]:
    """Pages, English and Chinese, with enough text in both languages, and with a title that no other one has."""
    pairs = {
        path: (english[path], Page(IN_BRACKETS.sub("", zh.title).strip(), zh.text))
        for path, zh in chinese.items()
        if path in english and not path.startswith(LEFT_OUT)
    }
    # Counted before short ones go: a page with hardly any text is still a right answer to its title.
    titles = [Counter(_key(pair[language].title) for pair in pairs.values()) for language in (0, 1)]
    return {
        path: pair
        for path, pair in pairs.items()
        if all(page.title and titles[n][_key(page.title)] == 1 for n, page in enumerate(pair)) and _has_text(*pair)
    }


def chosen(paths: Iterable[str]) -> list[str]:
    """The paths in an order that is nobody's choice, and always the same."""
    return sorted(paths, key=lambda path: sha256(path.encode()).digest())


def is_asked_for(title: str, page: Page) -> bool:
    """Whether a title in one language cannot be found in the other language's page by its words."""
    latin = [word for word in _words(title) if word not in EVERYWHERE and not is_stop_term(word)]
    count = len(latin) + len(HAN.findall(title)) / 2
    there = {*_words(page.title), *_words(_beginning(page.text))}
    return count >= 1 and sum(word in there for word in latin) <= MOST_SHARED * count


def _has_text(english: Page, chinese: Page) -> bool:
    han, latin = len(HAN.findall(chinese.text)), sum(map(len, LATIN.findall(chinese.text)))
    long = len(english.text) >= LEAST_ENGLISH and han >= LEAST_CHINESE
    titled = HAN.search(chinese.title) and not HAN.search(english.title)
    return bool(long and titled and han >= LEAST_HAN * (han + latin))


def _key(title: str) -> str:
    return " ".join(word.removesuffix("s") for word in title.casefold().split())


def _words(text: str) -> list[str]:
    return [word.casefold().removesuffix("s") for word in LATIN.findall(text)]


def _beginning(text: str) -> str:
    """The first paragraphs, as many as fit; of a longer one its beginning."""
    cut = text[:MOST_CHARACTERS]
    return cut if len(text) <= MOST_CHARACTERS else cut.rpartition("\n\n")[0] or cut


def _write(folder: Path, pairs: Mapping[str, Pair]) -> Path:
    """One set of pairs whose first page is asked for by its title, and whose second one is to be found."""
    asked = chosen(path for path, (page, twin) in pairs.items() if is_asked_for(page.title, twin))[:QUERIES]
    others = chosen(pairs.keys() - set(asked))[: max(0, DOCUMENTS - len(asked))]
    corpus = ((path, pairs[path][1]) for path in sorted([*asked, *others]))
    documents = ({"_id": path, "title": page.title, "text": _beginning(page.text)} for path, page in corpus)
    queries = ({"_id": f"q:{path}", "text": pairs[path][0].title} for path in sorted(asked))
    return write_set(folder, documents, queries, ((f"q:{path}", path) for path in sorted(asked)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder that is to hold both sets")
    parser.add_argument("--data", type=Path, required=True, help="folder with docs_k8s_en and docs_k8s_zh")
    wanted = parser.parse_args()
    for name, folder in of_data(wanted.data, wanted.out).items():
        print(f"{name}: {folder}")


if __name__ == "__main__":
    main()
