"""A small library that shows what the page can show: types, languages, pages, headings, dates."""

import dataclasses
import datetime as dt
import textwrap

from searchapp.model import DocumentState, Retriever, RetrieverScore, Sentence, Support
from tests.sources.pdf_files import pdf
from tests.web.stand_in import MODIFIED, StandIn, entry, hit

S, E = "\ue000", "\ue001"

GLOVES = (
    "Operators must wear cut-resistant gloves of class D or higher whenever the press is open. Gloves are replaced "
    "after any visible damage, and at the latest after six months of use. Leather gloves are not a substitute."
)
PROCEDURE = (
    "Before entering the cell, lock the main switch and hang your personal tag on it. The lock stays in place until "
    "the last person has left the cell, even across a change of shift."
)
CHINESE = (
    "操作人员在设备开启时必须佩戴防割手套。手套如有破损应立即更换，最长使用期限为六个月。皮革手套不能代替防割手套。"
)
AUDIT = (
    "The audit found that gloves were kept in the correct size at four of five presses. At press 3 only size 9 was at "
    "hand, which led two operators to work without protection."
)


def fill(app: StandIn) -> None:
    """Four documents, their passages, and an answer about gloves with one sentence that nothing supports."""
    app.add(
        hit(
            "press-safety",
            GLOVES,
            title="Press shop safety manual",
            source="/srv/handbook/safety/press-safety.pdf",
            type="pdf",
            page=12,
            headings=("Protective equipment", "Hands"),
            highlights=(GLOVES.replace("gloves", f"{S}gloves{E}").replace("Gloves", f"{S}Gloves{E}"),),
            score=0.982,
        ),
        original=pdf(*["Press shop safety manual"] * 11, "\n".join(textwrap.wrap(GLOVES, 70)), "Eyes and ears"),
        pages=13,
        chunks=112,
    )
    app.add(
        hit(
            "gloves-zh",
            CHINESE,
            title="冲压车间安全手册：手套 gloves",
            source="https://intranet.example.org/zh/safety/gloves.html",
            type="html",
            language="zh",
            headings=("个人防护", "手部"),
            highlights=(CHINESE.replace("手套", f"{S}手套{E}"),),
            scores={Retriever.SEMANTIC: RetrieverScore(1, 0.712)},
            score=0.741,
        ),
        original=f"<!doctype html><title>手套</title><p>{CHINESE}</p>".encode(),
        chunks=18,
    )
    app.add(
        hit(
            "audit-2023",
            AUDIT,
            title="Audit 2023, findings",
            source="/srv/handbook/audits/2023/findings.md",
            headings=("Findings", "Press line B"),
            highlights=(AUDIT.replace("gloves", f"{S}gloves{E}"),),
            modified=dt.datetime(2023, 11, 20, tzinfo=dt.UTC),
            score=0.603,
        ),
        original=f"# Findings\n\n{AUDIT}\n".encode(),
        chunks=9,
    )
    app.add(
        hit(
            "lockout",
            PROCEDURE + " Put your gloves on first.",
            title="Lockout procedure PPR-9087",
            source="/srv/handbook/procedures/ppr-9087.md",
            headings=("Entering the cell",),
            scores={Retriever.KEYWORD: RetrieverScore(4, 2.114)},
            score=0.287,
        ),
        original=f"# Lockout\n\n{PROCEDURE}\n".encode(),
        chunks=4,
    )
    app.answerer.sentences = [
        Sentence(
            "Operators wear cut-resistant gloves of class D or higher while the press is open [1].",
            (1,),
            Support.SUPPORTED,
        ),
        Sentence(
            "Damaged gloves are replaced at once, and all gloves after six months [1][2].", (1, 2), Support.SUPPORTED
        ),
        Sentence(
            "In 2023 two operators at press 3 worked without, since only size 9 was there [3].", (3,), Support.WEAK
        ),
        Sentence("New gloves are handed out at the gate every Monday [3].", (3,), Support.UNSUPPORTED, ("Monday",)),
    ]


def fill_registry(app: StandIn) -> None:
    """Documents in every state, for the page of documents."""
    states = [
        entry(
            "w1",
            "/srv/handbook/new/training-plan.pdf",
            title="",
            type="",
            language="",
            chunks=0,
            state=DocumentState.RUNNING,
        ),
        entry(
            "w2",
            "https://example.org/news/2024",
            title="",
            type="",
            language="",
            chunks=0,
            state=DocumentState.QUEUED,
        ),
        entry(
            "w3",
            "/srv/handbook/scans/old-contract.pdf",
            title="old-contract",
            type="pdf",
            state=DocumentState.FAILED,
            chunks=0,
            error="The file is protected by a password. Remove the password and add it again.",
        ),
        entry(
            "w4",
            "/srv/scans/minutes.pdf",
            title="Minutes 1998",
            type="pdf",
            pages=4,
            pages_indexed=2,
            note="Pages 3 and 4 hold no text.",
        ),
        entry(
            "w5",
            "/srv/handbook/scans/torn.docx",
            title="torn",
            type="docx",
            state=DocumentState.QUARANTINED,
            chunks=0,
            failures=3,
            error="/srv/handbook/scans/torn.docx is damaged: it ends too early. Get a fresh copy.",
        ),
        entry("w6", "https://example.org/docs/", title="Docs", type="html", state=DocumentState.UNCHANGED, chunks=9),
        entry(
            "w7",
            "https://example.org/manual/",
            title="",
            type="",
            language="",
            chunks=0,
            state=DocumentState.QUEUED,
            depth=2,
        ),
    ]
    for n, one in enumerate(states):  # listed in this order, the newest first
        app.store.put(dataclasses.replace(one, updated=MODIFIED - dt.timedelta(minutes=n)))
