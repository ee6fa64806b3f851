"""What is kept of web pages: the main text's F1, and the share of headings, items, cells, captions, code and prose.

    python -m benchmarks.web_pages --data ../shared/data [--pages 200] [--json]

Two kinds of page:

- **articles**: 181 real ones of the article extraction benchmark with the text of each article. F1 is of shingles of
  four words: precision and recall are means over the pages, and F1 is their harmonic mean. A block of the page (a
  heading, an item, ...) counts as the article's where its words stand one after the other in the article's text.
- **manuals**: Kubernetes' documentation in English and Chinese, made into pages in four templates (``TEMPLATES``), of
  which one marks its main part. Every block of the manual is to be kept, and no word of the template.

A block is kept where its words stand one after the other in what was read; what stands twice is to be kept twice.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lxml import html
from markdown_it import MarkdownIt

from benchmarks.cross_language import chosen
from benchmarks.hugo_pages import COMMENT, FRONT_MATTER, SHORTCODE
from searchapp.errors import SourceError
from searchapp.sources.formats import parse
from searchapp.sources.parsed import ParserInput

SHINGLE = 4
LEAST_WORDS = 3
"""Of an article's block: shorter ones stand in its text by chance."""

KINDS = {
    "heading": "h1|h2|h3|h4|h5|h6", "item": "li", "cell": "td|th", "caption": "figcaption|caption", "code": "pre",
    "term": "dt|dd", "paragraph": "p|blockquote",
}  # fmt: skip
KIND_OF = {tag: kind for kind, tags in KINDS.items() for tag in tags.split("|")}

WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")
LEAK = "furnitureword"
MENU = "".join(
    f"<li><a href='/{n}'>{LEAK} {word}</a></li>" for n, word in enumerate("one two three four five six".split())
)
NAV, FOOTER = f"<nav><ul>{MENU}</ul></nav>", f"<footer><p>{LEAK} All rights reserved</p><ul>{MENU}</ul></footer>"
TEMPLATES = {
    "bare": "<body><h1>{title}</h1>{body}</body>",
    "marked": f"<body>{NAV}<main><h1>{{title}}</h1>{{body}}</main>{FOOTER}</body>",
    "unmarked": (
        f"<body><div class='header'><a href='/'>{LEAK}</a></div><div class='sidebar'><ul>{MENU}</ul></div>"
        f"<div class='page-wrap'><div class='doc'><h1>{{title}}</h1>{{body}}</div></div>"
        f"<div class='footer'><p>{LEAK} All rights reserved</p><ul>{MENU}</ul></div></body>"
    ),
    "sections": (
        f"<body><header>{NAV}</header><section><h1>{{title}}</h1></section><section>{{body}}</section>{FOOTER}</body>"
    ),
}  # fmt: skip


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Every four words that follow each other, as the article extraction benchmark counts them."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))


def f1(pairs: Iterable[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision and recall of shingles over pairs of right and read texts, each a mean, and their harmonic mean."""
    precisions, recalls = [], []
    for gold, found in pairs:
        true, read = shingles(gold), shingles(found)
        right = sum((true & read).values())
        precisions.append(right / max(1, sum(read.values())))
        recalls.append(right / max(1, sum(true.values())))
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return precision, recall, 2 * precision * recall / (precision + recall)


def read(name: str, page: str) -> str:
    """The text of a page; empty where it cannot be read."""
    try:
        return parse(ParserInput(f"/in/{name}.html", page.encode())).text
    except SourceError:
        return ""


def words_of(text: str) -> str:
    """The words of a text, each with a blank on both sides; every Chinese character is one."""
    return f" {'  '.join(WORD.findall(text))} "


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The kind and the words of each block of a page that holds no other."""
    tree = html.document_fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8", remove_comments=True))
    for element in tree.iter(*KIND_OF):
        if (
            next(element.iter(*(set(KIND_OF) - {element.tag})), element) is element
            and (words := words_of(" ".join(element.itertext()))).strip()
        ):
            yield KIND_OF[element.tag], words


class Kept:
    """Counts blocks by kind: those to be kept, and those that were."""

    def __init__(self) -> None:
        self.wanted: Counter[str] = Counter()
        self.found: Counter[str] = Counter()

    def add(self, wanted: Iterable[tuple[str, str]], text: str) -> None:
        """Count the blocks that ``text`` holds."""
        there = words_of(text)
        for (kind, words), copies in Counter(wanted).items():
            self.wanted[kind] += copies
            self.found[kind] += min(copies, there.count(words))

    def shares(self) -> dict[str, Any]:
        """The share of kept blocks, and how many there are, by kind."""
        return {k: (round(self.found[k] / self.wanted[k], 3), self.wanted[k]) for k in KINDS if self.wanted[k]}


def of_articles(folder: Path) -> dict[str, Any]:
    """F1 and kept blocks on the articles."""
    gold = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    kept, pairs = Kept(), []
    for name, truth in gold.items():
        page = gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes()).decode("utf-8", errors="replace")
        text, article = read(name, page), words_of(truth["articleBody"])
        pairs.append((truth["articleBody"], text))
        own = {one for one in blocks(page) if len(one[1].split()) >= LEAST_WORDS and one[1] in article}
        kept.add(own, text)
    precision, recall, score = f1(pairs)
    return {
        "pages": len(gold),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(score, 3),
        **kept.shares(),
    }


def of_manuals(archive: Path, pages: int) -> dict[str, Any]:
    """Kept blocks on a manual's pages in each template, and the words of the template that were read, a page."""
    texts = dict(_manual(archive))
    taken = chosen(texts)[:pages]
    kept = {name: Kept() for name in TEMPLATES}
    leaks: Counter[str] = Counter()
    for path in taken:
        title, body = texts[path]
        wanted = list(blocks(f"<html><body>{body}</body></html>"))
        for name, template in TEMPLATES.items():
            shown = template.format(title=title, body=body)
            page = f"<!doctype html><html><head><title>{title}</title></head>{shown}</html>"
            text = read(path, page)
            kept[name].add(wanted, text)
            leaks[name] += text.count(LEAK)
    return {
        name: {"pages": len(taken), "leaks a page": round(leaks[name] / len(taken), 2), **kept[name].shares()}
        for name in TEMPLATES
    }


def _manual(archive: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    with tarfile.open(archive) as members:
        for member in members:
            if not (member.isfile() and member.name.endswith(".md") and member.size > 2_000):
                continue
            text = (members.extractfile(member) or archive.open("rb")).read().decode()
            front = FRONT_MATTER.match(text)
            plain = SHORTCODE.sub("", COMMENT.sub("", text[front.end() :] if front else text))
            title = re.search(r"^title:\s*(.+)$", front[1], re.MULTILINE) if front else None
            name = html_text(title[1].strip("\"' ") if title else "Page")
            yield member.name, (name, _with_captions(markdown.render(plain)))


def _with_captions(body: str) -> str:
    """The page with a picture, its caption and a term explained below each heading of the second rank."""
    parts = body.split("</h2>")
    extras = (
        f"<figure><img src='p.png'><figcaption>Picture {n} of part {n}</figcaption></figure><dl><dt>Term {n}</dt>"
        f"<dd>What is meant by {n}</dd></dl>"
        for n in range(1, len(parts))
    )
    return parts[0] + "".join(f"</h2>{extra}{part}" for extra, part in zip(extras, parts[1:], strict=True))


def html_text(text: str) -> str:
    """Text as it stands in HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;")


def main() -> None:
    """Measure, and print a line a set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--pages", type=int, default=200, help="of each manual")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {"articles": of_articles(options.data / "html_article_extraction")}
    for name in ("docs_k8s_en", "docs_k8s_zh") if options.pages else ():
        for template, shares in of_manuals(options.data / name / f"{name}.tar.xz", options.pages).items():
            figures[f"{name} {template}"] = shares
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for name, shares in figures.items():
        print(name, *(f"{key} {value}" for key, value in shares.items()), sep="  ")


if __name__ == "__main__":
    main()
