"""The client's side of one request: its body, its leaving, and what it is sent."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from leadline.gateway.cycle import CUT

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WhenLeft = Callable[[Callable[[], None] | None], None]
RawHeaders = list[tuple[bytes, bytes]]

LINGER_S = 1.0
"""How long an oversize body is read on and thrown away, so that the refusal is not lost in a reset."""


def joined(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name; what comes more than once is one list (RFC 9110 section 5.3), so that none is lost."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


class ClientLeft(ConnectionError):
    """The client closed its connection before it had sent its whole body."""


class BodyTooLarge(ValueError):
    """The body is over the limit; what came of it was thrown away."""


class Client:
    """`begun` = the head of the answer is out, `finished` = its last byte too; `left` = the client closed
    before it had the whole answer.
    """

    __slots__ = ("_receive", "_send", "_when_left", "_working", "begun", "finished", "left")

    def __init__(self, receive: Receive, send: Send, when_left: WhenLeft) -> None:
        self._receive = receive
        self._send = send
        self._when_left = when_left
        self._working: asyncio.Task[Any] | None = None
        self.finished = False
        self.begun = False
        self.left = False

    async def body(self, limit: int, declared: str | None) -> bytes:
        """The whole body. Raises BodyTooLarge before reading when the declared length says so, ClientLeft."""
        if declared is not None and declared.isdecimal() and int(declared) > limit:
            raise BodyTooLarge
        message = await self._next()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            parts = bytearray(body)
            while message.get("more_body") and len(parts) <= limit:
                message = await self._next()
                parts += message.get("body", b"")
            body = bytes(parts)
        if len(body) > limit:
            raise BodyTooLarge
        return body

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self.left = True
            raise ClientLeft
        return message

    def watch(self) -> None:
        """From here on the running task is cancelled as soon as the client leaves."""
        self._working = asyncio.current_task()
        self._when_left(self._cancel)

    def stop_watching(self) -> None:
        self._when_left(None)

    def _cancel(self) -> None:
        if not self.finished and self._working is not None:
            self.left = True
            self._working.cancel()

    async def reply(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """A whole answer. `headers` is taken over and gets the length."""
        headers.append((b"content-length", b"%d" % len(body)))
        await self.begin(status, headers)
        await self.end(body)

    async def begin(self, status: int, headers: RawHeaders) -> None:
        self.begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def chunk(self, data: bytes) -> None:
        """Waits while the client is slower than the upstream."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        # The server reports a disconnect after the last byte as well: that is no leaving.
        self.finished = True
        await self._send({"type": "http.response.body", "body": data})

    async def cut(self, data: bytes) -> None:
        """The last bytes of a broken answer: any client sees that its body has no end."""
        self.finished = True
        await self._send({"type": "http.response.body", "body": data, CUT: True})

    async def refuse_body(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """Answer while the client is still sending, read on for a moment, then close."""
        headers += [(b"content-length", b"%d" % len(body)), (b"connection", b"close")]
        await self.begin(status, headers)
        await self.chunk(body)
        try:
            async with asyncio.timeout(LINGER_S):
                while (await self._next()).get("more_body"):
                    pass
        except (TimeoutError, ClientLeft):
            pass  # a client that goes on sending, or went, has had its answer
        await self.end()
