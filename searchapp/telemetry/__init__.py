"""Watching searchapp run: ``stages`` (how long each step of a question takes), ``tracing`` (spans), ``logs``.

Any package may use it, and it uses none but settings, errors and redaction. What is counted stands with those who
count: each package has its ``metrics``. docs/watching.md tells operators what there is.
"""
