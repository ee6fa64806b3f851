"""``searchapp doctor``: everything that can be wrong, looked at, with the command or setting that mends it.

``checks/`` looks at what every installation has; ``cluster/checks/`` at Elasticsearch. A check is a function from the
application to findings; a new one is a file there, with its NAME, and a line in its list.
"""

from searchapp.doctor.diagnosis import diagnose

__all__ = ["diagnose"]
