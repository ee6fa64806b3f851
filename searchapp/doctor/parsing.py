"""What protects an installation from the documents that it reads, asked of the process that reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from searchapp.findings import Finding, info, ok, warning
from searchapp.messages import Message
from searchapp.sources.confinement import Protection
from searchapp.sources.parsed import ParserOptions
from searchapp.sources.sandbox import Sandbox
from searchapp.wiring import Application

PARSER = "parser"

NAMED = {
    Protection.NETWORK: Message("with_no_network"),
    Protection.FILES: Message("with_no_files"),
    Protection.WRITING: Message("with_no_writing"),
    Protection.PROCESSES: Message("with_no_processes"),
    Protection.PRIVILEGES: Message("with_no_privileges"),
    Protection.MEMORY: Message("with_memory_limit"),
}


def check_parser(application: Application) -> Iterator[Finding]:
    """Starts the process, as a document would; raises SourceError where it does not start."""
    settings = application.settings
    seconds, memory_mb = settings.parse_timeout_seconds, settings.parse_memory_mb
    with Sandbox(timeout_seconds=seconds, memory_mb=memory_mb, options=ParserOptions()) as sandbox:
        in_force = sandbox.in_force()
    has = [name.text() for protection, name in NAMED.items() if protection in in_force]
    lacks = [name.text() for protection, name in NAMED.items() if protection not in in_force]
    has = has or [Message("with_time_limit").text()]
    if not lacks:
        yield ok(PARSER, "parser_confined", has=has)
    elif sys.platform == "linux":
        yield warning(PARSER, "parser_half_confined", has=has, lacks=lacks)
    else:
        yield info(PARSER, "parser_unconfined", has=has, lacks=lacks)


PARSING = ((PARSER, check_parser),)
