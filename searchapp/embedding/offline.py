"""Whether the configured model can be loaded without asking anybody outside."""

from __future__ import annotations

from pathlib import Path

from searchapp.settings import Settings


def is_here(settings: Settings) -> bool:
    """Whether the model's files lie on this machine. True for providers that fetch nothing."""
    provider, _, model = settings.embedding_model.partition(":")
    if provider != "sentence-transformers":
        return True
    from searchapp.embedding.sentence_transformers import PACKAGED

    if model.removeprefix("sentence-transformers/") == PACKAGED or Path(model).is_dir():
        return True
    from huggingface_hub import try_to_load_from_cache

    names = (model,) if "/" in model else (f"sentence-transformers/{model}",)
    return any(isinstance(try_to_load_from_cache(name, "config.json"), str) for name in names)
