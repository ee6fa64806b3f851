"""What a monitor should know of the embedding model: how much it does, how long that takes, and who waits."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

TEXTS = Counter("searchapp_embedding_texts", "Texts that the model has embedded.", ["kind"])
CALL_SECONDS = Histogram(
    "searchapp_embedding_call_seconds",
    "How long one call of the model took, by what was embedded: queries, documents, or what is not urgent (spare).",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)
CACHED = Counter("searchapp_embedding_cached_queries", "Queries whose vector was still known.")
WAITING = Gauge("searchapp_embedding_callers", "Callers that wait for the vector of a query.")
TURNED_AWAY = Counter("searchapp_embedding_turned_away", "Callers that were told to come back.")
TOKENS_SENT = Counter("searchapp_embedding_tokens_sent", "Tokens that were sent to a server of embeddings.")
