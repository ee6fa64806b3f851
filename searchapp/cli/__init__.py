"""The command line: one file a noun, no logic. ``run`` is the door where errors become sentences and exit codes."""
