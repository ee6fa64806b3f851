"""Source code as it is, in sections of one class or function each, named by the names around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput

_WORDS = (
    "class|interface|enum|struct|trait|impl|protocol|module|namespace|record|object|extension|message|service|contract"
    "|def|fn|fun|func|function|sub|proc|procedure|defn|defmodule|defp|type|union|macro_rules!|resource|mixin"
    "|Function|Sub|Class|Procedure|Module|FUNCTION|SUBROUTINE|PROCEDURE|MODULE|subroutine"
)
_MODIFIERS = (
    "export|default|declare|public|private|protected|internal|static|final|abstract|async|open|sealed|data|inline|pub"
    r"|override|virtual|partial|const|unsafe|extern|local|readonly|suspend|companion|case|pub\([\w:]{1,40}\)"
)
_NAME = r"[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]{0,120}(?:(?:\.|::|:)[A-Za-z_$][\w$]{0,120}){0,4}[!?=]?"
_NAMED = re.compile(
    rf"[ \t]*+(?:(?i:{_MODIFIERS})[ \t]+){{0,6}}(?:{_WORDS})\b\*?[ \t]*(?:<[^<>\n]{{0,100}}>[ \t]*)?"
    rf"(?:\([^()\n]{{0,100}}\)[ \t]*)?[\"']?(?P<name>{_NAME})"
)
"""A word that begins a definition: ``def name``, ``pub async fn name``, ``func (r *T) name``."""
_ASSIGNED = re.compile(
    rf"[ \t]*+(?:export[ \t]+)?(?:const|let|var)[ \t]+(?P<name>{_NAME})[ \t]*=[ \t]*(?:async\b[ \t]*)?"
    r"(?:function\b|\([^()\n]{0,300}\)[ \t]*(?::[^=\n]{0,80})?=>|[\w$]{1,80}[ \t]*=>)"
)
_SQL = re.compile(
    rf"CREATE[ \t]+(?:OR[ \t]+REPLACE[ \t]+)?(?:\w{{1,20}}[ \t]+)?(?:TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER)[ \t]+"
    rf"(?:IF[ \t]+NOT[ \t]+EXISTS[ \t]+)?[\"`\[]?(?P<name>{_NAME})",
    re.IGNORECASE,
)
_TYPE = re.compile(r"[A-Za-z_~][\w<>,.:\[\]?~]*+")
_SHELL = re.compile(rf"[ \t]*+(?P<name>{_NAME})[ \t]*\(\)[ \t]*\{{?[ \t]*")
_METHOD = re.compile(
    rf"[ \t]++(?:(?:{_MODIFIERS}|get|set)[ \t]+){{0,6}}(?P<name>#?{_NAME})[ \t]*"
    r"\([^()\n;]{0,400}\)[^;(){}\n]{0,120}\{[ \t]*"
)
_NO_NAMES = frozenset(
    "if for while switch catch return else do sizeof new delete throw await with case foreach using".split()
)

_C_LIKE = frozenset(".c .h .cc .cpp .cxx .hh .hpp .java .cs .m .mm .dart .groovy".split())
_SCRIPTS = frozenset(".js .mjs .cjs .jsx .ts .tsx .mts .cts .vue .svelte".split())
_SHELLS = frozenset(".sh .bash .zsh .ksh".split())
_NO_DEFINITIONS = frozenset(".css .scss .less .bat .cmd".split())
_BELONGS = re.compile(r"[ \t]*(?:#(?!include|define|if|endif|pragma)|//|/\*|\*|--|@|;;|\"\"\"|\[\w)")
"""A comment, a decorator or an attribute: in front of a definition it belongs to it."""

DEEPEST = 12
"""Names around each other that a section is given; generated code nests without end."""

LONGEST_LINE = 2000
"""A longer one was written by a program, and begins no definition."""


def parse_code(source: ParserInput) -> Parsed:
    """Read source code; what it says stays as it is, headings are the names of classes and functions."""
    lines = lines_of(source.data).expandtabs(4).split("\n")
    builder = DocumentBuilder()
    begins = {_first_line(lines, at): (at, margin, name) for at, margin, name in _definitions(lines, source.suffix)}
    open_names: list[tuple[int, str]] = []
    piece: list[str] = []
    defined_at = -1
    for at, line in enumerate(lines):
        if at in begins:
            _add(builder, piece, open_names)
            piece = []
            defined_at, margin, name = begins[at]
            open_names = [one for one in open_names if one[0] < margin]
            open_names = [*open_names[: DEEPEST - 1], (margin, name)]
        elif (
            at > defined_at and open_names and line.strip() and _margin(line) <= open_names[-1][0] and not _closes(line)
        ):
            _add(builder, piece, open_names)
            piece = []
            open_names = [one for one in open_names if one[0] < _margin(line)]
        piece.append(line)
    _add(builder, piece, open_names)
    file_name = source.stem + source.suffix
    return builder.build(SourceType.CODE, title=file_name, stem=file_name)


def _definitions(lines: list[str], suffix: str) -> Iterator[tuple[int, int, str]]:
    """The line, the margin and the name of each definition."""
    for at, line in enumerate(lines):
        if not line.strip() or len(line) > LONGEST_LINE:
            continue
        name = _defined(line, suffix)
        if name and name.lower() not in _NO_NAMES and line.split()[0] not in _NO_NAMES:
            yield at, _margin(line), name


def _defined(line: str, suffix: str) -> str:
    """The name that a line defines; empty for all others."""
    if suffix in _NO_DEFINITIONS:
        return ""
    found = _SQL.match(line) if suffix == ".sql" else _NAMED.match(line)
    if not found and suffix in _SHELLS:
        found = _SHELL.match(line)
    elif not found and suffix in _SCRIPTS:
        found = _ASSIGNED.match(line) or _METHOD.match(line)
    elif not found and suffix in _C_LIKE:
        return _typed(line)
    return found["name"] if found else ""


def _typed(line: str) -> str:
    """The name of ``static int name(...)`` in C and its kin, which no word begins; a call has no type in front."""
    head, opens, _ = line.partition("(")
    *types, name = head.replace("*", " ").replace("&", " ").split() or [""]
    is_statement = line.rstrip().endswith(";") or not opens
    return name if types and not is_statement and all(map(_TYPE.fullmatch, (*types, name))) else ""


def _first_line(lines: list[str], at: int) -> int:
    """Where a definition begins, with the comments and decorators in front of it."""
    while at > 0 and _BELONGS.match(lines[at - 1]):
        at -= 1
    return at


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip())


def _closes(line: str) -> bool:
    return line.lstrip()[:1] in "})]" or line.split()[0].rstrip(";,") in (
        "end",
        "done",
        "fi",
        "esac",
        "{",
        "begin",
        "BEGIN",
    )


def _add(builder: DocumentBuilder, lines: list[str], names: list[tuple[int, str]]) -> None:
    builder.add("\n".join(lines), headings=[name for _, name in names], verbatim=True)
