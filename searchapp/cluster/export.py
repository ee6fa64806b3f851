"""``es export``: what es/ and the settings want of a cluster, as files for other tools: JSON bodies, and Terraform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from searchapp.cluster.repository import repository_body, repository_name
from searchapp.cluster.roles import descriptors
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.cluster.terraform import terraform
from searchapp.errors import unwritable
from searchapp.private_folder import write_whole
from searchapp.stores.elasticsearch.installation import owned_meta
from searchapp.stores.elasticsearch.templates import Templates
from searchapp.wiring import Application

TERRAFORM_FILE = "searchapp.tf.json"


@dataclass(frozen=True, slots=True)
class SnapshotSchedule:
    """When snapshots are taken (Elasticsearch's cron, UTC) and how long each is kept."""

    schedule: str = "0 30 1 * * ?"
    expire_after: str = "30d"
    min_count: int = 7
    max_count: int = 100


@dataclass(frozen=True, slots=True)
class Exported:
    """Bodies as Elasticsearch's API takes them, by name; ``repository`` and ``policy`` are empty where none is set."""

    components: dict[str, Json]
    indices: dict[str, Json]
    pipelines: dict[str, Json]
    roles: dict[str, Json]
    repository: dict[str, Json]
    policy: dict[str, Json]

    def files(self) -> Iterator[tuple[str, Json]]:
        """Each file's path below the folder, and what it holds."""
        folders = {
            "component_templates": self.components,
            "index_templates": self.indices,
            "pipelines": self.pipelines,
            "roles": self.roles,
            "snapshot_repositories": self.repository,
            "snapshot_policies": self.policy,
        }
        for folder, bodies in folders.items():
            for name, body in bodies.items():
                yield f"{folder}/{name}.json", body
        yield TERRAFORM_FILE, terraform(**{field: getattr(self, field) for field in self.__slots__})


def exported(application: Application, snapshots: SnapshotSchedule = SnapshotSchedule()) -> Exported:
    """What a cluster should hold. Templates are sized for the live index's model, else for the configured one.

    The policy takes the live index and the registry into the repository of SEARCHAPP_SNAPSHOT_REPOSITORY; without one
    there is none. Raises UsageError without SEARCHAPP_ELASTICSEARCH_URL.
    """
    store = elasticsearch_store(application)
    built_with = store.fingerprint() or application.embedder.fingerprint
    templates: Templates = store.templates(built_with.dims)
    prefix = store.names.prefix
    repository, policy = {}, {}
    if store.settings.snapshot_repository:
        repository = {repository_name(prefix): repository_body(store.settings.snapshot_repository)}
        policy = {f"{prefix}-daily": _policy(store.names.chunks, store.names.documents, prefix, snapshots)}
    return Exported(
        components=_owned(templates.components),
        indices=_owned(templates.indices),
        pipelines=_owned(templates.pipelines),
        roles={f"{prefix}-{role}": body for role, body in descriptors(application).items()},
        repository=repository,
        policy=policy,
    )


def export(application: Application, folder: Path, snapshots: SnapshotSchedule = SnapshotSchedule()) -> list[Path]:
    """Write the files below ``folder``, in the place of earlier ones; returns their paths. Raises StorageError."""
    written = []
    for name, body in exported(application, snapshots).files():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(body, ensure_ascii=False, indent=2) + "\n")
        except OSError as error:
            raise unwritable(folder, error, "FOLDER") from error
        written.append(path)
    return written


def _owned(bodies: dict[str, Json]) -> dict[str, Json]:
    """With the note by which ``es plan`` knows its own: what is put by another tool is then no edit by hand."""
    return {name: {**body, "_meta": owned_meta(body)} for name, body in bodies.items()}


def _policy(chunks: str, documents: str, prefix: str, snapshots: SnapshotSchedule) -> Json:
    return {
        # Elasticsearch puts letters of its own behind the name; es snapshot list finds it by the prefix.
        "name": f"<{prefix}-{{now{{yyyyMMdd-HHmmss}}}}>",
        "schedule": snapshots.schedule,
        "repository": repository_name(prefix),
        "config": {
            "indices": [chunks, documents],
            "ignore_unavailable": False,
            "include_global_state": False,
            "metadata": {"taken_by": "searchapp"},
        },
        "retention": {
            "expire_after": snapshots.expire_after,
            "min_count": snapshots.min_count,
            "max_count": snapshots.max_count,
        },
    }
