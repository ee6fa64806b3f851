"""How another model would change what readers find: both models asked the judged queries over a sample of documents."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.cluster.agreement import judged_questions
from searchapp.cluster.store import elasticsearch_store
from searchapp.errors import UsageError
from searchapp.evaluation.models import compare
from searchapp.model import SearchMode
from searchapp.progress import Progress
from searchapp.wiring import Application

JUDGED = 200
"""Most queries that are asked."""


@dataclass(frozen=True, slots=True)
class Expected:
    """nDCG@10 of hybrid search by the live index's model and by the configured one, over the same documents.

    The sample has the judged documents and others that distract from them; among all documents of an index there are
    more of those, and both figures are lower.
    """

    model_before: str
    model_after: str
    before: float
    after: float
    queries: int
    documents: int


def expected(
    application: Application, documents: int, progress: Progress = lambda what, done, total: None
) -> Expected | None:
    """Measure both models in temporary stores; the index is only read. None where the model stays.

    Raises UsageError where nobody has judged anything, and what keeps one of the models from being measured.
    """
    live = elasticsearch_store(application).live()
    configured = application.embedder.fingerprint
    if live is None or live.spec is None or live.spec.fingerprint.matches(configured):
        return None
    questions = judged_questions(application, JUDGED)
    if questions is None:
        raise UsageError("nothing_judged_to_expect")
    models = [f"{one.provider}:{one.model}" for one in (live.spec.fingerprint, configured)]
    found = compare(application, models, questions, documents, progress)
    for one in found.models:
        if one.error:
            raise UsageError("model_unmeasured", model=one.model, why=one.error.message, remedy=one.error.remedy)
    figures = {one.model: one.ndcg_at_10[SearchMode.HYBRID] for one in found.models}
    before, after = (figures[model] for model in models)
    return Expected(models[0], models[1], before, after, found.queries, found.documents)
