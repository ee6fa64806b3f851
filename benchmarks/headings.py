"""Titles and headings as short queries, judged by whose they are: what people type who look for a thing by its name.

    python -m benchmarks.headings OUT --data ../shared/data

makes three sets in the layout of BEIR below OUT: ``names_en`` and ``names_zh`` of the documentation of Kubernetes, and
``names_office`` of documents of offices in many formats (as the Markdown that they hold).

- **A query is a title or a heading as it is**, short (``LEAST_TERMS`` to ``MOST_TERMS`` words, a pair of Chinese
  characters being one), that stands as such in one document only.
- **Relevant is that document**, alone, with grade 1.
- **Documents** are up to ``DOCUMENTS`` of each kind, each by its title and its first ``MOST_CHARACTERS``, headings
  among the text, as they are when files are read.

Which pages and headings, the digest of their names decides: the same data always makes the same sets.
"""

from __future__ import annotations

import argparse
import re
import tarfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from benchmarks.beir import write_set
from benchmarks.cross_language import chosen
from benchmarks.hugo_pages import Page, read_page, read_pages
from searchapp.text.words import content_terms

DOCUMENTS, QUERIES = 320, 200
MOST_CHARACTERS = 6_000
LEAST_CHARACTERS = 200
LEAST_TERMS, MOST_TERMS = 1, 8
HEADING = re.compile(r"^#{1,4}[ \t]+(\S[^\n]*?)[ \t#]*$", re.MULTILINE)
LEFT_OUT = ("docs/reference/glossary/", "docs/reference/kubernetes-api/", "docs/test.md", "blog/")


def of_data(data: Path, out: Path) -> dict[str, Path]:
    """Write the sets below ``out`` from the archives in the folder of judged sets, and return their folders by name."""
    archives = {
        name: data / name / f"{name}.tar.xz" for name in ("docs_k8s_en", "docs_k8s_zh", "docs_multiformat_docling")
    }
    english, chinese, office = archives.values()
    return {
        name: _write(out / name, pages)
        for name, pages in {
            "names_en": read_pages(english, "en"),
            "names_zh": read_pages(chinese, "zh"),
            "names_office": office_pages(office),
        }.items()
    }


def office_pages(archive: Path) -> dict[str, Page]:
    """The Markdown of each document of the archive, titled by its first heading."""
    pages: dict[str, Page] = {}
    with tarfile.open(archive) as members:
        for member in members:
            if not (member.isfile() and member.name.endswith(".md") and "/groundtruth/" in member.name):
                continue
            content = members.extractfile(member)
            text = read_page(content.read().decode("utf-8", errors="replace")).text if content else ""
            title = HEADING.search(text)
            pages[member.name] = Page(title[1] if title else "", text)
    return pages


def names(page: Page) -> list[str]:
    """The page's title and headings, each once, of those that could be typed."""
    every = dict.fromkeys(" ".join(name.split()) for name in (page.title, *HEADING.findall(page.text)))
    return [name for name in every if LEAST_TERMS <= len(content_terms(name)) <= MOST_TERMS]


def _write(folder: Path, pages: Mapping[str, Page]) -> Path:
    kept = [path for path, page in pages.items() if _serves(path, page)]
    corpus = {path: pages[path] for path in sorted(chosen(kept)[:DOCUMENTS])}
    cut = {path: Page(page.title, page.text[:MOST_CHARACTERS]) for path, page in corpus.items()}
    owners = Counter(name.casefold() for page in corpus.values() for name in set(names(page)))
    asked = {
        f"{path}#{name}": (path, name)
        for path, page in cut.items()
        for name in names(page)
        if owners[name.casefold()] == 1
    }
    queries = {key: asked[key] for key in sorted(chosen(asked)[:QUERIES])}
    ids = {key: f"q{number}" for number, key in enumerate(queries)}
    documents = (
        {"_id": path, "title": page.title, "text": HEADING.sub(r"\1", page.text)} for path, page in cut.items()
    )
    asked_for = ({"_id": ids[key], "text": name} for key, (_, name) in queries.items())
    return write_set(folder, documents, asked_for, ((ids[key], path) for key, (path, _) in queries.items()))


def _serves(path: str, page: Page) -> bool:
    return bool(page.title) and len(page.text) >= LEAST_CHARACTERS and not path.startswith(LEFT_OUT)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="folder that is to hold the sets")
    parser.add_argument("--data", type=Path, required=True, help="folder with the archives")
    wanted = parser.parse_args()
    for name, folder in of_data(wanted.data, wanted.out).items():
        print(f"{name}: {folder}")


if __name__ == "__main__":
    main()
