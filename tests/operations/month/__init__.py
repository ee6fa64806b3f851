"""A month of an installation in minutes, as an operator would live it; docs/operations-rehearsal.md is its log.

Elasticsearch, the schedules' runner and the commands are the real ones, on a machine whose clock is set on
(tests/services/machine_clock.py). ``steps`` has what happens, a function each, and ``STEPS`` on which day: something new
is one more function and its day. ``stage`` is what a step acts on, ``library`` the documents, ``log`` what is written down.
"""
