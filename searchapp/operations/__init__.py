"""What the operator's page shows and does, whichever store runs.

``overview`` looks at the store, the versions of the index and the queue; ``actions`` names what can be started, each
with its way back; ``tasks`` runs one of them at a time in the background and remembers how it went.
"""

from searchapp.operations.actions import Action, start
from searchapp.operations.overview import Overview, Queue, Version, overview
from searchapp.operations.tasks import Progress, Stopped, Task, Tasks, TaskState

__all__ = [
    "Action",
    "Overview",
    "Progress",
    "Queue",
    "Stopped",
    "Task",
    "TaskState",
    "Tasks",
    "Version",
    "overview",
    "start",
]
