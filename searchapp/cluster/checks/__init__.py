"""What ``searchapp doctor`` looks at in an Elasticsearch cluster; nothing is changed.

A check is a function from the application to findings. It is named here, in the order in which people read.
"""

from searchapp.cluster.checks import indices, nodes

REACHABLE = (nodes.SERVER, nodes.check_server)
"""Asked first: where it fails, none of the others can tell anything."""

CHECKS = (
    (nodes.LICENCE, nodes.check_licence),
    (nodes.INFERENCE, nodes.check_inference),
    (nodes.HEALTH, nodes.check_health),
    (nodes.NODES, nodes.check_nodes),
    (nodes.DISK, nodes.check_disk),
    (indices.SHARDS, indices.check_shards),
    (indices.BLOCKS, indices.check_blocks),
    (nodes.PRIVILEGES, nodes.check_privileges),
    (indices.ALIASES, indices.check_aliases),
    (indices.VERSIONS, indices.check_versions),
    (indices.TEMPLATES, indices.check_templates),
)
