"""The door to servers that speak OpenAI's protocol, of embeddings and of language models, with our errors."""

from searchapp.openai_api.client import EmbeddingsServer
from searchapp.openai_api.retrying import HURRIED, PATIENT, Retries

__all__ = ["HURRIED", "PATIENT", "EmbeddingsServer", "Retries"]
