"""Language models that write: what every server of them promises, and which of its models answers."""

from searchapp.llm.base import LanguageServer, ReplyPart, Vocabulary
from searchapp.llm.models import ChatModel, answering, choices

__all__ = ["ChatModel", "LanguageServer", "ReplyPart", "Vocabulary", "answering", "choices"]
