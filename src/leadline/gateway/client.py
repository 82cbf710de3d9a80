"""The client's side of one request: its body, its leaving, and what it is sent."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from leadline.gateway.framing import CHUNKED, CLOSE, LAST_CHUNK, head_of, may_have_body

Headers = dict[str, str]

LINGER_S = 1.0
"""How long an oversize body is read on and thrown away, so that the refusal is not lost in a reset."""
_JOIN_UP_TO = 64 * 1024
"""Head and a body up to this size go out in one piece: a copy is cheaper than a second packet."""
_UNREAD_UP_TO = 64 * 1024
"""Bytes of a body for which the app has not asked; beyond them the connection stands still."""


class ClientLeft(ConnectionError):
    """The client closed its connection before it had sent its whole body."""


class BodyTooLarge(ValueError):
    """The body is over the limit; what came of it was thrown away."""


class Shared(Protocol):
    """What all connections of a server have in common."""

    date_line: str


class Line(Protocol):
    """The connection, as far as one request on it is concerned."""

    transport: asyncio.Transport
    drained: asyncio.Event | None
    """Set once the client has taken what waits for it; None = nothing does."""

    @property
    def shared(self) -> Shared: ...

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def answered(self) -> None:
        """The whole answer is on its way."""


class Client:
    """What a server's app is given: the request, and the way to answer it. `path` is decoded and without the
    query; header names are lower-case.

    `asks_first` = it waits for a word before it sends its body; `arrived` = the whole body is there;
    `begun` = the answer has a head; `finished` = the app has given its last byte; `answered` = that is on its
    way; `left` = the client closed before it had the whole answer; `gone` = the connection has ended, or is
    treated as if it had, and nothing more is sent.
    """

    __slots__ = (
        "_body",
        "_chunked",
        "_head",
        "_length",
        "_line",
        "_news",
        "_unread",
        "_when_left",
        "answered",
        "arrived",
        "asks_first",
        "begun",
        "finished",
        "gone",
        "headers",
        "keep_alive",
        "left",
        "method",
        "path",
        "query",
        "version",
    )

    def __init__(self, line: Line, method: str, path: str, query: str, headers: Headers) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.version = "1.1"
        self.keep_alive = True
        self.asks_first = self.arrived = self.begun = self.finished = False
        self.answered = self.left = self.gone = False
        self._line = line
        self._body: bytes | bytearray = b""
        self._unread = 0
        self._news: asyncio.Future[None] | None = None
        self._when_left: Callable[[], object] | None = None
        self._head = b""
        self._chunked = False
        self._length: int | None = None  # bytes that are owed; None = the body is not framed by its length

    # What it sends.

    async def body(self, limit: int, declared: str | None) -> bytes:
        """The whole body. Raises BodyTooLarge before reading when the declared length says so, ClientLeft."""
        if declared is not None and declared.isdecimal() and int(declared) > limit:
            raise BodyTooLarge
        while not (self.arrived or self.gone) and len(self._body) <= limit:
            await self._next_piece()
        if self.gone:
            self.left = True
            raise ClientLeft
        if len(self._body) > limit:
            raise BodyTooLarge
        body, self._body = bytes(self._body), b""
        return body

    async def _next_piece(self) -> None:
        if self.asks_first and not self._line.transport.is_closing():
            self._line.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.asks_first = False
        self._unread = 0
        self._line.resume_reading()
        self._news = asyncio.get_running_loop().create_future()
        await self._news

    def take(self, piece: bytes) -> None:
        """A piece of the body, from the connection."""
        if not self._body:
            self._body = piece
        else:
            if isinstance(self._body, bytes):
                self._body = bytearray(self._body)
            self._body += piece
        self._unread += len(piece)
        if self._unread > _UNREAD_UP_TO:
            self._line.pause_reading()
        if self._news is not None:
            self._wake(self._news)

    def take_end(self) -> None:
        """That was the last piece."""
        self.arrived = True
        if self._news is not None:
            self._wake(self._news)

    def _wake(self, waiting: asyncio.Future[None]) -> None:
        self._news = None
        if not waiting.done():
            waiting.set_result(None)

    # Its leaving.

    def watch(self) -> None:
        """From here on the running task is cancelled as soon as the client leaves."""
        task = asyncio.current_task()
        self._when_left = task.cancel if task is not None else None
        self._line.resume_reading()  # a body over 64 KB stops the reading, and unread no leaving is seen
        if self.gone:
            self.leave()

    def stop_watching(self) -> None:
        self._when_left = None

    def leave(self) -> None:
        """It has left, or is treated as if it had."""
        self.gone = True
        if self._news is not None:
            self._wake(self._news)
        tell, self._when_left = self._when_left, None
        if tell is not None and not self.finished:
            self.left = True
            tell()

    # What it is sent.

    async def reply(self, status: int, headers: Headers, body: bytes) -> None:
        """A whole answer."""
        self.begin(status, headers, len(body))
        await self.end(body)

    def begin(self, status: int, headers: Headers, length: int | None = None) -> None:
        """The head, which leaves with the first bytes of the body; `length` None = it is not known yet.
        Raises ValueError for a header that would get out of its line.
        """
        if self.begun:
            raise RuntimeError("an answer has one head")
        framing = "" if self.keep_alive else CLOSE
        if length is not None:
            framing += f"content-length: {length}\r\n"
            self._length = length if self.method != "HEAD" else 0
        elif may_have_body(status, self.method):
            # HTTP/1.0 knows no chunks (RFC 9112 section 6.1): the end of the connection ends the answer
            self._chunked = self.version != "1.0"
            framing += CHUNKED if self._chunked else ""
        else:
            self._length = 0
        self._head = head_of(status, self._line.shared.date_line, headers, framing)
        self.begun = True
        self.asks_first = False

    async def chunk(self, data: bytes) -> None:
        """Waits while the client is slower than the upstream."""
        if self._line.drained is not None:
            await self._line.drained.wait()
        if not self.gone:
            self._write(self._framed(data))

    async def end(self, data: bytes = b"") -> None:
        """The last bytes."""
        self.finished = True
        if self._line.drained is not None:
            await self._line.drained.wait()
        if self.gone:
            return
        out = self._framed(data)
        if self._length:
            raise RuntimeError("the body of the answer is shorter than its content-length says")
        self._write(out + LAST_CHUNK if self._chunked else out)
        self._complete()

    async def cut(self, data: bytes) -> None:
        """The last bytes of a broken answer: any client sees that its body has no end."""
        self.finished = True
        await self.chunk(data)
        if not self.gone:
            self.keep_alive = False
            self._complete()

    def break_off(self) -> None:
        """End the connection behind what has been sent."""
        self._line.transport.close()

    async def refuse_body(self, status: int, headers: Headers, body: bytes) -> None:
        """Answer while the client is still sending, read on for a moment, then close."""
        self.keep_alive = False
        self.begin(status, headers, len(body))
        await self.chunk(body)
        try:
            async with asyncio.timeout(LINGER_S):
                while not (self.arrived or self.gone):
                    self._body = b""
                    await self._next_piece()
        except TimeoutError:
            pass  # a client that goes on sending has had its answer
        await self.end()

    def _framed(self, data: bytes) -> bytes:
        if not self.begun or self.answered:
            raise RuntimeError("an answer is a head, its body, and nothing after it")
        if self._chunked:  # nothing for nothing: an empty chunk would end the body
            return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        if self.method == "HEAD":
            return b""
        if self._length is not None:
            self._length -= len(data)
            if self._length < 0:
                raise RuntimeError("the body of the answer is longer than its content-length says")
        return data

    def _write(self, out: bytes) -> None:
        head, self._head = self._head, b""
        if len(out) > _JOIN_UP_TO:
            self._line.transport.writelines((head, out))
        elif head or out:
            self._line.transport.write(head + out)

    def _complete(self) -> None:
        self.answered = True
        if not self.keep_alive:
            self._line.transport.close()
        self._line.answered()
