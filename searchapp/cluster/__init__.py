"""For the people who run the cluster: what stands there, what is missing, and the way to another model."""

from searchapp.cluster.apply import Applied, apply
from searchapp.cluster.plan import Plan, plan
from searchapp.cluster.reindex import reindex
from searchapp.cluster.status import ClusterStatus, IndexStatus, status
from searchapp.cluster.versions import prune, rollback

__all__ = ["Applied", "ClusterStatus", "IndexStatus", "Plan", "apply", "plan", "prune", "reindex", "rollback", "status"]
