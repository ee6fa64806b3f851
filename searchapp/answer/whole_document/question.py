"""Questions about whole documents: to summarise one, or to compare two. What they name is a title, or "this document".

What only looks like one ("summarise the safety rules") names no document, and is searched for like any other question.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from searchapp.text.words import fold_width

MOST_CHARACTERS = 300
"""What is longer says more than which documents are meant."""

MOST_SPLITS = 6
"""Places at which two names may part: titles have an "and" of their own."""


class Task(StrEnum):
    """What is to be done with whole documents."""

    SUMMARY = "summary"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class WholeQuestion:
    """What is asked of which documents; ``names`` are the ways of reading the names, "" where one is only pointed to.

    ``pointed``: nothing but "this document", "these two files", or no document at all is named; ``pronoun``: nothing
    but "it" or "them", which in a conversation may be anything.
    """

    task: Task
    names: tuple[tuple[str, ...], ...]
    pointed: bool
    pronoun: bool = False


_POLITE = re.compile(
    r"(?:(?:please|kindly|can you|could you|would you|will you|i want you to|i need you to|help me(?: to)?|briefly|now"
    r"|in (?:a nutshell|short|brief|one sentence|a few words|simple terms)|用(?:中文|英文|英语|汉语)"
    r"|用?[一两二三几\d]{1,3}(?:句话|个字|段话)"
    r"|请问|请|麻烦|帮我|帮忙|帮|你能不能|能不能|能否|可否|可以|你能|你|给我|为我|简要地?|简单地?|大致|用[^，,]{1,8}话)[\s,，]*+)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,](?:please|briefly|for me|to me|for us|in (?:a |one |two |three |four |five |ten |\d{1,3} )?(?:few |short )?"
    r"(?:sentences?|words?|(?:bullet )?points?|bullets|paragraphs?|pages?|chinese|english|german|short|brief|detail))$",
    re.IGNORECASE,
)
_POINTS = (
    r"(?:summary|overview|outline|gist|abstract|synopsis|takeaways|highlights|contents|subject|topic"
    r"|(?:key|main|central|core|most important|essential)\s(?:points?|ideas?|findings?|takeaways?|messages?|topics?"
    r"|themes?|conclusions?|contents?|facts|arguments?))"
)
_SUMMARISE = re.compile(
    r"(?:(?:summari[sz]e|sum up|recap|condense|outline|digest|tl;?dr)\b"
    r"|(?:(?:give|write|show|make|provide|create|list|tell|what are|what is|what's|whats|i need|i want|extract|get)\s)?"
    rf"(?:(?:me|us)\s)?(?:(?:a|an|the|its)\s)?(?:(?:short|brief|quick|concise|executive|good)\s)?{_POINTS}\b"
    r"(?=$|\s(?:of|from|in|for)\b)|(?:explain|describe|tell (?:me|us) about|read)\b"
    r"(?=\s(?:this|my|the (?:whole|entire|document|file|pdf|text))\b)|(?:what is|what's|whats)\sin\b"
    r"(?=\s(?:this|that|the (?:document|file|pdf|text))\b)|what (?:should|do|must) i (?:need to )?know about\b"
    r"(?=\s(?:this|that|the (?:document|file|pdf|text))\b)|what is the (?:purpose|aim|goal)\b"
    r"(?=\sof (?:this|that|the (?:document|file|pdf|text))\b))"
    r"[\s:]*+(?:(?:of|from|in|for)\s)?",
    re.IGNORECASE,
)
_WHAT = re.compile(r"(?:what is|what's|whats|what does|what do|what are|what)\s", re.IGNORECASE)
_ABOUT = re.compile(
    r"\s(?:is |are )?(?:all |mainly |mostly )?(?:about|say|says|cover|covers|contain|contains|deal with|discuss"
    r"|describe)$|\stell (?:me|us)$",
    re.IGNORECASE,
)
_ZH_VERBS = r"(?:总结|概括|归纳|概述|简述|小结|梳理|提炼|摘要)"
_ZH_NOUNS = (
    r"(?:主要内容|核心内容|内容摘要|内容概要|内容提要|内容|摘要|概要|提要|要点|重点|大意|主旨|中心思想|核心观点|主要观点|观点"
    r"|关键点|关键信息|总结|概述)"
)
_ZH_START = re.compile(
    rf"{_ZH_VERBS}(?:一下|下|出)?|(?:列出|写出|写|列|给出|提取|做|生成)(?:一下|一个|一份)?(?={_ZH_NOUNS}$|[这该本])"
    r"|(?:介绍|解释|说明|描述|讲解|讲讲|说说)(?:一下|下)?(?=[这该本此])"
)
_ZH_VERB_END = re.compile(rf"(?:做|进行|写|作)?(?:一个|个|一下)?{_ZH_VERBS}(?:一下|下)?$")
_ZH_NOUN_END = re.compile(rf"的?{_ZH_NOUNS}(?:是什么|有哪些|有什么|是啥)?$")
_ZH_ASK_END = re.compile(
    r"(?:主要|到底|大概|究竟)?(?:是|在|都)?(?:讲述|讲|说|写|谈|介绍|描述|关于)(?:的|了)?(?:是|些|一些)?(?:什么|啥|哪些)"
    r"(?:内容|东西|事情|事)?的?$|(?:里面?|中)?(?:有|是)什么内容$"
    r"|(?:里面?|中)都?(?:有|写了?|讲了?)些?(?:什么|啥)$"
)
_OTHER_END = re.compile(
    r"(?:を|の)?(?:要約|要点|概要|まとめ)(?:を|して|してください|を教えてください|を教えて|は)?$|は何について(?:ですか|の文書ですか|書かれていますか)?$"
    r"|(?:은|는)?\s?무엇에 (?:관한|대한) (?:것|문서|내용)(?:인가요|입니까|이야)?$"
    r"|\s?(?:을|를|의)?\s?(?:요약|정리|요점|개요)(?:해|해줘|해 줘|해주세요|해 주세요|을 알려줘)?$"
)
_COMPARE = re.compile(
    r"(?:compare|contrast)\s|(?:(?:what is|what's|whats|what are|list|show me|tell me|explain)\s)?(?:the\s)?"
    r"(?:(?:main|key)\s)?(?:differences?|similarities|comparison)\s(?:between|of)\s|how (?:does|do|is|are)\s"
    r"|what (?:has )?changed between\s"
    r"|(?:比较|对比|对照)(?:一下|下)?",
    re.IGNORECASE,
)
_COMPARE_END = re.compile(
    r"(?:之间)?(?:有什么|有哪些|有何|的)?(?:区别|差异|不同|异同|差别|不一样)(?:之处)?(?:是什么|有哪些|在哪里|在哪)?$|的?内容$"
    r"|\s(?:differ|compare|have in common)$"
    r"|を比較(?:して|してください)?$|の違い(?:は|は何ですか)?$"
    r"|\s?(?:을|를)?\s?비교(?:해|해줘|해 줘|해주세요|해 주세요)?$"
)
_PARTED = re.compile(
    r"\s(?:and|with|to|against|vs\.?|versus|differ from|differ to|different from|compared? (?:to|with))\s"
    r"|(?<=[^\s])(?:和|与|跟|以及|及|同|、|と|와|과)\s?(?=[^\s])|,\s(?=\S)",
    re.IGNORECASE,
)
_KINDS = (
    "documents?|files?|pdfs?|docs?|texts?|papers?|reports?|books?|articles?|pages?|manuals?|presentations?|slides?"
    "|spreadsheets?|tables?|emails?|contracts?|contents?|materials?|upload|attachment"
)
_POINTED = re.compile(
    rf"(?:(?:this|that|the|these|those|my|both|two|whole|entire|uploaded|attached|selected|following)\s)*(?:{_KINDS}|two)"
    r"|it|this|that|both|these|those|them|everything|all(?: of (?:it|this|them))?"
    r"|(?:这|那|该|本|此|上面|上述|当前|整|全|两|二|几)*(?:一|两|二|几)?(?:篇|份|个|本|部|张|段|些)?(?:里|中)?"
    r"(?:文档|文件|文章|文本|资料|报告|书|论文|手册|pdf|内容|材料|合同|表格|页面|网页|邮件|文|全文|它们?)?(?:里面?|中)?的?"
    r"|(?:この|これら?の?|2つの|二つの)?(?:文書|ファイル|資料|書類|ドキュメント|文章|pdf|これ)?"
    r"|(?:이|그|두|이 두)?\s?(?:문서|파일|자료|글|pdf|이것)?(?:은|는|을|를|의)?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"it|this|that|both|these|those|them|both of them|它们?|这|那|これ|이것", re.IGNORECASE)
_QUOTED = re.compile(r"[《「『“\"‘](?P<title>[^《》「」『』“”\"‘’]{1,120})[》」』”\"’]")
_ARTICLE = re.compile(
    r"^(?:(?:the|my|our|this|that|document|file|called|named|titled|entitled)\s|把|将|对|从|这篇|这份|这个|这本|文档|文件)+"
    r"|\s(?:document|file|pdf)$|(?:这篇|这份|这个|这本)(?:文档|文件|文章|报告|手册|书|论文)$|的?(?:文档|文件|里|中|里面)$|的$|[は을를의]$",
    re.IGNORECASE,
)


def whole_question(question: str) -> WholeQuestion | None:
    """What ``question`` asks of whole documents, if it may; whether there are such documents the library knows."""
    if len(question) > MOST_CHARACTERS:
        return None
    text = " ".join(fold_width(question).split()).strip(" ?!.。？！…:：")
    if polite := _POLITE.match(text):
        text = text[polite.end() :]
    while (tail := _TAIL.search(text)) is not None:
        text = text[: tail.start()].rstrip(" ,")
    if text[:4].casefold() == "sum " and text.casefold().endswith(" up"):
        text = f"sum up {text[4:-3]}"
    return _comparison(text) or _summary(text)


def _comparison(text: str) -> WholeQuestion | None:
    opened, ended = _COMPARE.match(text), _COMPARE_END.search(text)
    if ended and not opened:
        opened = _WHAT.match(text)  # "what do these two have in common"
    rest = text[opened.end() if opened else 0 : ended.start() if ended else len(text)].strip()
    if (opened or ended) and _POINTED.fullmatch(rest):
        return WholeQuestion(Task.COMPARISON, (), pointed=True, pronoun=_PRONOUN.fullmatch(rest) is not None)
    parted = [match for match, _ in zip(_PARTED.finditer(rest), range(MOST_SPLITS), strict=False)]
    if not (opened or ended):
        parted = [match for match in parted if match.group().strip(" .").casefold() in ("vs", "versus")]
    names = tuple((_bare(rest[: match.start()]), _bare(rest[match.end() :])) for match in parted)
    return WholeQuestion(Task.COMPARISON, names, pointed=False) if names else None


def _summary(text: str) -> WholeQuestion | None:
    name = _summarised(text)
    if name is None:
        return None
    name = name.strip()
    pointed = not name or _POINTED.fullmatch(name) is not None
    return WholeQuestion(Task.SUMMARY, ((_bare(name),),), pointed, pronoun=_PRONOUN.fullmatch(name) is not None)


def _summarised(text: str) -> str | None:
    """The name in it, "" where there is none; None where nothing asks for a summary."""
    if match := _SUMMARISE.match(text) or _ZH_START.match(text):
        rest = text[match.end() :]
        ending = _ZH_NOUN_END.search(rest)
        return rest[: ending.start()] if ending else rest
    if (match := _WHAT.match(text)) and (ending := _ABOUT.search(text, match.end() - 1)):
        return text[match.end() : ending.start()]
    for end in (_ZH_ASK_END, _ZH_VERB_END, _ZH_NOUN_END, _OTHER_END):
        if ending := end.search(text):
            return text[: ending.start()].removeprefix("把").removeprefix("将").removeprefix("对")
    return None


def _bare(name: str) -> str:
    """The name without quotation marks, articles and "document"."""
    if quoted := _QUOTED.search(name):
        return quoted["title"].strip()
    return _ARTICLE.sub("", _ARTICLE.sub("", name.strip())).strip()
