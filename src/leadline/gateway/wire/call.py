"""One call on the wire: its stage times, and once its head is there, the response that callers read."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

from leadline.gateway.wire import decoding, failures
from leadline.vocabulary import Timeouts, Timings, UpstreamFailure

if TYPE_CHECKING:
    from leadline.gateway.wire.connection import Connection

_NO_HEADERS: Mapping[str, str] = {}
_OF_THE_CODING = ("content-encoding", "content-length")


class WireCall:
    """Implements `gateway.upstream.UpstreamResponse`; made before the head is there, so that the stages
    have a place to be noted down. `failure` stays None until the reader has reached the end.
    """

    __slots__ = (
        "_blocks",
        "_buffer_bytes",
        "_buffered",
        "_clock",
        "_ended",
        "_ending",
        "_inflater",
        "_paused",
        "_waiter",
        "connect_ms",
        "connection",
        "dns_ms",
        "ended_at",
        "failure",
        "first_byte_at",
        "head",
        "headers",
        "received_bytes",
        "second_try",
        "started_at",
        "status",
        "timeouts",
        "tls_ms",
        "where",
        "without_body",
        "written_at",
    )

    def __init__(self, clock: Callable[[], float], timeouts: Timeouts, buffer_bytes: int) -> None:
        self.status = 0
        self.headers = _NO_HEADERS
        self.failure: UpstreamFailure | None = None
        self.received_bytes = 0
        self.timeouts = timeouts
        self.where = ""
        self.without_body = False
        self.second_try = False
        self.connection: Connection | None = None
        self.head: asyncio.Future[UpstreamFailure | None] | None = None
        self.dns_ms: float | None = None
        self.connect_ms: float | None = None
        self.tls_ms: float | None = None
        self.started_at = clock()
        self.written_at = self.started_at
        self.first_byte_at: float | None = None
        self.ended_at: float | None = None
        self._clock = clock
        self._buffer_bytes = buffer_bytes
        self._blocks: deque[bytes] = deque()
        self._buffered = 0
        self._paused = False
        self._ended = False
        self._ending: UpstreamFailure | None = None
        self._inflater: decoding.Inflater | None = None
        self._waiter: asyncio.Future[None] | None = None

    def chunks(self) -> AsyncIterator[bytes]:
        return self

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        """All bytes that have come since the last one was taken."""
        if self._inflater is not None:
            return await self._next_plain(self._inflater)
        if not self._blocks:
            if not self._ended:
                await self._arrival()
            if not self._blocks:
                self.failure = self._ending
                raise StopAsyncIteration
        return self._take()

    async def read(self, limit: int) -> bytes:
        if self._inflater is not None:
            return await self._read_plain(limit)
        taken: list[bytes] = []
        while self._blocks or not (self._ended or self.received_bytes > limit):
            if not self._blocks:
                await self._arrival()
            if self._blocks:
                taken.append(self._take())
        body = taken[0] if len(taken) == 1 else b"".join(taken)
        self.failure = self._ending
        if self.received_bytes > limit:
            self.abort()
            self.failure = failures.too_long("body", limit, self.where, self.status)
            return body[:limit]
        encoding = self.headers.get("content-encoding", "identity")
        if encoding != "identity" and body and self.failure is None:
            self.failure = failures.unknown_encoding(self.where, encoding, self.status)
        return body

    def timings(self) -> Timings:
        now = self.ended_at or self._clock()
        first = self.first_byte_at
        return Timings(
            total_ms=(now - self.started_at) * 1e3,
            dns_ms=self.dns_ms,
            connect_ms=self.connect_ms,
            tls_ms=self.tls_ms,
            first_byte_ms=None if first is None else max(0.0, first - self.written_at) * 1e3,
            transfer_ms=None if first is None else (now - first) * 1e3,
        )

    def abort(self) -> None:
        if self.connection is not None:
            self.connection.drop(failures.ABORTED)

    # What the connection tells.

    @property
    def paused(self) -> bool:
        """Reading stands still because nobody takes the bytes: this silence is not the upstream's."""
        return self._paused

    def push(self, block: bytes) -> None:
        self._blocks.append(block)
        size = len(block)
        self.received_bytes += size
        self._buffered += size
        if self._waiter is not None:
            self._wake(self._waiter)
        elif self._buffered > self._buffer_bytes and self.connection is not None and not self._paused:
            self._paused = True
            self.connection.pause_reading()

    def end(self, failure: UpstreamFailure | None, now: float) -> None:
        """No byte comes any more. `failure` None = the body ended as promised."""
        self.connection = None
        self.ended_at = now
        self._ended = True
        self._ending = failure
        if self.head is not None and not self.head.done():
            self.head.set_result(failure)
        if self._waiter is not None:
            self._wake(self._waiter)

    def _wake(self, waiter: "asyncio.Future[None]") -> None:
        self._waiter = None
        if not waiter.done():
            waiter.set_result(None)

    async def _arrival(self) -> None:
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            await waiter
        except asyncio.CancelledError:
            self.abort()  # whoever was to get these bytes is gone
            raise

    def _take(self) -> bytes:
        blocks = self._blocks
        if len(blocks) == 1:
            taken = blocks.popleft()
        else:
            taken = b"".join(blocks)
            blocks.clear()
        self._buffered = 0
        if self._paused:
            self._paused = False
            if self.connection is not None:
                self.connection.resume_reading()
        return taken

    def unpack(self) -> None:
        """The body is compressed, though we asked for it plain: undo that where we can. What passes on is
        plain then, and its headers say so.
        """
        encoding = self.headers["content-encoding"].strip().lower()
        if decoding.decodable(encoding):
            self._inflater = decoding.Inflater(encoding)
            self.headers = {name: value for name, value in self.headers.items() if name not in _OF_THE_CODING}

    async def _next_plain(self, inflater: decoding.Inflater) -> bytes:
        """Decoded as it comes, in pieces that no bomb can make large."""
        try:
            while True:
                packed = b"" if inflater.pending else await self._next_packed(inflater)
                if plain := inflater.feed(packed, self._buffer_bytes):
                    return plain
        except decoding.Undecodable as error:
            self.abort()
            self.failure = failures.undecodable(self.where, str(error), self.status)
            raise StopAsyncIteration from error

    async def _next_packed(self, inflater: decoding.Inflater) -> bytes:
        if not self._blocks and not self._ended:
            await self._arrival()
        if self._blocks:
            return self._take()
        self.failure = self._ending
        if self._ending is None:
            inflater.finish()
        raise StopAsyncIteration

    async def _read_plain(self, limit: int) -> bytes:
        plain = bytearray()
        async for piece in self:
            plain += piece
            if len(plain) > limit:
                self.abort()
                self.failure = failures.too_long("body", limit, self.where, self.status)
                return b""
        return bytes(plain)


class FailedSend:
    """Implements `gateway.upstream.FailedSend`: no response head arrived."""

    __slots__ = ("_timings", "failure")

    def __init__(self, failure: UpstreamFailure, timings: Timings) -> None:
        self.failure = failure
        self._timings = timings

    def timings(self) -> Timings:
        return self._timings
