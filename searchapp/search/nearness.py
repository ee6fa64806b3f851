"""What of the semantic retriever counts as found: what is near enough to the query, or has a word of it.

Vectors are near to something always: the hundred nearest chunks to ``asdfghjkl`` are a hundred chunks. How near
texts are that have nothing in common depends on their script: Chinese ones lie nearer to each other than English ones,
and a Chinese and an English one farther apart (docs/decisions/0052 has the figures).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from searchapp.embedding.similarity import LEAST_KNOWN
from searchapp.stores import FoundChunk, RetrievalQuery, RetrievalResults
from searchapp.stores.facets import add_facets, count_facets
from searchapp.text.chinese import has_kana_or_hangul, with_variants
from searchapp.text.occurrences import occurrences
from searchapp.text.words import content_terms, fold_width, has_cjk, is_cjk
from searchapp.tokens import Reading

ACROSS = 0.6
"""Share of the least similarity that suffices between a Chinese, Japanese or Korean text and one that is none."""

CROWDED = 0.19
"""What the least similarity is higher by within Chinese, where gibberish has 0.43 and more, and for what the model
cannot read (decision 62)."""

CROWDED_SOUNDS = 0.15
"""What it is higher by within Japanese and Korean."""

SPELT_OUT = 2.3
"""Letters a token below which a model reads a query piece by piece: gibberish, or a code ("asdf", "PPR-9087")."""

LOOKED_AT, READ_CHUNKS, READ_CHARACTERS = 20, 3, 300
"""Chunks whose script is looked at, of which so many are read, so many characters of each."""

CJK_LANGUAGES = frozenset({"zh", "ja", "ko"})


def counted_from(least: float) -> float:
    """The similarity from which a store counts in its facets what has no word of the query: found in any script."""
    return least + CROWDED if least > -1.0 else least


def keep_found(retrieved: RetrievalResults, asked: RetrievalQuery, least: float, *, readable: bool) -> RetrievalResults:
    """What of the retrievers that ``asked`` brought is found, see ``near_enough``; its facets count all that is.

    A store counts what has a word of the query or is ``counted_from``; the rest of what is found is counted here.
    """
    every = asked.keywords is not None and len(retrieved.keyword) < asked.depth
    brought = len(retrieved.keyword)
    if least > -1.0:
        retrieved = replace(retrieved, keyword=with_a_word(retrieved.keyword, asked))
    semantic = near_enough(
        retrieved.semantic, retrieved.keyword, asked.text, least, every_word=every, readable=readable
    )
    retrieved = replace(retrieved, semantic=semantic)
    if not asked.facets:
        return retrieved
    if every and len(retrieved.keyword) < brought:
        both = {chunk.id: chunk for chunk in (*retrieved.keyword, *semantic)}
        facets, matched = count_facets(chunk._asdict() for chunk in both.values())
        return replace(retrieved, facets=facets, matched=matched)
    worded = {chunk.id for chunk in retrieved.keyword}
    terms = frozenset(content_terms(asked.text))
    beside = [
        chunk for chunk in semantic[: asked.depth] if chunk.score < counted_from(least) and chunk.id not in worded
    ]
    facets, matched = count_facets(chunk._asdict() for chunk in beside if every or not _has_word(chunk, terms))
    return (
        replace(retrieved, facets=add_facets(retrieved.facets, facets), matched=retrieved.matched + matched)
        if matched
        else retrieved
    )


def with_a_word(keyword: Sequence[FoundChunk], asked: RetrievalQuery) -> tuple[FoundChunk, ...]:
    """Those of the keyword retriever in which a word of a Chinese query stands, or all of its characters.

    Stores look for single characters, too, as words are cut differently in different texts; but one that stands
    somewhere by itself says nothing.
    """
    words = with_variants(asked.text)
    terms = frozenset(content_terms(words))
    if asked.exact or not any(len(term) > 1 and has_cjk(term) for term in terms):
        return tuple(keyword)
    characters = {character for term in content_terms(asked.text) if has_cjk(term) for character in term}

    def found(chunk: FoundChunk) -> bool:
        text = fold_width("\n".join((chunk.title, *chunk.headings, chunk.text, chunk.source)))
        return bool(occurrences(text, terms)) or all(character in text for character in characters)

    return tuple(chunk for chunk in keyword if found(chunk))


def near_enough(
    semantic: Sequence[FoundChunk],
    keyword: Sequence[FoundChunk],
    query: str,
    least: float,
    *,
    every_word: bool,
    readable: bool = True,
) -> tuple[FoundChunk, ...]:
    """Those of the semantic retriever that are found; scores are similarities.

    ``every_word``: the keyword retriever brought all chunks that have a word of ``query``, so that no text is read.
    ``readable``: the query is made of words that the model knows (``is_readable``).
    """
    if not semantic or least <= -1.0 or semantic[-1].score >= counted_from(least):
        return tuple(semantic)
    worded = {chunk.id for chunk in keyword}
    terms = frozenset(content_terms(query))
    across = across_scripts(query, semantic)
    within = within_script(query, least, readable=readable)

    def found(chunk: FoundChunk) -> bool:
        if chunk.score >= (least * ACROSS if readable and chunk.id in across else within) or chunk.id in worded:
            return True
        return not every_word and _has_word(chunk, terms)

    return tuple(chunk for chunk in semantic if found(chunk))


def within_script(query: str, least: float, *, readable: bool) -> float:
    """The similarity from which a chunk in the query's own script is near to it."""
    if is_cjk(query):
        return least + (CROWDED_SOUNDS if has_kana_or_hangul(query) else CROWDED)
    return least if readable else least + CROWDED


def _has_word(chunk: FoundChunk, terms: frozenset[str]) -> bool:
    return bool(occurrences(fold_width(f"{chunk.title}\n{chunk.text}"), terms))


def across_scripts(query: str, chunks: Iterable[FoundChunk]) -> frozenset[str]:
    """The ids of the chunks whose document is Chinese, Japanese or Korean where ``query`` is not, or the reverse."""
    asked = is_cjk(query)
    return frozenset(chunk.id for chunk in chunks if chunk.language and (chunk.language in CJK_LANGUAGES) != asked)


def known_share(query: str, known: float, retrieved: RetrievalResults, reading: Callable[[str], Reading]) -> float:
    """How much the model knows (0 to 1) of the query, less what it brought in a script that it cannot read.

    ``reading`` is the model's; ``known`` is what that says of the query. An English model gives Chinese chunks any
    order, whatever it knows of an English query.
    """
    brought = retrieved.semantic[:LOOKED_AT]
    across = across_scripts(query, brought)
    texts = [chunk.text[:READ_CHARACTERS] for chunk in brought if chunk.id in across][:READ_CHUNKS]
    if not texts or sum(reading(text).known_share for text in texts) >= LEAST_KNOWN * len(texts):
        return known
    return known * (1.0 - len(across) / len(brought))


def is_readable(query: str, reading: Reading) -> bool:
    """Whether the model reads the query by words or parts of words, not letter by letter; a Chinese one always is."""
    if is_cjk(query):
        return True
    letters = [query[start:end].strip() for start, end in reading.spans]
    tokens = [letter for letter in letters if letter]
    return not tokens or sum(map(len, tokens)) / len(tokens) >= SPELT_OUT
