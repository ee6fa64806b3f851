"""The data folder in one file and back: originals, keys, conversations, judgements, schedules, the embedded index.

``contents`` says what of the folder is kept, ``archive`` how it lies in the file, ``create`` takes it while searchapp
runs, ``restore`` puts it in place whole or not at all.
"""

from searchapp.backup.create import Created, create
from searchapp.backup.restore import Restored, restore

__all__ = ["Created", "Restored", "create", "restore"]
