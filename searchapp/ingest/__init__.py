"""One pipeline from sources to the store: read, look up, embed, write.

``pipeline`` puts the stages together; ``reading`` compares sources with the registry, claims and parses them;
``windows`` embeds and writes; ``channel`` runs stages ahead of each other. ``claims`` and ``owner`` keep two processes
off one document, ``entries`` says what the registry is told, ``patience`` waits for services, ``moves`` and ``sync``
follow files, ``watch`` tells of their changes; ``trash`` undoes deletions. What is queued is done in ``batches``, which
``redis_queue`` carries to a ``worker`` on any machine.
"""

from searchapp.ingest.originals import Originals
from searchapp.ingest.pipeline import Ingester
from searchapp.ingest.redis_queue import RedisQueue
from searchapp.ingest.reencode import Reencode
from searchapp.ingest.sync import Sync
from searchapp.ingest.trash import Trash

__all__ = ["Ingester", "Originals", "RedisQueue", "Reencode", "Sync", "Trash"]
