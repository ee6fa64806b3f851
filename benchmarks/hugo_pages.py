"""Pages of a documentation site that is written for Hugo: title and plain text, by path."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
FRONT_MATTER = re.compile(r"\A\s*---\s*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
TITLE = re.compile(r"^title:[ \t]*(.+)$", re.MULTILINE)
CODE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[ \t]*$", re.DOTALL | re.MULTILINE)
TOOLTIP = re.compile(r"\{\{<\s*glossary_tooltip[^>]*?\btext=[\"']([^\"']*)[\"'][^>]*>\}\}")
DIAGRAM = re.compile(r"\{\{<\s*mermaid.*?\{\{<\s*/\s*mermaid\s*>\}\}", re.DOTALL)
SHORTCODE = re.compile(r"\{\{[<%].*?[>%]\}\}", re.DOTALL)
ADDRESS = r"\((?:[^()]|\([^()]*\))*\)"
IMAGE = re.compile(r"!\[[^\]]*\]" + ADDRESS)
LINK = re.compile(r"\[([^\]]*)\]" + ADDRESS)
TAG = re.compile(r"</?[A-Za-z][^>\n]*>")
ANCHOR = re.compile(r"\s*\{#[^}]*\}")
BARE_HEADING = re.compile(r"^#+[ \t]*$", re.MULTILINE)
BLANK = re.compile(r"\n\s*\n+")


@dataclass(frozen=True)
class Page:
    """``text`` has paragraphs, empty lines between them; ``title`` is empty where the page has none."""

    title: str
    text: str


def read_pages(tree: Path, language: str) -> dict[str, Page]:
    """Every page below ``content/LANGUAGE`` of a folder or a tar archive, by its path there, in the paths' order."""
    start = f"content/{language}/"
    found = {path.partition(start)[2]: text for path, text in _files(tree) if start in path}
    return {path: read_page(found[path]) for path in sorted(found)}


def read_page(source: str) -> Page:
    """What a reader sees as prose: no comments, code, diagrams, images, short codes, tags or addresses."""
    # Comments first: translators keep the original there, front matter included.
    source = COMMENT.sub("", source)
    head = FRONT_MATTER.match(source)
    title = TITLE.search(head[1]) if head else None
    text = source[head.end() :] if head else source
    text = TOOLTIP.sub(r"\1", CODE.sub("", text))
    for pattern in (DIAGRAM, SHORTCODE, IMAGE, TAG, ANCHOR):
        text = pattern.sub("", text)
    text = BARE_HEADING.sub("", LINK.sub(r"\1", text))
    return Page(_unquoted(title[1]) if title else "", BLANK.sub("\n\n", text).strip())


def _unquoted(title: str) -> str:
    title = title.strip()
    quoted = len(title) > 1 and title[0] == title[-1] and title[0] in "\"'"
    return " ".join((title[1:-1] if quoted else title).split())


def _files(tree: Path) -> Iterator[tuple[str, str]]:
    if tree.is_dir():
        for file in tree.rglob("*.md"):
            yield file.relative_to(tree).as_posix(), file.read_text(encoding="utf-8", errors="replace")
        return
    with tarfile.open(tree) as archive:
        for member in archive:
            if member.isfile() and member.name.endswith(".md") and (content := archive.extractfile(member)):
                yield member.name, content.read().decode("utf-8", errors="replace")
