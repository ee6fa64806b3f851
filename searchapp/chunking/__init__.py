"""Documents to chunks: structure first (headings, pages, tables, paragraphs), then the model's token budget.

A chunk is a contiguous stretch of ``Document.text``. Small neighbouring sections of one page share a chunk; a large
section is cut between paragraphs, else between sentences, else between tokens. What the model reads
(``embedded_text``) begins with the document's title and heading path, and for a table that was cut with its caption and
header, so that a chunk is understood without its surroundings.
"""

from searchapp.chunking.chunker import TARGET_TOKENS, chunk_document

__all__ = ["TARGET_TOKENS", "chunk_document"]
