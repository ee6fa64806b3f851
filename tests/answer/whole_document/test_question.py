"""What asks for whole documents, in four languages, and what names are read from it."""

from __future__ import annotations

import pytest

from searchapp.answer.whole_document.question import Task, whole_question


@pytest.mark.parametrize(
    "question",
    [
        "Summarise this document",
        "summarize it please",
        "What is this document about?",
        "What's this about?",
        "What does this document say?",
        "Give me the key points",
        "Could you give me a short summary of this file in five sentences?",
        "tl;dr",
        "What are the main findings?",
        "Explain this document to me",
        "总结一下这篇文档",
        "请帮我把这篇文档总结一下",
        "这份文件讲什么",
        "这篇文章主要讲了什么？",
        "这篇文档的主要内容是什么？",
        "列出这份报告的要点",
        "概括全文",
        "この文書を要約してください",
        "이 문서를 요약해 주세요",
    ],
)
def test_a_document_is_pointed_to(question: str) -> None:
    found = whole_question(question)
    assert found is not None and found.task is Task.SUMMARY and found.pointed


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Summarise the Compressor manual", "Compressor manual"),
        ("What is the compressor manual about?", "compressor manual"),
        ("What does the compressor manual say?", "compressor manual"),
        ("Please summarise annual_report.pdf in three sentences", "annual_report.pdf"),
        ('Give me the key points of "Terms and Conditions"', "Terms and Conditions"),
        ("总结《压缩机手册》", "压缩机手册"),
        ("压缩机手册讲了什么？", "压缩机手册"),
        ("压缩机手册的要点有哪些？", "压缩机手册"),
    ],
)
def test_a_document_is_named(question: str, name: str) -> None:
    found = whole_question(question)
    assert found is not None and (found.names, found.pointed) == (((name,),), False)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Compare the old contract and the new contract", ("old contract", "new contract")),
        ("compare plan.pdf with report.pdf", ("plan.pdf", "report.pdf")),
        ("What is the difference between Report 2022 and Report 2023?", ("Report 2022", "Report 2023")),
        ("How does the old contract differ from the new contract?", ("old contract", "new contract")),
        ("plan.pdf vs report.pdf", ("plan.pdf", "report.pdf")),
        ("比较《旧合同》和《新合同》", ("旧合同", "新合同")),
        ("旧合同和新合同有什么区别？", ("旧合同", "新合同")),
    ],
)
def test_two_documents_are_compared(question: str, names: tuple[str, str]) -> None:
    found = whole_question(question)
    assert found is not None and found.task is Task.COMPARISON and names in found.names


@pytest.mark.parametrize(
    "question", ["Compare these two documents", "比较这两篇文档", "What's the difference between them?"]
)
def test_two_documents_are_pointed_to(question: str) -> None:
    found = whole_question(question)
    assert found is not None and found.task is Task.COMPARISON and found.pointed


@pytest.mark.parametrize(
    "question",
    [
        "Which gloves must operators wear?",
        "What does the manual say about oil?",
        "What does PPR-9087 cost?",
        "设备开启时操作人员必须佩戴什么手套？",
        "How many incident reports are there?",
        "Summarise " + "very " * 80 + "long",
    ],
)
def test_other_questions_ask_for_none(question: str) -> None:
    assert whole_question(question) is None
