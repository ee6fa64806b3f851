"""What ``searchapp doctor`` looks at in an Elasticsearch cluster, a file each; nothing is changed.

A check is a function from the application to findings. Its module is named here, in the order in which people read.
"""

from searchapp.cluster.checks import (
    aliases,
    blocks,
    disk,
    health,
    inference,
    licence,
    nodes,
    privileges,
    server,
    shards,
    templates,
    versions,
)

REACHABLE = server.check
"""Asked first: where it fails, none of the others can tell anything."""

CHECKS = (
    licence.check,
    inference.check,
    health.check,
    nodes.check,
    disk.check,
    shards.check,
    blocks.check,
    privileges.check,
    aliases.check,
    versions.check,
    templates.check,
)
