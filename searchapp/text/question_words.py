"""The words that ask: who, how many, 什么, 多少. No chunk that answers says them again."""

from __future__ import annotations

import re

from searchapp.text.words import content_terms

ENGLISH = frozenset("who whom whose what when where which why how".split())
"""The words with which a question begins, and a second one within it."""

CHINESE = re.compile(
    r"什么|谁|哪|多少|几|怎|为何|何时|何地|如何|是否|吗|呢|有没有|何|誰|いつ|どこ|なぜ|누구|언제|어디|무엇|왜"
)
"""What asks in Chinese, Japanese and Korean, anywhere in a sentence."""

TERMS = content_terms(
    "many much whom whose summarise summarize summary explain describe list tell give show compare me please"
) | frozenset(
    "什么 哪些 怎么 怎样 怎么办 怎么样 如何 多少 多久 多长 多重 为什么 为何 何时 何处 谁 哪里 哪儿 哪个 哪天 几".split()
    + "是否 有没有 分别 时候 名字 时间 地方 总结 概括 介绍 列出 告诉 说明 解释".split()
)
"""The same as terms of a question, the kind of answer and what is to be done with it among them."""
