"""One of each noun that leaves as JSON, with every field set to something that a mistake would change."""

from __future__ import annotations

import datetime as dt

from searchapp.errors import Failure
from searchapp.model import (
    BROKEN_OFF,
    Answer,
    CheckedPassage,
    CheckedSentence,
    Chunk,
    Citation,
    Conversation,
    ConversationBegun,
    ConversationEntry,
    DocumentEntry,
    DocumentFound,
    DocumentLines,
    DocumentState,
    FoundLine,
    GrepResults,
    Hit,
    IngestOutcome,
    IngestState,
    KeptTurn,
    Line,
    Notice,
    PassageLines,
    PassagesRead,
    QueryRead,
    QuestionPart,
    Reason,
    Retriever,
    RetrieverScore,
    Rewriting,
    SearchMode,
    SearchResults,
    Sentence,
    SentenceChecks,
    SharedConversation,
    SourceChanges,
    SourcesFound,
    Support,
    ThinkingBegun,
    Token,
    TurnState,
)

UTC = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)
ELSEWHERE = dt.datetime(2024, 2, 29, 12, 30, 1, 250000, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def hit(rank: int, **facts: object) -> Hit:
    given = {
        "score": 2 / 3, "chunk_id": f"d-{rank}-aa", "document_id": "d", "title": "手册", "source": "/in/手册.pdf",
        "type": "pdf", "language": "zh", "headings": ("安全", "手套"), "page": 3, "modified": ELSEWHERE,
        "text": "必须戴\n手套。", "start": 10, "end": 17, "tags": ("合同",), "collections": ('合集 "A"',), "fields": {"author": ("Li", "王")}, "scores": {Retriever.SEMANTIC: RetrieverScore(2, 0.123456789)},
    }  # fmt: skip
    return Hit(rank=rank, **{**given, **facts})  # type: ignore[arg-type]


BEST = hit(
    1,
    scores={Retriever.KEYWORD: RetrieverScore(1, 1234567.123456789), Retriever.SEMANTIC: RetrieverScore(2, -0.9999999)},
    highlights=("必须\ue000戴\ue001",),
    same_document=2,
    unembedded=True,
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
CITATION = Citation(1, "d-1-aa", "d", "手册", "/in/手册.pdf", None, "必须戴手套。", "aa" * 16, "ab" * 32)
SUPPORTED = Sentence("戴手套 [1].", (1,), Support.SUPPORTED)
WEAK = Sentence("Since 1998 [1][2].", (1, 2), Support.WEAK, ("1998",))
ANSWER = Answer(
    question="那手套呢？", answer="戴手套 [1].", model="qwen3:4b", refused=False, extractive=False, passages_used=2,
    passages_found=8, citations=(CITATION,), sentences=(SUPPORTED, WEAK), citations_removed=1, prompt_tokens=900, answer_tokens=40,
    notices=(Notice(BROKEN_OFF, "It broke off.", "http://ollama"), Notice("cut", "It was cut.")),
    query="什么手套？", rewriting=Rewriting.MODEL, complete=False, model_digest="sha256:ab", follow_ups=("《手册》中关于安全鞋是怎么说的？",),
)  # fmt: skip
REFUSED = Answer(
    question="and then?", answer="Nothing is said of it.", model="", refused=True, extractive=True, passages_used=0,
    passages_found=0, citations=(), sentences=(), lacking=("then",), nearest=CITATION,
)  # fmt: skip
ENTRY = DocumentEntry(
    id="d", source="https://example.org/a", title="手册", type="html", state=DocumentState.RUNNING, content_hash="c0",
    language="zh", modified=ELSEWHERE, pages=7, pages_indexed=6, chunks=19, unembedded=4, attempts=2, failures=1, failed_hash="f0",
    error="It failed.", note="Page 3 holds no text.", queued=UTC, started=UTC, updated=ELSEWHERE, seconds=1.23456,
    groups=("hr", "law"), tags=("contract", "2024"), collections=("Papers",), filing="{}", fields={"author": ("Li",)}, stated="5a", own="{}", owner="host:12", lease=UTC, depth=2, lacking="deu+fra",
)  # fmt: skip
QUEUED = DocumentEntry("q", "/in/q.txt", "", "", DocumentState.QUEUED)
OUTCOME = IngestOutcome("/in/a.txt", "d", IngestState.INDEXED, 5, 3, 1, "", "Page 3 holds no text.", 1)
CHUNK = Chunk(
    id="d-4-aa", document_id="d", position=4, text="必须戴\n手套。", embedded_text="手册\n必须戴\n手套。", start=10, end=17,
    tokens=9, hash="h0", headings=("安全", "手套"), page=3,
)  # fmt: skip
TURN = KeptTurn(
    n=2, asked=UTC, state=TurnState.FAILED, filters=("type=pdf",), answer=ANSWER, hits=(hit(1),),
    problem=Failure("source", "file_empty", "It is empty.", "Get another."), withheld=True, groups={"d": ("hr",)},
)  # fmt: skip
CHANGES = SourceChanges(5, ("手册",), ("Minutes",))

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
    "thinking event": ThinkingBegun("qwen3:4b"),
    "token event": Token("戴\n"),
    "conversation": Conversation(
        ConversationEntry("c", "手套", "什么手套？", UTC, ELSEWHERE, 2, "/c/s", "user:ada"), (TURN,), CHANGES
    ),
    "shared conversation": SharedConversation("手套", UTC, (TURN,), CHANGES),
    "conversation event": ConversationBegun("c", "手套", 2),
    "lines": DocumentLines(
        document_id="d",
        title="手册",
        source="/in/手册.pdf",
        type="pdf",
        state="indexed",
        total=9,
        pages=3,
        lines=(Line(4, "必须戴手套。", 3),),
        passages=(PassageLines("d-1-aa", 3, 5),),
        next=5,
    ),
    "grep": GrepResults(
        documents=(
            DocumentFound(
                document_id="d",
                title="手册",
                source="/in/手册.pdf",
                type="pdf",
                total=7,
                lines=(FoundLine(4, "必须戴手套。", None, ("上",), ("下", "")),),
                next=8,
            ),
        ),
        total=7,
        read=2,
        unread=998,
        unread_more=True,
        too_long=("e",),
        next="d",
        took_ms=1.2345,
    ),
    "checks": SentenceChecks(
        sentences=(
            CheckedSentence(
                text="必须戴3只手套。",
                support=Support.UNSUPPORTED,
                reason=Reason.FACTS_MISSING,
                explanation="The passages lack 3.",
                missing=("3",),
                agreement=2 / 3,
                passages=(
                    CheckedPassage(
                        chunk_id="d-1-aa",
                        document_id="d",
                        title="手册",
                        source="/in/手册.pdf",
                        page=3,
                        quote="必须戴手套。",
                        support=Support.WEAK,
                        reason=Reason.PARTLY,
                    ),
                ),
            ),
        ),
        supported=False,
        notices=(Notice("check_disputed", "Another passage does not agree.", "d-2-aa"),),
    ),
}
