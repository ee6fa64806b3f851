"""Web pages: the main text without the page's furniture, with its headings, lists, tables, formulas and code."""

from __future__ import annotations

import copy
import dataclasses
import logging
import re
from typing import Any

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.encoding import declared_charset, decode
from searchapp.sources.formats.main_text import main_part
from searchapp.sources.formats.markup import soup_of, walk
from searchapp.sources.formats.metadata import sensible_title
from searchapp.sources.formats.page_metadata import page_metadata
from searchapp.sources.formats.scripted_page import needs_script
from searchapp.sources.formats.web_page import free_main_text, page_tree
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.text.language import detect_language

_LANGUAGE_TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]|$)")


def parse_html(source: ParserInput) -> Parsed:
    """Read a web page: its main part, without the furniture around it.

    Raises SourceError when there is no markup at all, and for a page whose text JavaScript makes.
    """
    page = page_tree(decode(source.data, declared_charset(source.data, source.content_type)))
    if page is None:
        raise SourceError("page_without_text", name=source.name)
    is_unscripted = free_main_text(page)
    title, modified = page_metadata(page)
    main = main_part(page, _found(page))
    language = _language(page, main)
    builder = DocumentBuilder()
    walk(soup_of(main), builder)
    parsed = builder.build(
        SourceType.HTML,
        title=sensible_title(title) or _title(page),
        stem=source.stem,
        language=language,
        modified=modified,
    )
    if is_unscripted or not needs_script(page, parsed.text):
        return parsed
    if not parsed.text:
        raise SourceError("page_needs_script", name=source.name)
    return dataclasses.replace(parsed, note=Message("made_by_script").encoded())


def _found(page: Any) -> Any:
    """The tree of the main text as trafilatura finds it, or None."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(copy.deepcopy(page), include_comments=False, include_formatting=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - its heuristics meet every kind of broken markup; the body is read instead
        return None
    return None if found is None else found.body


def _title(page: Any) -> str:
    for path in ("string(//head/title)", "string(//h1)"):
        title = sensible_title(page.xpath(path))
        if title:
            return title
    return ""


def _language(page: Any, main: Any) -> str:
    """The language that the page declares, unless its script says otherwise: templates declare English for all."""
    declared = _LANGUAGE_TAG.match(page.get("lang") or page.get("xml:lang") or "")
    detected = detect_language(" ".join(main.itertext()))
    if detected in ("zh", "ja", "ko") or not declared:
        return detected
    return declared[1].lower()
