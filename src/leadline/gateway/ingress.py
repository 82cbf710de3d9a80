"""One client's connection: each request is read one way only, within sizes and deadlines, and answered."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import unquote

import httptools
import msgspec
import structlog

from leadline.gateway.client import Client
from leadline.gateway.framing import CLOSE, head_of
from leadline.gateway.wire.headers import HeaderLines

App = Callable[[Client], Awaitable[None]]

_log = structlog.get_logger()
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


class IngressState:
    """What the connections of one server share. `emptied` is set while there are none; `tasks` are those
    that answer requests.
    """

    def __init__(self, app: App, settings: ServerSettings) -> None:
        self.app = app
        self.settings = settings
        self.date_line = ""
        self.connections: set[GuardedProtocol] = set()
        self.tasks: dict[Client, asyncio.Task[None]] = {}
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


class GuardedProtocol(asyncio.Protocol):
    """No timer of its own: it notes when things happened, and a sweep over all connections looks.

    The parser itself refuses what lets two servers read one request differently: two lengths, a length
    beside a transfer coding, line feeds without carriage returns (llhttp, strict). What it skips without a
    word, the extensions and trailers of chunks, is bounded here.

    `_line` are the requests that have no whole answer yet, in their order: the first is being answered, the
    last may still be on its way in. `_reading` is the one whose bytes come, or came last.
    """

    transport: asyncio.Transport

    def __init__(self, shared: IngressState) -> None:
        self.shared = shared
        self.drained: asyncio.Event | None = None
        self._settings = shared.settings
        self._loop = asyncio.get_running_loop()
        self._headers = HeaderLines()
        self._reading: Client | None = None
        self._line: deque[Client] = deque()
        self._paused = False
        self._url = b""
        self._in_head = False
        self._head_bytes = 0
        self._chunk_bytes = 0
        self._framing_bytes = 0
        self._upgrading = False
        self._discarded = 0
        self._refused_at: float | None = None
        self._waiting_since = self._last_data_at = self._head_began_at = self._loop.time()
        self._unsent = 0
        self._unsent_since = 0.0
        self._start_parser()

    def _start_parser(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        # a request that came behind one that asked to close is read, and then not answered
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)

    # The event loop's side.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.shared.connections.add(self)
        self.shared.emptied.clear()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is over, whatever the cause
        self.resume_writing()
        for client in self._line:
            client.leave()
        self._reading = None
        del self._parser  # the two lead to each other
        self.shared.connections.discard(self)
        if not self.shared.connections:
            self.shared.emptied.set()

    def data_received(self, data: bytes) -> None:
        self._last_data_at = self._loop.time()
        if self._reading is not None and self._reading.answered:
            self._discarded += len(data)
        if self._refused_at is None:
            self._feed(data)
        if self._discarded > _MOST_DISCARDED_BYTES:
            self.transport.abort()

    def pause_writing(self) -> None:
        self.drained = asyncio.Event()

    def resume_writing(self) -> None:
        if self.drained is not None:
            self.drained.set()
            self.drained = None

    def _feed(self, data: bytes) -> None:
        all_head = self._in_head or self._reading is None or self._reading.answered
        self._chunk_bytes = len(data)
        self._framing_bytes += len(data)
        try:
            self._parser.feed_data(data)
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
        self._in_head = True
        self._url = b""
        self._head_bytes = 0
        self._discarded = 0
        self._head_began_at = self._last_data_at

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # a trailer (RFC 9112 section 7.1.2) must not pass for a header that was checked
            self._headers.raw += (name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._framing_bytes = 0
        self._check_head()
        if self._parser.should_upgrade():
            if self._parser.get_method() == b"CONNECT":
                raise Refusal(400, "not_a_proxy", "CONNECT is for proxies; send the request itself.")
            self._upgrading = True
            return
        client = self._reading = self._new_client()
        self._line.append(client)
        if len(self._line) == 1:
            self._start(client)
        else:
            self.pause_reading()

    def _check_head(self) -> None:
        settings, raw = self._settings, self._headers.raw
        if len(raw) > 2 * settings.headers:
            raise Refusal(431, "too_many_headers", f"The request has over {settings.headers} headers.")
        if self._head_bytes + self._chunk_bytes > settings.header_bytes:
            size = len(self._url) + sum(map(len, raw)) + 2 * len(raw)
            if size > settings.header_bytes:
                raise self._head_too_long()

    def _new_client(self) -> Client:
        parser, headers = self._parser, self._headers.read()
        path, query = _target_of(self._url)
        client = Client(self, parser.get_method().decode("ascii"), path, query, headers)
        client.version = parser.get_http_version()
        client.keep_alive = (
            client.version != "1.0" and parser.should_keep_alive() and not self.shared.draining
        )
        client.asks_first = "expect" in headers and headers["expect"].lower() == "100-continue"
        return client

    def on_body(self, body: bytes) -> None:
        self._framing_bytes -= len(body) * _FRAMING_PER_BYTE
        client = self._reading
        if client is not None and not client.answered:
            client.take(body)

    def on_message_complete(self) -> None:
        if self._reading is not None and not self._upgrading:
            self._reading.take_end()

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        """Java's HTTP client asks for h2c with each cleartext request. A server may ignore that (RFC 9110
        section 7.8), but the parser has skipped the body: read the request again without the wish.
        """
        self._upgrading = False
        version = self._parser.get_http_version().encode()
        lines = [self._parser.get_method() + b" " + self._url + b" HTTP/" + version]
        raw = self._headers.raw
        for name, value in zip(raw[::2], raw[1::2], strict=True):
            if name.lower() not in _HOP_HEADERS:
                lines.append(name + b": " + value)
        raw.clear()
        self._start_parser()
        self._feed(b"\r\n".join(lines) + b"\r\n\r\n" + rest)

    # The app's side.

    def pause_reading(self) -> None:
        if not self._paused:
            self._paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        if self._paused:
            self._paused = False
            self.transport.resume_reading()

    def _start(self, client: Client) -> None:
        self.shared.tasks[client] = self._loop.create_task(self._answer(client))

    async def _answer(self, client: Client) -> None:
        try:
            await self.shared.app(client)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in the app, its client is told
            await _apologise(client, type(error).__name__)
        else:
            if not client.answered and not client.gone:
                await _apologise(client, "no answer")
        finally:
            del self.shared.tasks[client]

    def answered(self) -> None:
        self._line.popleft()
        if self.transport.is_closing():
            return
        self._waiting_since = self._loop.time()
        self.resume_reading()
        if self._line:
            self._start(self._line[0])

    # Ending.

    def shutdown(self) -> None:
        """Answer what is under way or on its way in, and say that this was the last. Where an answer has
        begun without these words, and where nothing was asked yet, one more is answered (`linger_s`).
        """
        if self._line and not self._line[-1].begun:
            self._line[-1].keep_alive = False

    def sweep(self, now: float) -> None:
        """Close what has been waiting for the other side for too long."""
        settings = self._settings
        if self._stalled(now):
            self.transport.abort()
        elif self._refused_at is not None:
            if now - self._refused_at > _LINGER_S:
                self.transport.abort()
        elif self._line:
            silent = not self._line[-1].arrived and not self._paused
            if silent and now - self._last_data_at > settings.idle_body_s:
                self._refuse(Refusal(408, "body_timeout", "The body of the request stopped coming."))
        elif self._in_head:
            if now - max(self._head_began_at, self._waiting_since) > settings.header_s:
                self._refuse(Refusal(408, "header_timeout", "The head of the request did not come in time."))
        else:
            since = max(self._waiting_since, self._last_data_at)
            limit_s = settings.header_s if self._reading is None else settings.keep_alive_s
            if self.shared.draining:
                limit_s, since = settings.linger_s, max(since, self.shared.draining_since)
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
        self._refused_at = self._loop.time()
        if self._line:
            self._line[-1].leave()
            if self._line[0].begun or self._in_head or len(self._line) > 1:
                self.transport.abort()
                return
        self._in_head = False
        self.resume_reading()
        self.transport.write(_told(refusal, self.shared.date_line))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.transport.close()


_FRAMING_TOO_LONG = Refusal(
    400,
    "framing_too_long",
    "The body is nearly all chunk sizes, extensions and trailers; send larger chunks.",
)


def _target_of(url: bytes) -> tuple[str, str]:
    """Path, decoded, and query of a request's target."""
    parsed = httptools.parse_url(url)
    path = parsed.path.decode("ascii")
    return unquote(path) if "%" in path else path, (parsed.query or b"").decode("latin-1")


async def _apologise(client: Client, because: str) -> None:
    """For an app that broke down, or gave no whole answer."""
    _log.error("a request failed on our side", because=because)
    client.keep_alive = False
    if not client.begun:
        await client.reply(500, {"content-type": "text/plain"}, b"Internal Server Error")
    elif not client.answered:
        client.break_off()


def _told(refusal: Refusal, date_line: str) -> bytes:
    """No route is known yet, and so no protocol's own shape: this one the SDKs all read a message from."""
    error = {"message": refusal.message, "type": "invalid_request_error", "code": refusal.code}
    body = json.dumps({"error": error}).encode()
    framing = f"{CLOSE}content-length: {len(body)}\r\n"
    return head_of(refusal.status, date_line, {"content-type": "application/json"}, framing) + body
