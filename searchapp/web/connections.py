"""Who keeps a connection: those that nothing comes on make room for new ones, first of who has the most of them.

waitress takes no more connections once it has its fill, so that whoever opens enough of them and says nothing would
keep everybody out.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

CONNECTIONS = 500
"""waitress's own limit; browsers keep several open, and an idle one costs only a descriptor."""

COMFORTABLE = 450
"""From here on a new connection costs a waiting one its place."""

OF_ONE_PEER = 100
"""Where no proxy is trusted, and so each peer is a client of its own."""

IDLE_SECONDS = 60
"""Without a byte, of a connection between two requests, or whose client does not read."""

HEADER_SECONDS = 20
"""From the first byte of a request to the end of its headers, whatever trickles meanwhile."""

STUCK_SECONDS = 10
"""Without reading a byte of a response, after which a connection counts as waiting."""

LOOK_SECONDS = 5
"""How often those are looked for whose time is over."""


def make_room(newcomer: Any, channels: list[Any], *, per_peer: bool) -> None:
    """Have the connection that has waited longest closed, where there are too many with ``newcomer``.

    Of the newcomer's own peer, or of the peer that has the most; the newcomer itself where none of these waits.
    """
    there = [channel for channel in channels if not channel.will_close]
    own = [channel for channel in there if channel.addr[0] == newcomer.addr[0]]
    if per_peer and len(own) > OF_ONE_PEER:
        crowd = own
    elif len(there) > COMFORTABLE:
        ((most, _),) = Counter(channel.addr[0] for channel in there).most_common(1)
        crowd = [channel for channel in there if channel.addr[0] == most]
    else:
        return
    now = time.time()
    waiting = [channel for channel in crowd if channel is not newcomer and _waits(channel, now)]
    min(waiting, key=lambda channel: float(channel.waits_since), default=newcomer).will_close = True


def end_slow_headers(channels: list[Any]) -> None:
    """Close those that have not said what they want for too long."""
    latest = time.time() - HEADER_SECONDS
    for channel in channels:
        if channel.began and channel.began < latest:
            channel.will_close = True


def _waits(channel: Any, now: float) -> bool:
    """Whether nothing is being done for it: it is silent, says its headers, or does not read."""
    if channel.requests or channel.is_sending:
        return False
    return not channel.total_outbufs_len or bool(channel.last_activity < now - STUCK_SECONDS)
