"""One pipeline from sources to the store: read, compare, parse, embed, write.

``pipeline`` puts the stages together: ``reading`` finds sources, ``compare`` sees which have changed, ``parsing`` makes
chunks of those, ``batches`` embeds and writes them; ``prefetch`` runs stages ahead of each other. ``lifecycle`` says
which state follows which, ``leases`` keep two processes off one document, ``retry`` waits for services. ``site_crawl``
and ``sync`` follow sites and folders, ``trash`` undoes deletions, ``reembed`` moves documents to another model. What is
queued (``queue``) is done by the web process, or by a ``worker`` on any machine.
"""

from searchapp.ingest.originals import Originals
from searchapp.ingest.pipeline import Ingester
from searchapp.ingest.queue import RedisQueue
from searchapp.ingest.reembed import Reembed
from searchapp.ingest.sync import Sync
from searchapp.ingest.trash import Trash

__all__ = ["Ingester", "Originals", "RedisQueue", "Reembed", "Sync", "Trash"]
