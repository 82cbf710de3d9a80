"""A provider on loopback that answers with what a test laid ready under a name.

Which answer a request gets, its header `x-recording` says: the gateway passes it on like any other header.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

NAME = "x-recording"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Ending(StrEnum):
    """What follows the last byte of a stream."""

    WHOLE = "the body is ended as HTTP wants it"
    CLOSE = "the connection closes"
    RESET = "the connection is reset"
    SILENCE = "nothing, until the caller leaves"


@dataclass(frozen=True)
class Play:
    """An answer: `parts` go out one by one, as a chunked stream when `streamed`, else under one length.

    `status` None = not even a head is sent. `parts_with_usage` are sent instead to a request that asks for
    `stream_options.include_usage`. `length` is declared instead of the true one; `pause_s` lies
    between parts.
    """

    parts: tuple[bytes, ...] = ()
    parts_with_usage: tuple[bytes, ...] = ()
    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    streamed: bool = False
    ending: Ending = Ending.WHOLE
    length: int | None = None
    pause_s: float = 0.0


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; header names are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class Upstream:
    """All three providers. `seen` holds requests by name, `left_at` when a caller left, in monotonic seconds.

    It lives in a thread of its own, so that clients that block can be tried as well.
    """

    def __init__(self, ssl_context: ssl.SSLContext | None = None) -> None:
        self._ssl_context = ssl_context
        self.plays: dict[str, Play] = {}
        self.seen: defaultdict[str, list[Seen]] = defaultdict(list)
        self.left_at: dict[str, float] = {}
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if ssl_context else 'http'}://127.0.0.1:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        self._thread.start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        self._loop.close()

    @contextlib.contextmanager
    def playing(self, plays: Mapping[str, Play]) -> Iterator[None]:
        """These for a while, instead of what the names stand for otherwise."""
        usual, self.plays = self.plays, {**self.plays, **plays}
        try:
            yield
        finally:
            self.plays = usual

    async def _run(self) -> None:
        connections: set[asyncio.Task[None]] = set()

        def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.ensure_future(self._serve(reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)

        server = await asyncio.start_server(take, sock=self._socket, ssl=self._ssl_context)
        await self._closing.wait()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while not writer.is_closing():
                    seen = await _request(reader)
                    name, play = self.play_for(seen)
                    self.seen[name].append(seen)
                    await self._answer(name, play, reader, writer)
        finally:
            writer.close()

    def play_for(self, seen: Seen) -> tuple[str, Play]:
        """The name under which the request is remembered, and what it is answered with."""
        name = seen.headers.get(NAME, "")
        missing = Play(status=500, parts=(f"there is no recording {name!r}".encode(),))
        return name, self.plays.get(name, missing)

    async def _answer(
        self, name: str, play: Play, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if play.status is not None:
                await self._send(play, self.seen[name][-1], writer)
            _end(play, writer)
            if play.ending is Ending.SILENCE:
                await reader.read()
                self.left_at[name] = time.monotonic()
        except ConnectionError:
            self.left_at[name] = time.monotonic()
            raise

    async def _send(self, play: Play, seen: Seen, writer: asyncio.StreamWriter) -> None:
        asked_usage = b'"include_usage":true' in seen.body
        writer.write(_head(play))
        for part in play.parts_with_usage if asked_usage and play.parts_with_usage else play.parts:
            writer.write(b"%x\r\n%b\r\n" % (len(part), part) if play.streamed else part)
            await writer.drain()
            await asyncio.sleep(play.pause_s)


def _end(play: Play, writer: asyncio.StreamWriter) -> None:
    if play.ending is Ending.RESET:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    if play.ending in {Ending.RESET, Ending.CLOSE}:
        writer.close()
    elif play.ending is Ending.WHOLE and play.streamed:
        writer.write(b"0\r\n\r\n")


async def _request(reader: asyncio.StreamReader) -> Seen:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    method, target, _ = first.split(" ")
    return Seen(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def _head(play: Play) -> bytes:
    framing = (
        {"transfer-encoding": "chunked"}
        if play.streamed
        else {"content-length": str(play.length or sum(map(len, play.parts)))}
    )
    lines = [f"{name}: {value}" for name, value in {**play.headers, **framing}.items()]
    return "\r\n".join([f"HTTP/1.1 {play.status} Recorded", *lines, "", ""]).encode("latin-1")
