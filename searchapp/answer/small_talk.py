"""What is said to the program rather than asked of the documents: a greeting, thanks, or what it is and can do.

Only where nothing else is said: "hello, who signs PPR-9087?" is a question.
"""

from __future__ import annotations

import re
from collections.abc import Generator

from searchapp.answer.context import is_zh
from searchapp.messages import Message, reader_language
from searchapp.model import Answer, AnswerEvent, Done, Token
from searchapp.text.words import fold_width, has_cjk

MOST_CHARACTERS = 80
"""What is longer asks something."""

_SAID = {
    "greeted": (
        "hello|hi|hiya|hey|howdy|greetings|good (?:morning|afternoon|evening|day)|how are you(?: doing)?(?: today)?"
        "|nice to meet you|hallo|guten tag|bonjour|hola|你好吗?|您好|嗨|哈喽|哈啰|大家好"
        "|早|早安|早上好|上午好|中午好|下午好"
        "|晚上好"
        "|在吗|在不在|こんにちは|こんばんは|おはよう(?:ございます)?|안녕|안녕하세요"
    ),
    "thanked": (
        "thanks|many thanks|thank you|thx|thanks a lot|thank you (?:very|so) much|cheers|much appreciated|that helps"
        "|great|perfect|ok|okay|got it|谢谢|谢谢你|谢谢您|多谢|非常感谢|感谢|好的|明白了|知道了|辛苦了"
        "|ありがとう(?:ございます)?|감사합니다|고마워요?"
    ),
    "parted": "bye|bye bye|goodbye|good night|see you|see you later|再见|拜拜|晚安|さようなら|안녕히 계세요",
    "introduced": (
        "help|help me|who are you|what are you|what is this (?:app|application|program|site|website|page|tool)"
        "|what is searchapp|what s searchapp|what s your name|what is your name|introduce yourself"
        "|tell me about yourself|what (?:can|do|could) you do(?: for me)?|what (?:can|should|could) i (?:ask|do)"
        "(?: you)?(?: here)?|how (?:do|does|can) (?:you|searchapp) work|how (?:do|can|should) i use (?:you|this|it)"
        "|what (?:are you able to do|do you know|are you for)|how can you help(?: me)?|can you help(?: me)?"
        "|are you (?:a |an )?(?:bot|robot|ai|human|real|person|chatgpt|language model)|your name|getting started"
        "|你是谁|您是谁|你是什么|你叫什么|你叫什么名字|你是机器人吗|你是人吗|你是ai吗|你能(?:做|干)(?:些|点)?什么|你(?:可以|会)(?:做|干)?(?:些|点)?什么"
        "|你(?:能|可以)帮我(?:做|干)?(?:些|点)?什么吗?|你有(?:什么|哪些)功能|介绍一下你自己|介绍一下自己|自我介绍|我(?:能|可以)问(?:你)?(?:些)?什么"
        "|帮助|帮帮我|怎么用|怎么使用|如何使用|使用说明|这个(?:程序|网站|系统|软件|工具)(?:是什么|怎么用)"
        "|あなたは誰(?:ですか)?|何ができますか|使い方|ヘルプ|누구세요|무엇을 할 수 있나요|뭘 할 수 있어요?|도움말"
    ),
}
_WHOLE = {code: re.compile(f"(?:{said})") for code, said in _SAID.items()}
_TO_IT = re.compile(
    r"(?:there|all|everyone|everybody|again|searchapp|please|so much|a lot|friend)(?: |$)|请问|[啊呀哦呢吗吧请了]"
)
_MARKS = re.compile(r"[^\w]+|_+")


def small_talk(question: str) -> Message | None:
    """What answers it, where it is nothing but small talk; None where something is asked of the documents."""
    if len(question) > MOST_CHARACTERS or '"' in question:
        return None
    rest = _MARKS.sub(" ", fold_width(question).casefold()).strip()
    code = None
    while rest:
        found = max(
            ((match.end(), said) for said, whole in _WHOLE.items() for match in _all(whole, rest)), default=None
        )
        if found is None:
            return None
        code = found[1] if code in (None, "greeted", "thanked") else code
        rest = rest[found[0] :].strip()
        while match := _TO_IT.match(rest):
            rest = rest[match.end() :].strip()
    return Message(code) if code else None


def _all(whole: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """The longest match at the beginning that ends with a word; Chinese parts none."""
    places = [at for at in range(len(text), 0, -1) if at == len(text) or text[at] == " " or has_cjk(text[at - 1])]
    return [match for at in places if (match := whole.fullmatch(text, 0, at))][:1]


def spoken(question: str, said: Message, *, refused: bool = False) -> Generator[AnswerEvent, None, None]:
    """The events of an answer that comes from no document, in the reader's language: of a Chinese question Chinese."""
    text = said.text("zh" if is_zh(question) else reader_language())
    yield Token(text)
    yield Done(
        Answer(
            question=question,
            answer=text,
            model="",
            refused=refused,
            extractive=False,
            passages_used=0,
            passages_found=0,
            citations=(),
            sentences=(),
        )
    )
