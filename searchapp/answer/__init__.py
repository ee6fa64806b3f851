"""Question to answer: chunks within the model's budget, Ollama's words, and every citation checked.

``conversation`` makes follow-ups stand alone; ``answerability`` decides whether there is anything to answer from;
``context`` fits chunks into the window, made harmless by ``prompt_sanitizer``; ``citations`` checks each sentence, by
``verification`` against what they say; ``extractive`` answers without a model; ``answerer`` puts them together.
"""

from searchapp.answer.answerer import Answerer

__all__ = ["Answerer"]
