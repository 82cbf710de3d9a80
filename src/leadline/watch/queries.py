"""Answers named questions on a 0600 unix socket, each in a thread, so that none holds up the watch."""

import asyncio
import contextlib
import os
import pwd
import socket
import struct
from collections.abc import Callable
from pathlib import Path

import msgspec

from leadline.asking import frame, read_ask
from leadline.storage.answering import Sources, answer
from leadline.vocabulary import LONGEST_MESSAGE, Ask, Command, Told

AT_ONCE = 8
_IDLE_S = 300.0
_CREDENTIALS = struct.Struct("3i")
"""Process, user and group: the `ucred` of unix(7)."""
_COMMANDS = frozenset(Command)


Obey = Callable[[Ask, str], Told]


class QueryServer:
    """A client may ask several questions on one connection, one after the other.

    `obey` answers commands, given with the user of the machine who sent them.
    """

    def __init__(self, path: Path, sources: Sources, obey: Obey | None = None) -> None:
        self._path = path
        self._obey = obey
        self._sources = sources
        self._places = asyncio.Semaphore(AT_ONCE)
        self._open: set[asyncio.StreamWriter] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`. A dead owner's socket file is replaced: the lock on the facts says who lives."""
        self._path.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            server = await asyncio.start_unix_server(self._serve, path=str(self._path))
        finally:
            os.umask(before)
        async with server:
            await stop.wait()
            for writer in self._open:
                writer.close()
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, TimeoutError):
                account = _account(writer)
                while True:
                    writer.write(await self._turn(reader, account))
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _turn(self, reader: asyncio.StreamReader, account: str) -> bytes:
        async with asyncio.timeout(_IDLE_S):
            try:
                ask = await read_ask(reader)
            except (ValueError, msgspec.MsgspecError) as error:
                return frame(Told(error=f"this is no question: {error}"))
        async with self._places:
            told = await asyncio.to_thread(self._answer, ask, account)
        return await asyncio.to_thread(_fitting, told)

    def _answer(self, ask: Ask, account: str) -> Told:
        try:
            if self._obey is not None and ask.name in _COMMANDS:
                return self._obey(ask, account)
            return answer(ask, self._sources)
        except Exception as error:  # noqa: BLE001 - one question's trouble is told, the watch goes on
            return Told(error=f"{ask.name} could not be answered: {type(error).__name__}: {error}")


def _account(writer: asyncio.StreamWriter) -> str:
    """The user of the machine at the other end, as the kernel tells it; empty where it does not."""
    connection = writer.get_extra_info("socket")
    if connection is None or not hasattr(socket, "SO_PEERCRED"):
        return ""
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    user_id: int = _CREDENTIALS.unpack(credentials)[1]
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return f"uid {user_id}"


def _fitting(told: Told) -> bytes:
    """The frame, with fewer rows where they would not fit into one message."""
    message = frame(told)
    while len(message) > LONGEST_MESSAGE and len(told.rows) > 1:
        told = Told(rows=told.rows[: len(told.rows) // 2], truncated=True)
        message = frame(told)
    if len(message) > LONGEST_MESSAGE:
        return frame(Told(error="the answer is too long for one message; ask for a narrower one."))
    return message
