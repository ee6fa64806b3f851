"""The model that answers, and how many ask it at once."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, Field, model_validator

from searchapp.settings.addresses import WebAddress


class AnswerSettings(BaseModel):
    """Ollama and its answers."""

    ollama_url: WebAddress = Field("http://127.0.0.1:11434", description="Address of Ollama.")
    llm_model: str = Field("llama3.2", description="Ollama model that writes the answers.")
    llm_context_tokens: int = Field(
        4096, ge=512, description="Context window asked of Ollama (num_ctx), in the chat model's tokens."
    )
    llm_answer_tokens: int = Field(512, ge=32, description="Tokens kept free in the window for the answer.")
    llm_timeout_seconds: float = Field(
        120.0, gt=0, description="Longest silence of Ollama before an answer is given up, in seconds."
    )
    answers_at_once: int = Field(2, ge=1, le=64, description="Answers that the page writes at the same time.")
    answers_waiting: int = Field(
        16, ge=0, le=256, description="Questions that may wait for their turn; later ones are told when to ask again."
    )

    @model_validator(mode="after")
    def _answer_fits_the_window(self) -> Self:
        if self.llm_answer_tokens * 2 > self.llm_context_tokens:
            raise ValueError("llm_answer_tokens must be at most half of llm_context_tokens")
        return self
