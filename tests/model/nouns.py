"""One of each noun that leaves as JSON, with every field set to something that a mistake would change."""

from __future__ import annotations

import datetime as dt

from searchapp.model import (
    BROKEN_OFF,
    Answer,
    Chunk,
    Citation,
    DocumentEntry,
    DocumentState,
    Hit,
    IngestOutcome,
    IngestState,
    Notice,
    PassagesRead,
    QueryRead,
    QuestionPart,
    Retriever,
    RetrieverScore,
    Rewriting,
    SearchMode,
    SearchResults,
    Sentence,
    SourcesFound,
    Support,
    Token,
)

UTC = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)
ELSEWHERE = dt.datetime(2024, 2, 29, 12, 30, 1, 250000, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def hit(rank: int, **facts: object) -> Hit:
    given = {
        "score": 2 / 3, "chunk_id": f"d-{rank}-aa", "document_id": "d", "title": "手册", "source": "/in/手册.pdf",
        "type": "pdf", "language": "zh", "headings": ("安全", "手套"), "page": 3, "modified": ELSEWHERE,
        "text": "必须戴\n手套。", "start": 10, "end": 17, "scores": {Retriever.SEMANTIC: RetrieverScore(2, 0.123456789)},
    }  # fmt: skip
    return Hit(rank=rank, **{**given, **facts})  # type: ignore[arg-type]


BEST = hit(
    1,
    scores={Retriever.KEYWORD: RetrieverScore(1, 1234567.123456789), Retriever.SEMANTIC: RetrieverScore(2, -0.9999999)},
    highlights=("必须\ue000戴\ue001",),
    same_document=2,
    more_from_document=(hit(1, page=None),),
    near_duplicates=1,
    duplicates=(hit(1, modified=None, scores={}),),
    reranked=True,
)
RESULTS = SearchResults(
    query="手套", mode=SearchMode.HYBRID, took_ms=12.3456, total=41, hits=(BEST, hit(2)),
    facets={"type": {"pdf": 3}, "year": {"2024": 3}}, matched=50, did_you_mean="手袋",
    weights={Retriever.KEYWORD: 0.1, Retriever.SEMANTIC: 0.123456789},
    notices=(Notice("operators_left_out", "Nothing was found with -手套.", "-手套"),),
)  # fmt: skip
FEWEST = SearchResults(query="x", mode=SearchMode.KEYWORD, took_ms=0.0, total=0, hits=(), facets={})
CITATION = Citation(1, "d-1-aa", "d", "手册", "/in/手册.pdf", None, "必须戴手套。")
SUPPORTED = Sentence("戴手套 [1].", (1,), Support.SUPPORTED)
WEAK = Sentence("Since 1998 [1][2].", (1, 2), Support.WEAK, ("1998",))
ANSWER = Answer(
    question="那手套呢？", answer="戴手套 [1].", model="qwen3:4b", refused=False, extractive=False, passages_used=2,
    passages_found=8, citations=(CITATION,), sentences=(SUPPORTED, WEAK), citations_removed=1,
    notices=(Notice(BROKEN_OFF, "It broke off.", "http://ollama"), Notice("cut", "It was cut.")),
    query="什么手套？", rewriting=Rewriting.MODEL, complete=False,
)  # fmt: skip
REFUSED = Answer(
    question="and then?", answer="Nothing is said of it.", model="", refused=True, extractive=True, passages_used=0,
    passages_found=0, citations=(), sentences=(), lacking=("then",), nearest=CITATION,
)  # fmt: skip
ENTRY = DocumentEntry(
    id="d", source="https://example.org/a", title="手册", type="html", state=DocumentState.RUNNING, content_hash="c0",
    language="zh", modified=ELSEWHERE, pages=7, pages_indexed=6, chunks=19, attempts=2, failures=1, failed_hash="f0",
    error="It failed.", note="Page 3 holds no text.", queued=UTC, started=UTC, updated=ELSEWHERE, seconds=1.23456,
    groups=("hr", "law"), owner="host:12", lease=UTC, depth=2, lacking="deu+fra",
)  # fmt: skip
QUEUED = DocumentEntry("q", "/in/q.txt", "", "", DocumentState.QUEUED)
OUTCOME = IngestOutcome("/in/a.txt", "d", IngestState.INDEXED, 5, 3, 2, "", "Page 3 holds no text.")
CHUNK = Chunk(
    id="d-4-aa", document_id="d", position=4, text="必须戴\n手套。", embedded_text="手册\n必须戴\n手套。", start=10, end=17,
    tokens=9, hash="h0", headings=("安全", "手套"), page=3,
)  # fmt: skip

NOUNS = {
    "results": RESULTS,
    "fewest results": FEWEST,
    "citation": CITATION,
    "sentence": WEAK,
    "answer": ANSWER,
    "refusal": REFUSED,
    "entry": ENTRY,
    "queued entry": QUEUED,
    "outcome": OUTCOME,
    "chunk": CHUNK,
    "query event": QueryRead("那呢？", "手套呢？", Rewriting.JOINED),
    "sources event": SourcesFound((BEST,), 1, (QuestionPart("手套", True),)),
    "reading event": PassagesRead("手册", 3, 19),
    "token event": Token("戴\n"),
}
