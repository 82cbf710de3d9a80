"""uvicorn's HTTP protocol with a listener's guards: sizes, deadlines, one reading of each request."""

import asyncio
import json
from typing import Any
from urllib.parse import unquote

import httptools
import msgspec
from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.server import ServerState

from leadline.gateway.cycle import WHEN_LEFT, Cycle

_HOP_HEADERS = frozenset({b"upgrade", b"connection", b"http2-settings"})
_LINGER_S = 2.0
"""How long a refused client's bytes are thrown away, so that the refusal is not lost in a reset."""
_FRAMING_PER_BYTE = 16
"""Bytes around each one of a chunked body that are taken for honest: the smallest chunk needs 6."""
_MOST_DISCARDED_BYTES = 64 * 1024 * 1024
"""Of a body that goes on after its answer; beyond it the connection is not worth keeping."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Deadlines in seconds. `headers` is how many a head may have. `header_s` bounds a whole head;
    `idle_body_s` one silence inside a body, `slow_reader_s` one in which the client takes no byte of its
    answer. `keep_alive_s` is longer than what clients and load balancers keep a silent connection for, so
    that they close first. A server that ends still answers on idle connections for `linger_s`, and says there
    that it closes: a request that is on its way must not meet a closed door.
    """

    header_bytes: int = 64 * 1024
    headers: int = 200
    header_s: float = 10.0
    idle_body_s: float = 30.0
    slow_reader_s: float = 60.0
    keep_alive_s: float = 75.0
    drain_s: float = 30.0
    linger_s: float = 1.0
    backlog: int = 2048

    @property
    def sweep_s(self) -> float:
        """How often deadlines are looked at: exact to a quarter of the shortest, at most a second."""
        shortest = min(self.header_s, self.idle_body_s, self.slow_reader_s, self.keep_alive_s, self.linger_s)
        return min(1.0, shortest / 4)


class IngressState(ServerState):
    """What the connections of one server share. `emptied` is set while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.draining = False
        self.draining_since = 0.0
        self.emptied = asyncio.Event()
        self.emptied.set()


class Refusal(Exception):
    """Raised inside the parser, to end a request that must not be answered otherwise."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class GuardedProtocol(HttpToolsProtocol):
    """No timer of its own: it notes when things happened, and a sweep over all connections looks.

    The parser itself refuses what lets two servers read one request differently: two lengths, a length
    beside a transfer coding, line feeds without carriage returns (llhttp, strict). What it skips without a
    word, the extensions and trailers of chunks, is bounded here.
    """

    server_state: IngressState
    cycle: Cycle

    def __init__(self, config: Config, state: IngressState, settings: ServerSettings) -> None:
        super().__init__(config, state, {}, asyncio.get_running_loop())
        self._settings = settings
        self._in_head = False
        self._head_bytes = 0
        self._chunk_bytes = 0
        self._framing_bytes = 0
        self._upgrading = False
        self._discarded = 0
        self._refused_at: float | None = None
        self._waiting_since = self._last_data_at = self._head_began_at = self.loop.time()
        self._unsent = 0
        self._unsent_since = 0.0

    # The event loop's side.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.server_state.emptied.clear()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.leave()
        if not self.server_state.connections:
            self.server_state.emptied.set()

    def data_received(self, data: bytes) -> None:
        self._last_data_at = self.loop.time()
        if self.cycle is not None and self.cycle.response_complete:
            self._discarded += len(data)
        if self._refused_at is None:
            self._feed(data)
        if self._discarded > _MOST_DISCARDED_BYTES:
            self.transport.abort()

    def _feed(self, data: bytes) -> None:
        before = self.cycle
        all_head = self._in_head or before is None or before.response_complete
        self._chunk_bytes = len(data)
        self._framing_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            cause = error.__context__
            if not isinstance(cause, Refusal):
                cause = Refusal(400, "malformed_request", f"The request is not valid HTTP: {error}.")
            self._refuse(cause)
        else:
            if self._in_head and all_head:
                self._head_bytes += len(data)
                if self._head_bytes > self._settings.header_bytes:
                    self._refuse(self._head_too_long())
            elif self._framing_bytes > self._settings.header_bytes and not self._in_head:
                self._refuse(_FRAMING_TOO_LONG)

    # The parser's side.

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0
        self._discarded = 0
        self._head_began_at = self._last_data_at

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_head:
            return  # a trailer (RFC 9112 section 7.1.2), which must not pass for a header that was checked
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._framing_bytes -= len(body) * _FRAMING_PER_BYTE
        cycle = self.cycle
        if cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._framing_bytes = 0
        if len(self.headers) > self._settings.headers:
            raise Refusal(431, "too_many_headers", f"The request has over {self._settings.headers} headers.")
        if self._head_bytes + self._chunk_bytes > self._settings.header_bytes:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > self._settings.header_bytes:
                raise self._head_too_long()
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise Refusal(400, "not_a_proxy", "CONNECT is for proxies; send the request itself.")
            self._upgrading = True
            return
        self._fill_scope()
        self._open_cycle()

    def _fill_scope(self) -> None:
        scope, url = self.scope, httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope["method"] = self.parser.get_method().decode("ascii")
        scope["path"] = unquote(path) if "%" in path else path
        scope["raw_path"] = url.path
        scope["query_string"] = url.query or b""

    def _open_cycle(self) -> None:
        version = self.scope["http_version"] = self.parser.get_http_version()
        before = self.cycle
        self.cycle = cycle = Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0"
            and self.parser.should_keep_alive()
            and not self.server_state.draining,
            on_response=self.on_response_complete,
        )
        self.scope["extensions"] = {WHEN_LEFT: cycle.when_left}  # type: ignore[dict-item]
        if before is None or before.response_complete:
            self._start_asgi_task(cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((cycle, self.app))

    def on_message_complete(self) -> None:
        if not self._upgrading:
            super().on_message_complete()

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        """Java's HTTP client asks for h2c with each cleartext request. A server may ignore that (RFC 9110
        section 7.8), but the parser has skipped the body: read the request again without the wish.
        """
        self._upgrading = False
        version = self.parser.get_http_version().encode()
        lines = [self.parser.get_method() + b" " + self.url + b" HTTP/" + version]
        lines += [name + b": " + value for name, value in self.headers if name not in _HOP_HEADERS]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self._feed(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    # The app's side.

    def on_response_complete(self) -> None:
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self._waiting_since = self.loop.time()
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)

    # Ending.

    def shutdown(self) -> None:
        """Answer what is under way or on its way in, and say that this was the last. Where an answer has
        begun without these words, and where nothing was asked yet, one more is answered (`linger_s`).
        """
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy and not self.cycle.response_started:
            self.cycle.keep_alive = False

    def sweep(self, now: float) -> None:
        """Close what has been waiting for the other side for too long."""
        settings = self._settings
        if self._stalled(now):
            self.transport.abort()
        elif self._refused_at is not None:
            if now - self._refused_at > _LINGER_S:
                self.transport.abort()
        elif self.cycle is not None and not self.cycle.response_complete:
            silent = self.cycle.more_body and not self.flow.read_paused
            if silent and now - self._last_data_at > settings.idle_body_s:
                self._refuse(Refusal(408, "body_timeout", "The body of the request stopped coming."))
        elif self._in_head:
            if now - max(self._head_began_at, self._waiting_since) > settings.header_s:
                self._refuse(Refusal(408, "header_timeout", "The head of the request did not come in time."))
        else:
            since = max(self._waiting_since, self._last_data_at)
            limit_s = settings.header_s if self.cycle is None else settings.keep_alive_s
            if self.server_state.draining:
                limit_s, since = settings.linger_s, max(since, self.server_state.draining_since)
            if now - since > limit_s:
                self.transport.close()

    def _stalled(self, now: float) -> bool:
        """Whether bytes are waiting for a client that has taken none of them for too long."""
        unsent = self.transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self._unsent_since = now
        return unsent > 0 and now - self._unsent_since > self._settings.slow_reader_s

    def _head_too_long(self) -> Refusal:
        limit = self._settings.header_bytes
        return Refusal(431, "header_too_large", f"The head of the request is over {limit} bytes; shorten it.")

    def _refuse(self, refusal: Refusal) -> None:
        """Answer and close. Where the answer could be taken for another request's, only close."""
        self._refused_at = self.loop.time()
        cycle = self.cycle
        if cycle is not None and not cycle.response_complete:
            cycle.leave()
            if cycle.response_started or self._in_head or self.pipeline:
                self.transport.abort()
                return
        self._in_head = False
        self.flow.resume_reading()
        self.transport.write(_answer(refusal, self.server_state.default_headers))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


_FRAMING_TOO_LONG = Refusal(
    400,
    "framing_too_long",
    "The body is nearly all chunk sizes, extensions and trailers; send larger chunks.",
)


def _answer(refusal: Refusal, headers: list[tuple[bytes, bytes]]) -> bytes:
    """No route is known yet, and so no protocol's own shape: this one the SDKs all read a message from."""
    error: dict[str, Any] = {
        "message": refusal.message,
        "type": "invalid_request_error",
        "code": refusal.code,
    }
    body = json.dumps({"error": error}).encode()
    lines = [STATUS_LINE[refusal.status]]
    for name, value in headers:
        lines.append(name + b": " + value + b"\r\n")
    lines.append(b"content-type: application/json\r\nconnection: close\r\n")
    lines.append(b"content-length: %d\r\n\r\n" % len(body))
    return b"".join(lines) + body
