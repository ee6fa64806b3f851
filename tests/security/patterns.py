"""Every regular expression of the package, with the ways it is applied.

What a module holds is taken from the module (also from its tables), what stands inside a function from its source.
"""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace

ROOT = Path(__file__).parents[2]
# The functions of re, and which argument holds the flags.
_FLAGS = {"compile": 1, "split": 3, "sub": 4, "subn": 4} | dict.fromkeys(
    "search match fullmatch finditer findall".split(), 2
)
_EVERY_MATCH = {"finditer", "findall", "sub", "subn", "split", "compile"}

_Called = dict[str, set[str]]

# Patterns that are put together when they run, from names of ours or from words that re.escape has made plain: an example.
PUT_TOGETHER = {
    ("searchapp/answer/names.py", "pattern"): "gpt[- ]?4",
    ("searchapp/answer/names.py", "name"): "Ceremony",
    ("searchapp/answer/said.py", "number"): "7",
    ("searchapp/answer/said.py", "label"): "boiler",
    ("searchapp/answer/said.py", "form"): r"\bboilers?\b[^.!?\n]{0,12}?(?<![\d.])7(?![\d])",
    ("searchapp/search/suggest.py", "typed"): "aa",
    ("searchapp/sources/path_rules.py", "begins"): True,
    ("searchapp/sources/path_rules.py", "pattern"): "*/contracts/*",
    ("searchapp/stores/elasticsearch/versions.py", "self"): SimpleNamespace(chunks="chunks"),
    ("searchapp/tokens/pieces.py", "specials"): [r"\[CLS\]", "<s>"],
}


@dataclass(frozen=True)
class Use:
    """A pattern, and how it is applied: search, match, fullmatch or finditer, which stands for all that take every match."""

    file: str
    line: int
    name: str
    pattern: re.Pattern
    method: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.name} {self.method} {self.pattern.pattern!r}"


def uses() -> Iterator[Use]:
    paths = sorted((ROOT / "searchapp").rglob("*.py"))
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in paths}
    called = {file: _called(tree) for file, tree in trees.items()}
    for file, tree in trees.items():
        if any(isinstance(node, ast.Import) and any(name.name == "re" for name in node.names) for node in tree.body):
            module = importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
            yield from _of_module(file, tree, module, called)
            yield from _of_functions(file, tree, module)


def _of_module(file: str, tree: ast.Module, module: ModuleType, called: dict[str, _Called]) -> Iterator[Use]:
    for name, line in _assigned(tree).items():
        files = [file] if name.startswith("_") else list(called)
        methods = set().union(*(called[one].get(name, set()) for one in files))
        for pattern in _patterns_in(getattr(module, name, None)):
            for method in sorted(methods) or ["finditer"]:  # in a table: nobody calls the table
                yield Use(file, line, name, pattern, method)


def _of_functions(file: str, tree: ast.Module, module: ModuleType) -> Iterator[Use]:
    held = {node for part in tree.body if isinstance(part, ast.Assign | ast.AnnAssign) for node in ast.walk(part)}
    for call in ast.walk(tree):
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name("re"), attr=str(function))) if function in _FLAGS:
                method = "finditer" if function in _EVERY_MATCH else function
                if call not in held:
                    yield Use(file, call.lineno, "", _evaluated(file, module, call, _FLAGS[function]), method)


def _evaluated(file: str, module: ModuleType, call: ast.Call, flags_at: int) -> re.Pattern:
    flags = call.args[flags_at:] + [word.value for word in call.keywords if word.arg == "flags"]
    examples = {name: example for (where, name), example in PUT_TOGETHER.items() if where == file}
    try:
        return re.compile(*(eval(ast.unparse(part), vars(module) | examples) for part in [call.args[0], *flags]))
    except NameError as error:
        raise LookupError(f"{file}:{call.lineno}: an example is missing in PUT_TOGETHER: {error}") from error


def _patterns_in(value: object) -> Iterator[re.Pattern]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, dict):
        yield from _patterns_in([*value, *value.values()])
    elif isinstance(value, tuple | list | set | frozenset):
        for part in value:
            yield from _patterns_in(part)


def _assigned(tree: ast.Module) -> dict[str, int]:
    """The names that a module defines, with the line of each."""
    return {
        name.id: part.lineno
        for part in tree.body
        if isinstance(part, ast.Assign | ast.AnnAssign)
        for name in ast.walk(part)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def _called(tree: ast.Module) -> _Called:
    """How the patterns of each name are applied in a file."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in _FLAGS:
            found.setdefault(node.value.id, set()).add("finditer" if node.attr in _EVERY_MATCH else node.attr)
    return found
