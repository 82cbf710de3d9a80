"""One request and its answer on a connection: the head of an answer leaves with its first bytes."""

from collections.abc import Callable, Iterable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

WHEN_LEFT = "leadline.when_left"
"""The ASGI extension under which an app finds `Cycle.when_left`."""

CUT = "leadline.cut"
"""In a body message: these are the last bytes, and the connection ends without the end of the body."""

_JOIN_UP_TO = 64 * 1024
"""Head and a body up to this size go out in one piece: a copy is cheaper than a second packet."""
_CONTROLS = bytes(code for code in range(32) if code != ord("\t")) + b"\x7f"
_NO_BODY = (204, 304)


class Cycle(RequestResponseCycle):
    """uvicorn's, but for what costs most: a packet for the head alone, a search in each header, and a task
    of the app that waits for the client to leave.

    Header names have to be lower case and tokens; no value gets out of its line.
    """

    _head = b""
    _until_close = False
    """HTTP/1.0 knows no chunks (RFC 9112 section 6.1): the end of the connection is the end of the answer."""
    _on_left: Callable[[], None] | None = None

    def when_left(self, call: Callable[[], None] | None) -> None:
        """Call `call` once when the client leaves before it has the whole answer. None = no longer."""
        self._on_left = call
        if call is not None:
            self.flow.resume_reading()  # a body over 64 KB stops the reading, and unread no leaving is seen
        if self.disconnected:
            self.leave()

    def leave(self) -> None:
        """The client has left, or is treated as if it had."""
        self.disconnected = True
        self.message_event.set()
        if self._on_left is not None and not self.response_complete:
            self._on_left()

    async def send(self, message: Any) -> None:
        """Waits first while the client is slower than its answer. Nothing goes to a client that left."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start" and not self.response_started:
            self._head = self._framed_head(message["status"], message["headers"])
            self.response_started = True
            self.waiting_for_100_continue = False
        elif message["type"] == "http.response.body" and self.response_started and not self.response_complete:
            if message.get(CUT, False):
                self._cut(message["body"])
            else:
                self._write(message.get("body", b""), message.get("more_body", False))
        else:
            raise RuntimeError(f"{message['type']} comes at the wrong time")

    def _framed_head(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        pairs = [*self.default_headers, *headers]
        given = dict(pairs)
        if b"transfer-encoding" in given:
            raise RuntimeError("the server frames the answer; an app gives a content-length or nothing")
        length = given.get(b"content-length")
        self.chunked_encoding = length is None and self.scope["method"] != "HEAD" and status not in _NO_BODY
        self.expected_content_length = int(length or 0)
        if self.chunked_encoding and self.scope["http_version"] == "1.0":
            self.chunked_encoding, self._until_close = False, True
        elif self.chunked_encoding:
            pairs.append((b"transfer-encoding", b"chunked"))
        if b"close" in given.get(b"connection", b"").lower():
            self.keep_alive = False
        elif not self.keep_alive:
            pairs.append((b"connection", b"close"))
        lines = [b": ".join(pair) for pair in pairs]
        lines.append(b"\r\n")
        head = STATUS_LINE[status] + b"\r\n".join(lines)
        line_ends = 2 * (len(pairs) + 2)
        if len(head) - len(head.translate(None, _CONTROLS)) != line_ends:
            raise RuntimeError("a header of the answer holds a line break or another control character")
        return head

    def _write(self, body: bytes, more: bool) -> None:  # noqa: FBT001 - as the message says it
        head, self._head = self._head, b""
        if self.chunked_encoding:
            data = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            if not more:
                data += b"0\r\n\r\n"
        elif self._until_close:
            data = body
        else:
            data = self._within_length(body, more)
        if len(data) > _JOIN_UP_TO:
            self.transport.writelines((head, data))
        elif head or data:
            self.transport.write(head + data)
        if not more:
            self._complete()

    def _cut(self, body: bytes) -> None:
        if body:
            self._write(body, more=True)
        self.keep_alive = False
        self._complete()

    def _within_length(self, body: bytes, more: bool) -> bytes:  # noqa: FBT001 - as the message says it
        if self.scope["method"] == "HEAD":
            self.expected_content_length = 0
            return b""
        self.expected_content_length -= len(body)
        if self.expected_content_length < 0 or (self.expected_content_length and not more):
            raise RuntimeError("the body of the answer is not as long as its content-length says")
        return body

    def _complete(self) -> None:
        self.response_complete = True
        self.message_event.set()
        self.scope.pop("extensions", None)  # it leads back here, and only the collector could end that
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
