"""Where documents come from, and how bytes become text.

``discover`` turns what a person names (files, folders, web addresses) into ``SourceRef``s; a ``Loader`` reads each
one's bytes and parses them in a process of its own, with limits on time and memory::

    with Loader(settings) as loader:
        for found in discover(["handbook/", "https://example.org/page"]):
            if isinstance(found, BadTarget):
                print(found.error)
            else:
                document = loader.load(found)

Read on in the order of a document's way: ``files`` and ``site`` (what is there), ``loader``, ``web`` (fetching),
``sandbox`` and ``worker`` (the process), ``sniff`` (which format), then ``formats/`` and ``pdf/``, and ``builder``,
which all of them write to.
"""

from searchapp.sources.files import Links, discover, id_of, is_supported
from searchapp.sources.loader import Loader
from searchapp.sources.sniff import likely_type
from searchapp.sources.source import BadTarget, PageVersion, RawSource, SourceRef, reference

__all__ = [
    "BadTarget",
    "Links",
    "Loader",
    "PageVersion",
    "RawSource",
    "SourceRef",
    "discover",
    "id_of",
    "is_supported",
    "likely_type",
    "reference",
]
