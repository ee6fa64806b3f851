"""The door to Ollama: its client with our errors, and its models' tokenizers. Embedding and answers both use it."""

from searchapp.ollama_api.client import OllamaServer
from searchapp.ollama_api.tokenizer import control_tokens_of, tokenizer_of

__all__ = ["OllamaServer", "control_tokens_of", "tokenizer_of"]
