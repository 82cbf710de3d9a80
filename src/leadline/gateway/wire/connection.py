"""One keep-alive connection: bytes in and out, the parser, and one lazily re-armed timer."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Protocol, cast

import httptools

from leadline.gateway.wire import failures
from leadline.gateway.wire.call import WireCall
from leadline.gateway.wire.headers import HeaderLines
from leadline.gateway.wire.limits import PoolLimits
from leadline.vocabulary import UpstreamFailure

_JOIN_UP_TO = 64 * 1024
"""Head and a body up to this size go out in one piece: a copy is cheaper than a second packet."""
_TIMER_SLACK_S = 0.001


class Home(Protocol):
    """Where a connection belongs."""

    def release(self, connection: "Connection") -> None:
        """It may carry another call."""

    def forget(self, connection: "Connection") -> None:
        """It is closed."""


class Connection(asyncio.Protocol):
    """Carries one call at a time. The parser's callback for the body is a method of a built-in type, so that
    a piece of a body costs no Python frame.
    """

    def __init__(self, home: Home, where: str, clock: Callable[[], float], limits: PoolLimits) -> None:
        self.idle_since = 0.0
        self.retires_at = clock() + limits.age_s
        self.closed = False
        self._home = home
        self._where = where
        self._clock = clock
        self._limits = limits
        self._loop = asyncio.get_running_loop()
        self._call: WireCall | None = None
        self._reused = False
        self._writing = False
        self._keep_alive = False
        self._head_done = False
        self._head_bytes = 0
        self._informational = False
        self._complete = False
        self._excess = False
        self._last_data_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = inf
        self._headers = HeaderLines()
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport

    # The event loop's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        call, self._call = self._call, None
        self._home.forget(self)
        if call is None:
            return
        if call.first_byte_at is None:
            self._lost_before_any_byte(call, exc)
        elif self._head_done and exc is None and _runs_until_close(call):
            call.end(None, self._clock())
        else:
            call.end(failures.cut(self._where, call.received_bytes, call.status or None), self._clock())

    def _lost_before_any_byte(self, call: WireCall, exc: Exception | None) -> None:
        if self._reused and not call.second_try and call.head is not None and not call.head.done():
            call.connection = None
            call.head.set_result(failures.STALE)
        else:
            call.end(failures.closed_early(self._where, exc), self._clock())

    def pause_writing(self) -> None:
        self._writing = True

    def resume_writing(self) -> None:
        self._writing = False
        if self._call is not None:
            self._call.written_at = self._clock()

    def data_received(self, data: bytes) -> None:
        call = self._call
        if call is None:
            self.close()  # bytes that nobody asked for would be taken for the next call's answer
            return
        now = self._last_data_at = self._clock()
        if call.first_byte_at is None:
            call.first_byte_at = now
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._keep_alive = False
            if not self._complete:
                self._flush(call)
                self.drop(failures.not_http(self._where, _why(error), call.status or None))
                return
        self._flush(call)
        if self._complete:
            self._finish(call, now)
        elif not self._head_done:
            self._head_bytes += len(data)
            if self._head_bytes > self._limits.header_bytes:
                self.drop(failures.too_long("head", self._limits.header_bytes, self._where))

    # The parser's side.

    def on_message_begin(self) -> None:
        if self._complete:
            self._excess = True

    def on_headers_complete(self) -> None:
        call = self._call
        if self._excess or call is None:
            raise ValueError("a second response to one request")
        status = self._parser.get_status_code()
        if status == 101:
            raise ValueError("it switched to another protocol")
        if status < 200:
            self._informational = True
            self._headers.raw.clear()
            return
        self._head_done = True
        self._keep_alive = self._parser.should_keep_alive()
        call.status = status
        call.headers = self._headers.read()
        if "content-encoding" in call.headers:
            call.unpack()
        if call.without_body:
            self._complete = True
            self._keep_alive = False
        else:
            self._watch_silence(call)
        if call.head is not None and not call.head.done():
            call.head.set_result(None)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._head_done:  # trailers come here too (RFC 9112 section 7.1.2), and belong to no head
            self._headers.raw += (name, value)

    def on_message_complete(self) -> None:
        if self._informational:
            self._informational = False
        else:
            self._complete = True

    # The caller's side.

    def begin(self, call: WireCall, head: bytes, body: bytes) -> None:
        """Send a request. The answer comes through `call`."""
        self._call = call
        call.connection = self
        call.where = self._where
        self._complete = self._excess = self._head_done = self._keep_alive = False
        self._head_bytes = 0
        if len(body) <= _JOIN_UP_TO:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))
        now = call.written_at = self._last_data_at = self._clock()
        deadline = min(now + call.timeouts.first_byte_s, call.started_at + call.timeouts.total_s)
        if deadline < self._timer_at:
            self._arm(deadline)

    def usable(self, now: float) -> bool:
        return not self.closed and now - self.idle_since < self._limits.idle_s

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._last_data_at = self._clock()
        self._transport.resume_reading()
        if self._call is not None:
            self._watch_silence(self._call)

    def drop(self, failure: UpstreamFailure) -> None:
        """End the call with a failure and close at once."""
        call, self._call = self._call, None
        self.close()
        if call is not None:
            call.end(failure, self._clock())

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._transport.abort()

    def _flush(self, call: WireCall) -> None:
        pieces = self._pieces
        if pieces:
            block = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            call.push(block)

    def _finish(self, call: WireCall, now: float) -> None:
        self._call = None
        if call.paused:
            self._transport.resume_reading()
        call.end(None, now)
        usable = self._keep_alive and now < self.retires_at
        if usable and not (self._excess or self._writing or self.closed):
            self._reused = True
            self.idle_since = now
            self._home.release(self)
        else:
            self.close()

    # The timer: armed once, it looks when it fires whether there is still time, and only then re-arms.

    def _watch_silence(self, call: WireCall) -> None:
        silent_at = self._last_data_at + call.timeouts.idle_s
        if silent_at < self._timer_at:
            self._arm(silent_at)

    def _arm(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._loop.call_later(max(_TIMER_SLACK_S, at - self._clock()), self._look)

    def _look(self) -> None:
        self._timer = None
        self._timer_at = inf
        if self.closed:
            return
        call = self._call
        now = self._clock()
        stage, deadline = ("kept", self.idle_since + self._limits.idle_s) if call is None else self._due(call)
        if now < deadline - _TIMER_SLACK_S:
            self._arm(deadline)
        elif call is None:
            self.close()
        else:
            after_s: float = getattr(call.timeouts, f"{stage}_s")
            self.drop(failures.timed_out(stage, after_s, self._where, call.status or None))

    def _due(self, call: WireCall) -> tuple[str, float]:
        """The stage that is under way and when it has taken too long."""
        total_at = call.started_at + call.timeouts.total_s
        if not self._head_done:
            stage, at = "first_byte", call.written_at + call.timeouts.first_byte_s
        elif call.paused:
            return "total", total_at
        else:
            stage, at = "idle", self._last_data_at + call.timeouts.idle_s
        return (stage, at) if at < total_at else ("total", total_at)


def _runs_until_close(call: WireCall) -> bool:
    """RFC 9112 section 6.3: neither a length nor chunks, so that the close is the end."""
    coding = call.headers.get("transfer-encoding", "").lower()
    return "content-length" not in call.headers and not coding.endswith("chunked")


def _why(error: Exception) -> str:
    return str(error.__context__ or error) or type(error).__name__
