"""The door to servers of embeddings that speak OpenAI's protocol: requests, retries, answers, with our errors."""

from searchapp.openai_api.client import EmbeddingsServer
from searchapp.openai_api.retrying import HURRIED, PATIENT, Retries

__all__ = ["HURRIED", "PATIENT", "EmbeddingsServer", "Retries"]
