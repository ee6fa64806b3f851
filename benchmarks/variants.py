"""What ``index_options.py`` compares: ways of keeping vectors, with settings of the index that es/ does not have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from searchapp.errors import UsageError
from searchapp.settings import MOST_SHARDS, IndexOptions
from searchapp.stores.elasticsearch.templates import Templates, flat_settings

OVERSAMPLE = 3.0
"""Elasticsearch's own choice for binary quantisation; "all" compares it with no second ranking."""

BBQ_DISK = "bbq_disk"
"""A type that searchapp does not offer, since it needs a licence: a graph on disk."""

VECTORDB = "vectordb_document"
"""A mode of an index (``index.mode``) that Elasticsearch has behind a flag of its development builds."""

EARLY = "dense_vector.hnsw_enable_early_termination"
"""Whether a search of a graph ends once it hardly finds anything nearer. The name is that of the source of 9.3 and
later, where it is on for new indices; the manual calls it ``hnsw_early_termination``, which 9.5.3 does not know."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An index: how it keeps vectors, and its settings. ``early``: None leaves it to the server."""

    options: str
    mode: str = ""
    early: bool | None = None
    shards: int = 1

    @property
    def is_exact(self) -> bool:
        """Whether a search compares every whole vector."""
        return self == Kept(IndexOptions.FLAT)

    @property
    def is_quantised(self) -> bool:
        """See ``IndexOptions``."""
        return self.options == BBQ_DISK or IndexOptions(self.options).is_quantised

    def of(self, templates: Templates) -> Templates:
        """The templates of es/, with what the settings of searchapp do not say."""
        for body in templates.components.values():
            embedding = body["template"]["mappings"]["properties"]["embedding"]
            if self.options == BBQ_DISK:
                embedding["index_options"] = {"type": BBQ_DISK}
        for name, body in templates.indices.items():
            if not name.endswith("-chunks"):
                continue
            settings = flat_settings(body["template"].get("settings", {}))
            if self.mode:
                settings["mode"] = self.mode
            if self.early is not None:
                settings[EARLY] = str(self.early).lower()
            body["template"]["settings"] = settings
        return templates


@dataclass(frozen=True, slots=True)
class Variant:
    """One row: an index, and how many times as many chunks are ranked again by whole vectors (0: none are)."""

    kept: Kept
    oversample: float = 0.0

    def __str__(self) -> str:
        kept, early = self.kept, {None: "", True: "+early=on", False: "+early=off"}[self.kept.early]
        name = f"{kept.options}:{self.oversample:g}" if self.oversample else kept.options
        return name + ("+vectordb" if kept.mode else "") + early + (f"+shards={kept.shards}" if kept.shards > 1 else "")


EVERY_VARIANT = tuple(
    Variant(Kept(str(options)), oversample)
    for options in IndexOptions
    for oversample in ((0.0, OVERSAMPLE) if options.is_quantised else (0.0,))
)

_USUAL = Variant(Kept(str(IndexOptions.INT8_HNSW)), 2.0)
SETTINGS = (
    _USUAL,
    *(replace(_USUAL, kept=replace(_USUAL.kept, early=early)) for early in (True, False)),
    replace(_USUAL, kept=replace(_USUAL.kept, mode=VECTORDB)),
    *(replace(_USUAL, kept=replace(_USUAL.kept, shards=shards)) for shards in (3, 6)),
    Variant(Kept(str(IndexOptions.BBQ_HNSW)), OVERSAMPLE),
    Variant(Kept(BBQ_DISK), OVERSAMPLE),
)
"""The default way with other settings of the index, and the ways of a server with a licence."""

GROUPS = {"all": EVERY_VARIANT, "settings": SETTINGS}


def read_variants(text: str) -> tuple[Variant, ...]:
    """The variants in "all" or "settings", or in names with commas between them.

    A name is a type, then ``:oversample``, ``+early=on``, ``+early=off``, ``+vectordb`` and ``+shards=N`` or not.

    Raises UsageError naming the part that is none.
    """
    return GROUPS[text] if text in GROUPS else tuple(_variant(part.strip()) for part in text.split(","))


def _variant(part: str) -> Variant:
    way, *extras = part.split("+")
    name, _, factor = way.partition(":")
    try:
        kept = Kept(name if name == BBQ_DISK else str(IndexOptions(name)))
        variant = Variant(_extended(kept, extras), float(factor or 0))
    except (ValueError, KeyError) as error:
        known = ", ".join((*IndexOptions, BBQ_DISK))
        remedy = f"Write all, settings, or some of {known}, with :3 behind it for an oversampling of 3, and +early=on,"
        said = f"'{part}' is no way of keeping vectors."
        raise UsageError("passed_on", text=said, remedy=f"{remedy} +early=off, +vectordb or +shards=3.") from error
    if variant.oversample and not 1 <= variant.oversample <= 10:
        said = f"The oversampling in '{part}' cannot be used."
        raise UsageError("passed_on", text=said, remedy="It is between 1 and 10.")
    return variant


_EXTRAS: dict[str, Callable[[Kept, str], Kept]] = {
    "vectordb": lambda kept, value: replace(kept, mode=VECTORDB),
    "early": lambda kept, value: replace(kept, early={"on": True, "off": False}[value]),
    "shards": lambda kept, value: replace(kept, shards=_shards(value)),
}


def _extended(kept: Kept, extras: list[str]) -> Kept:
    for extra in extras:
        name, _, value = extra.partition("=")
        kept = _EXTRAS[name](kept, value)
    return kept


def _shards(value: str) -> int:
    number = int(value)
    if not 1 <= number <= MOST_SHARDS:
        raise ValueError(value)
    return number
