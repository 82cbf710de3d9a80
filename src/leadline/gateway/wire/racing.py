"""The first of several addresses that accepts: a dead one costs a quarter of a second (RFC 8305)."""

import asyncio
import itertools
import socket
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

Address = tuple[int, Any]
"""Socket family and the address in that family's form."""
PAUSE_S = 0.25
"""Before the next address is tried beside those that have not answered (RFC 8305 section 5)."""


async def first_to_accept(addresses: Sequence[Address], pause_s: float = PAUSE_S) -> socket.socket:
    """A connected socket. Raises OSError, the last one, when all have refused."""
    if len(addresses) == 1:
        return await _connected(addresses[0])
    waiting = deque(interleaved(addresses))
    trying: set[asyncio.Task[socket.socket]] = set()
    problem = OSError("no address to try")
    try:
        while waiting or trying:
            if waiting:
                trying.add(asyncio.create_task(_connected(waiting.popleft())))
            done, trying = await asyncio.wait(
                trying, timeout=pause_s if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            won = []
            for task in done:
                try:
                    won.append(task.result())
                except OSError as error:
                    problem = error
            for late in won[1:]:
                late.close()
            if won:
                return won[0]
        raise problem
    finally:
        await _call_off(trying)


def interleaved(addresses: Sequence[Address]) -> list[Address]:
    """The resolver's order, the families by turns: one that is broken as a whole is left after one try."""
    first = addresses[0][0] if addresses else 0
    preferred = [one for one in addresses if one[0] == first]
    others = [one for one in addresses if one[0] != first]
    return [one for pair in itertools.zip_longest(preferred, others) for one in pair if one is not None]


async def _call_off(trying: Iterable[asyncio.Task[socket.socket]]) -> None:
    for task in trying:
        task.cancel()
    for came in await asyncio.gather(*trying, return_exceptions=True):
        if isinstance(came, socket.socket):
            came.close()


async def _connected(address: Address) -> socket.socket:
    family, place = address
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(0)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, place)
    except BaseException:
        sock.close()
        raise
    return sock
