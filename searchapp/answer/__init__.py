"""Question to answer: passages within the model's budget, Ollama's words, and every citation checked.

``conversation`` makes follow-ups stand alone; ``gate`` decides whether there is anything to answer from; ``context``
fits passages into the window; ``citations`` checks each sentence, by ``verification`` against the ``evidence``;
``extractive`` answers without a model; ``answerer`` puts them together.
"""

from searchapp.answer.answerer import Answerer

__all__ = ["Answerer"]
