"""What the page's buttons, headings and fields are called, in the reader's language.

``page.en.toml`` and ``page.zh.toml`` beside this file hold them. Templates take theirs with ``label("add")``; scripts
find all of them in a file (``web/static_files.py``), into which ``static/i18n.js`` fills numbers and names.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib.resources import files

from searchapp.messages import Language, reader_language


@functools.cache
def labels(language: Language) -> Mapping[str, str]:
    """Every label by its key; a label may ask for values by their place: ``{0}``, ``{0:one|many}``."""
    import tomllib  # the command line shows no label

    return tomllib.loads(files(__package__).joinpath(f"page.{language}.toml").read_text(encoding="utf-8"))


def label(key: str) -> str:
    """One label, which asks for no values, in the reader's language.

    Raises KeyError where the catalogues have none of this name.
    """
    return labels(reader_language())[key]
