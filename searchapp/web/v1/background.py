"""What Open WebUI asks of a model by itself, beside the reader's questions: titles, tags, follow-ups, search queries.

Nobody asks the documents such a thing: a search for it would find nothing, or something wrong, and take a model's time.
Its prompts are one message that begins with ``### Task:``, or holds the chat in ``<chat_history>``, and names the JSON
that it wants (``DEFAULT_*_GENERATION_PROMPT_TEMPLATE`` in its ``backend/open_webui/config.py``). They are answered by
rule, in that JSON, and no model is asked. A prompt that somebody has rewritten without either mark is a question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from searchapp.conversations.titles import title_of
from searchapp.errors import UsageError
from searchapp.web.v1.bodies import ChatMessage, Role

_TASK = "### Task:"
_CHAT, _CHAT_ENDS = "<chat_history>", "</chat_history>"
_FIRST = re.compile(r"^[^\S\n]*+USER:[^\S\n]*+(?P<said>\S[^\n]*+)", re.MULTILINE)
_TITLE = "title"
_WANTED = re.compile(rf'"(?P<key>{_TITLE}|tags|follow_ups|queries|text|prompt)"\s*+:')
_LISTS = frozenset({"tags", "follow_ups", "queries"})
_ATTACHED = "<context>"


def reply_to_client(messages: Sequence[ChatMessage]) -> str | None:
    """The reply to a job of the client's own; None for a question.

    Raises UsageError for a question around which the client has put other texts than these documents.
    """
    text = messages[-1].content.strip()
    is_alone = [message.role for message in messages] == [Role.USER]
    if text.startswith(_TASK) and _ATTACHED in text.partition(_CHAT)[0]:  # a template with the client's own files
        raise UsageError("client_files_unread")
    if is_alone and (text.startswith(_TASK) or (_CHAT in text and _CHAT_ENDS in text)):
        rules, _, chat = text.partition(_CHAT)
        if wanted := _WANTED.search(rules):
            return _made(wanted["key"], chat)
        if chat:
            return "{}"
    return None


def _made(key: str, chat: str) -> str:
    if key == _TITLE:
        said = _FIRST.search(chat)
        return json.dumps({key: title_of(said["said"]) if said else ""}, ensure_ascii=False)
    return json.dumps({key: [] if key in _LISTS else ""})
