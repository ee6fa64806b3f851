"""What the operator's page shows and does, whichever store runs.

``overview`` looks at the store, the versions of the index and the queue, ``board`` at all that is to be seen at a
glance, once for everybody who watches (``looking``); ``actions`` holds the queue still and lets it
go on, and names what can be started, each with its way back; ``tasks`` runs one of them at a time in the background
and remembers how it went; ``scheduled`` does what schedules are for; ``alerting`` looks what somebody should be told.
"""

from searchapp.operations.actions import Action, pause, paused, resume, start
from searchapp.operations.alerting import teller_of
from searchapp.operations.board import Board, Boards
from searchapp.operations.overview import Overview, Queue, Version, overview, queue_of
from searchapp.operations.scheduled import runner_of
from searchapp.operations.tasks import Stopped, Task, Tasks, TaskState

__all__ = [
    "Action",
    "Board",
    "Boards",
    "Overview",
    "Queue",
    "Stopped",
    "Task",
    "TaskState",
    "Tasks",
    "Version",
    "overview",
    "pause",
    "paused",
    "queue_of",
    "resume",
    "runner_of",
    "start",
    "teller_of",
]
