"""What was pasted rather than typed: commands, log lines, tracebacks, code. Its marks are its own, no operators.

Being wrong costs little one way: quoted words count more where they occur, required or not. An exclusion that is
none hides the very document that is looked for, so that only what plainly is one stays.
"""

from __future__ import annotations

import re

_COMMANDS = frozenset(
    "adb apt apt-get awk brew chmod chown clang cmake cp curl dd df dnf dpkg du egrep ffmpeg ffprobe g++ gcc grep "
    "gsutil gunzip gzip ifconfig iptables javac journalctl keytool kubectl ln ls lsof mkdir msbuild mv mvn mysqldump "
    "netstat nmap npm npx openssl pg_dump pip pip3 pkill pnpm ps psql redis-cli rg rm rmdir rsync scp sed sftp sqlite3 "
    "ss ssh systemctl tar tcpdump unzip wget xargs yum".split()
)
"""Programs whose names are no words that one would narrow down: what begins with a minus behind them is a flag."""

_TOOLS = frozenset(
    "find java git docker go python python3 node ruby perl php terraform make convert magick ant gradle xcodebuild "
    "vault consul qemu packer nomad".split()
)
"""Programs that are also subjects ("java -island"); of theirs these are flags:"""
_LONG_FLAGS = frozenset(
    "name iname type exec mtime newer size perm user path print delete maxdepth jar cp classpath version help server "
    "bench race cover run count verbose out var target upgrade destroy force recursive amend input quality resize "
    "scheme configuration config dev address enable disable".split()
)

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)
_FLAG = re.compile(r"(?:(?<=\s)|^)(?:--[A-Za-z][\w-]*|-(?P<short>[A-Za-z]+)(?=\s|$))")
_SHELL = re.compile(
    r"(?:^|\s)(?:\$|\#|>|>>>|%|sudo|\|{1,2}|&&|>>|2>&1|&>)\s|\$[({]|(?:^|\s)\.\.?/\w"
    r"|^(?:Get|Set|New|Remove|Add|Start|Stop|Invoke|Import|Export|Install|Test|Write|Select)-[A-Z][a-z]+"
)
_OUTPUT = re.compile(
    r"Traceback \(most recent call last\)|\bFile [\"“][^\"”]{1,200}[\"”], line \d"
    r"|\bat [\w.$<>]{1,200}\([\w.]{1,100}:\d+\)"
    r"|(?<!\w)[A-Z]\w{0,60}(?:Error|Exception)\b|(?<!\w)(?:ERROR|WARN|WARNING|FATAL|INFO|DEBUG|TRACE|SEVERE|CRITICAL)\b"
    r"|(?<!\w)(?:error|fatal|panic|warning|exception|failed|denied)(?:\[\w{1,20}\])?:\s"
    r"|\d[T ]\d{2}:\d{2}:\d{2}|\d{2}:\d{2}:\d{2}[.,]\d{3}|[\"'”]\s?:\s?[\[{\"“\d]"
)
_CODE = re.compile(r"[{};]\s*$|\w\((?:\)|[^()\s]{0,60}[\"',=])|=>|->|[=!<>+*/|&-]=|::|</\w|/>|^#include\b|\)\s*\{")


def is_output(text: str) -> bool:
    """Whether it is what a program wrote, or code, or a paste of several lines; nothing in it is an operator."""
    return "\n" in text.strip() or bool(_OUTPUT.search(text) or _CODE.search(text))


def is_command(text: str) -> bool:
    """Whether it is a command line: what begins with a minus is a flag, what stands in quotation marks an argument."""
    first = text.removeprefix("sudo ").partition(" ")[0]
    if first in _COMMANDS or _SHELL.search(text):
        return True
    return first[:1].isalnum() and any(_is_flag(flag["short"], first) for flag in _FLAG.finditer(text))


def _is_flag(letters: str | None, first: str) -> bool:
    """``letters``: behind a single minus, in a text whose first word is ``first``; None: behind two."""
    if letters is None or (first in _TOOLS and letters in _LONG_FLAGS):
        return True
    if len(letters) == 1:  # "C++ -C" is about C++, and "tar -C" is a command
        return letters.islower() or (first.isascii() and first.islower())
    return not is_excludable(letters)


def is_excludable(word: str) -> bool:
    """Whether a word behind a minus is plainly excluded: no number, path or setting, nor ``xzf``, ``sSL``, ``O2``.

    Two capitals (``-UK``) are a name; in other scripts every word is one.
    """
    if _WORD.fullmatch(word) is None:
        return False
    letters = "".join(letter for letter in word if letter.isalpha())
    if not letters.isascii() or len(word) == 1:
        return True
    return letters.isupper() if len(letters) == 2 else bool(letters.isupper() or _VOWEL.search(letters))
