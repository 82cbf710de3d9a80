"""A provider's server that does as a test tells it."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Upstream:
    """A provider's server. It does what it was told in order, the last thing again and again.

    `heads` and `bodies` are the requests that came; `left` is set when a caller closes while it is served.
    """

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.left = asyncio.Event()
        self._told: deque[Behaviour] = deque()
        self._server: asyncio.Server | None = None
        self._go_on = asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{port}/v1"

    async def stop(self) -> None:
        assert self._server is not None
        self._go_on.set()
        self._server.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), 2)
        for writer in self._open:
            writer.transport.abort()
        await asyncio.sleep(0)  # a loop that is closed with an open connection is an error of its own

    # what it is told

    def answers(self, body: object, status: int = 200, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        kind = headers.pop("content_type", "application/json")
        lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(raw)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

        async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write("\r\n".join([*lines, "", ""]).encode() + raw)
            await writer.drain()

        self._told.append(behave)

    def cuts_body(self, body: bytes, promised: int) -> None:
        async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            writer.write(b"content-length: %d\r\n\r\n" % promised + body)
            writer.close()

        self._told.append(behave)

    def streams(self, events: list[bytes], then: str = "end") -> Callable[[], int]:
        """`then`: end | cut (close without the last chunk) | wait (until the caller leaves).

        Returns a count of the events that the caller has taken so far.
        """
        sent = 0

        async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            writer.write(b"transfer-encoding: chunked\r\n\r\n")
            nonlocal sent
            for event in events:
                writer.write(b"%x\r\n%s\r\n" % (len(event), event))
                await writer.drain()
                sent += 1
            if then == "wait":
                await self._until_left(reader)
            elif then == "cut":
                writer.close()
            else:
                writer.write(b"0\r\n\r\n")

        self._told.append(behave)
        return lambda: sent

    def streams_in_two(self, first: list[bytes], rest: list[bytes]) -> asyncio.Event:
        """The second half comes as soon as the event that this returns is set."""
        go_on = asyncio.Event()

        async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n")
            writer.write(b"transfer-encoding: chunked\r\n\r\n")
            for events in (first, rest):
                data = b"".join(events)
                writer.write(b"%x\r\n%s\r\n" % (len(data), data))
                await writer.drain()
                await go_on.wait()
            writer.write(b"0\r\n\r\n")

        self._told.append(behave)
        return go_on

    def hangs(self) -> None:
        async def behave(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            await self._until_left(reader)

        self._told.append(behave)

    def resets(self) -> None:
        async def behave(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.transport.abort()

        self._told.append(behave)

    async def _until_left(self, reader: asyncio.StreamReader) -> None:
        leaving = asyncio.ensure_future(reader.read(1))
        going_on = asyncio.ensure_future(self._go_on.wait())
        done, _ = await asyncio.wait({leaving, going_on}, return_when=asyncio.FIRST_COMPLETED)
        if leaving in done:
            leaving.exception() or leaving.result()
            self.left.set()
        for task in (leaving, going_on):
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while not writer.is_closing():
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                lines = [line.partition(":") for line in head.split("\r\n")[1:]]
                length = next((int(v) for n, _, v in lines if n.lower() == "content-length"), 0)
                self.heads.append(head)
                self.bodies.append(await reader.readexactly(length))
                behave = self._told.popleft() if len(self._told) > 1 else self._told[0]
                await behave(reader, writer)
        writer.close()
        self._open.discard(writer)
