"""Server-sent events while they pass: whole events go on at once, their data is read once.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re
from abc import ABC, abstractmethod

from leadline.providers._failures import malformed
from leadline.vocabulary import Answer, UpstreamFailure

LONGEST_EVENT = 32 * 1024 * 1024
_LONGEST_PREAMBLE = 64 * 1024
_LINE_END = rb"(?>\r\n|\r|\n)"
_BOUNDARY = re.compile(_LINE_END + _LINE_END)
_FIELDS = (b"data:", b"event:", b"id:", b"retry:")


class EventSplitter:
    """Cuts a byte stream, however it is chunked, into events that still carry their blank line."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = bytearray()
        """The beginning of an event whose end has not come yet."""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The events that are whole now."""
        if self.held:
            self.held += chunk
            if b"\n" not in chunk and b"\r" not in chunk:
                return []
            chunk = bytes(self.held)
        boundary = _only_boundary(chunk)
        if boundary is None:
            return self._feed_mixed(chunk)
        *events, rest = chunk.split(boundary)
        self.held = bytearray(rest)
        return [event + boundary for event in events]

    def _feed_mixed(self, chunk: bytes) -> list[bytes]:
        events, start = [], 0
        for match in _BOUNDARY.finditer(chunk):
            events.append(chunk[start : match.end()])
            start = match.end()
        self.held = bytearray(chunk[start:])
        return events


def data_of(event: bytes) -> bytes | None:
    """The event's data, its lines joined by newlines. None for comments and events without any."""
    if event.startswith(b"data:"):
        end = event.find(b"\n")
        if end >= len(event) - 3 and event.find(b"\r", 0, end - 1) < 0:
            return event[5:end]
    lines = [line[5:] for line in event.lstrip(b"\xef\xbb\xbf").splitlines() if line.startswith(b"data:")]
    return b"\n".join(lines) if lines else None


class SseReader(ABC):
    """What the stream readers of all protocols share: relay, hold back, notice what is no stream at all.

    A half event waits for its end: a stream that is cut inside one can then end with an error event that
    stands on its own line, which is what makes a client's SDK raise instead of choke on broken JSON.
    """

    def __init__(self) -> None:
        self.started = False
        self.failure: UpstreamFailure | None = None
        self.gave_up = False
        self._splitter = EventSplitter()
        self._preamble = b""

    @abstractmethod
    def take(self, data: bytes) -> bool:
        """Read one event's data; whether the client may have it."""

    @abstractmethod
    def judge_body(self, body: bytes) -> UpstreamFailure | None:
        """The error that a body holds which is no event stream, if it holds one."""

    @abstractmethod
    def outcome(self) -> Answer | UpstreamFailure: ...

    def feed(self, chunk: bytes) -> bytes:
        if self.gave_up:
            return b""
        waited = bool(self._splitter.held)
        events = self._splitter.feed(chunk)
        relayed = [event for event in events if self._relays(event)]
        if len(self._splitter.held) > LONGEST_EVENT:
            self._splitter.held.clear()
            self.gave_up = True
            self.fail(malformed(200, f"The upstream sent an event of over {LONGEST_EVENT} bytes."))
        if len(relayed) == len(events) and not waited and not self._splitter.held:
            return chunk
        return b"".join(relayed)

    def finish(self) -> bytes:
        """What was held back, if the answer was complete without it; half an event is of no use to anyone."""
        held = bytes(self._splitter.held)
        self._splitter.held.clear()
        if not self.started and self.failure is None:
            self._judge_what_is_no_stream(self._preamble + held)
        result = self.outcome()
        return held if isinstance(result, Answer) and result.complete else b""

    def fail(self, failure: UpstreamFailure) -> None:
        """The first failure is the cause; later ones are its echo."""
        self.failure = self.failure or failure

    def _relays(self, event: bytes) -> bool:
        data = data_of(event)
        if data is not None:
            return self.take(data)
        if not self.started:
            self._preamble = (self._preamble + event)[:_LONGEST_PREAMBLE]
        return True

    def _judge_what_is_no_stream(self, body: bytes) -> None:
        lines = [line for line in body.splitlines() if line.strip() and not line.startswith(b":")]
        if not lines or any(lines[0].startswith(field) or field.startswith(lines[0]) for field in _FIELDS):
            return
        verdict = self.judge_body(body) or malformed(
            200, "The upstream answered 200 with something that is no event stream."
        )
        self.fail(verdict)


def _only_boundary(chunk: bytes) -> bytes | None:
    """The blank line of a chunk that is consistent about its line ends, as nearly all are."""
    returns = chunk.count(b"\r")
    if not returns:
        return b"\n\n"
    return b"\r\n\r\n" if returns == chunk.count(b"\n") == chunk.count(b"\r\n") else None
