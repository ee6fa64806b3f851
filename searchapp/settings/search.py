"""How two rankings become one, and whether a model ranks the best anew."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field


class Fusion(StrEnum):
    """How the keyword and the semantic ranking become one; see ``search/fusion.py``."""

    WEIGHTED = "weighted"
    RRF = "rrf"


class SearchSettings(BaseModel):
    """Search."""

    fusion: Fusion = Field(Fusion.WEIGHTED, description="How both rankings become one: weighted or rrf.")
    semantic_weight: float = Field(
        0.88,
        ge=0.0,
        le=1.0,
        description="Share of the semantic leg in the weighted sum (0 to 1), for a query that the model knows.",
    )
    reranker: str = Field(
        "",
        description="A cross-encoder of sentence-transformers (a folder, or a name in the local hub cache) that ranks "
        "the best hits of a hybrid search anew; empty: none. It must be on this machine.",
    )
    reranked: int = Field(20, ge=1, le=100, description="How many of the best passages the reranker reads.")
