"""A parser that a document has taken over: it runs the document, Python, and answers with what it leaves in ``got``."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

from searchapp.model import SourceType
from searchapp.sources import worker
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.parsed import Parsed, ParserInput

TOOLS = (ctypes, os, signal, socket, subprocess, sys, threading)


def parse(source: ParserInput) -> Parsed:
    scope = {module.__name__: module for module in TOOLS} | {"Path": Path, "got": None}
    scope["libc"] = ctypes.CDLL(None, use_errno=True)
    try:
        exec(source.data.decode(), scope)
    except OSError as error:
        scope["got"] = type(error).__name__
    builder = DocumentBuilder()
    builder.add(f"got {scope['got']}")
    return builder.build(SourceType.TEXT, title="", stem=source.stem, language="en")


def main() -> None:
    worker.parse = parse
    worker.main()
