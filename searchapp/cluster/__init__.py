"""For the people who run the cluster: what stands there, and putting what is missing."""

from searchapp.cluster.apply import apply
from searchapp.cluster.status import ClusterStatus, IndexStatus, status

__all__ = ["ClusterStatus", "IndexStatus", "apply", "status"]
