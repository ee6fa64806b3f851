"""Who did what, when and from where: one record for each action that changes something or lets somebody in.

``record`` has the words, ``trail`` the file that keeps them, ``acting`` what the doors call: ``Audit.begin`` before an
action and ``Action.end`` after it, and ``note`` in between for what is known only then. An action
whose beginning cannot be recorded is not done (decision 57). Nothing here changes or deletes a record, but for the
bounds on age and number.
"""

from searchapp.audit.acting import Action, Audit, bind, current, ending, note, note_document, of_status
from searchapp.audit.actor import TIMER, Actor, local_user
from searchapp.audit.export import write_csv, write_lines
from searchapp.audit.record import MOST_SHOWN, Outcome, Page, Record, Wanted, What, read_moment

__all__ = [
    "MOST_SHOWN",
    "TIMER",
    "Action",
    "Actor",
    "Audit",
    "Outcome",
    "Page",
    "Record",
    "Wanted",
    "What",
    "bind",
    "current",
    "ending",
    "local_user",
    "note",
    "note_document",
    "of_status",
    "read_moment",
    "write_csv",
    "write_lines",
]
