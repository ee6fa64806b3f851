"""``es apply``: templates, the first index behind its alias, and the registry."""

from __future__ import annotations

from searchapp.cluster.store import elasticsearch_store
from searchapp.stores import model_in_use
from searchapp.stores.elasticsearch.installation import Step
from searchapp.wiring import Application


def apply(application: Application) -> list[Step]:
    """Put es/mappings, sized for the configured model, and create what is missing; an index that exists is not changed.

    Raises UsageError without SEARCHAPP_ELASTICSEARCH_URL, and ModelMismatchError when the index behind the alias was
    built with another model.
    """
    store = elasticsearch_store(application)
    store.check()
    return store.apply(model_in_use(store, application.embedder.fingerprint))
