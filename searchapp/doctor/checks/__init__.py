"""What every installation has, a file each, in the order in which people read."""

from searchapp.doctor.checks import (
    consistency,
    data_folder,
    embedding,
    model,
    ollama,
    queue,
    reranker,
    storage,
    workers,
)

MODELS = (embedding.check, reranker.check, ollama.check)
EMBEDDED = (storage.check, data_folder.check)
STORE = (model.check, queue.check, workers.check)
DOCUMENTS = (consistency.check,)
