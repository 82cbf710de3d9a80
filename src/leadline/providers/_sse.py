"""Server-sent events while they pass: whole events go on at once, their data is read once.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import re
from abc import ABC, abstractmethod

from leadline.providers._decoding import is_whole
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
    stands on its own line, which is what makes a client's SDK raise instead of choke on broken JSON. The
    terminal marker waits for a finish: SDKs stop reading at it, and would miss the error that follows.
    """

    sdks_raise = True

    def __init__(self) -> None:
        self.started = False
        self.opened = False
        self.failure: UpstreamFailure | None = None
        self.gave_up = False
        self.error_body = b""
        self.withheld = b""
        """The terminal marker that came before any finish; it goes out if the finish comes after all."""
        self._splitter = EventSplitter()
        self._preamble = b""
        self._event = b""
        self._instead = b""

    @abstractmethod
    def take(self, data: bytes) -> bool:
        """Read one event's data; whether the client may have the event as it is."""

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
        relayed = [self._relayed(event) for event in events]
        if len(self._splitter.held) > LONGEST_EVENT:
            self._splitter.held.clear()
            self.gave_up = True
            self.fail(malformed(200, f"The upstream sent an event of over {LONGEST_EVENT} bytes."))
        if relayed == events and not waited and not self._splitter.held:
            return chunk
        return b"".join(relayed)

    def finish(self) -> bytes:
        """What was held back, if the answer was complete without it; half an event is of no use to anyone."""
        held = bytes(self._splitter.held)
        self._splitter.held.clear()
        if not self.started and self.failure is None:
            self._judge_what_is_no_stream(self._preamble + held)
        result = self.outcome()
        return self.withheld + held if isinstance(result, Answer) and result.complete else b""

    def closing(self, event: bytes) -> bytes:
        """Our own error `event` in the framing of this stream, to follow what was relayed."""
        return event

    @property
    def is_silent(self) -> bool:
        """Whether the answer so far was billed and holds nothing: its terminal marker waits for `finish`
        then, since it may have to be an error.
        """
        outcome = self.outcome()
        return isinstance(outcome, Answer) and outcome.is_silent

    def fail(self, failure: UpstreamFailure, error_body: bytes = b"", instead: bytes = b"") -> None:
        """The first failure is the cause; later ones are its echo.

        `error_body` is the error as the body of a reply, `instead` an event on which SDKs raise, for one that
        `take` withholds.
        """
        self._instead = instead
        if self.failure is None:
            self.failure, self.error_body = failure, error_body

    def fail_at(self, sentence: str, data: bytes) -> bool:
        """An event that is none of the protocol; whether the client may have it. On what is no JSON, SDKs
        raise errors of their JSON parser: there our own error follows instead.
        """
        self.fail(malformed(200, sentence))
        self.gave_up = not is_whole(data)
        return not self.gave_up

    def is_named(self, name: bytes) -> bool:
        """Whether the event that is being taken has this name in its `event:` line."""
        lines = self._event.splitlines()
        return any(line.startswith(b"event:") and line[6:].strip() == name for line in lines)

    def _relayed(self, event: bytes) -> bytes:
        if self.gave_up:
            return b""
        data = data_of(event)
        if data is None:
            if not self.started:
                self._preamble = (self._preamble + event)[:_LONGEST_PREAMBLE]
            return event
        self._event = event
        passes = self.take(data)
        self.opened = self.failure is None
        if passes:
            return event
        instead, self._instead = self._instead, b""
        return instead

    def _judge_what_is_no_stream(self, body: bytes) -> None:
        lines = [line for line in body.splitlines() if line.strip() and not line.startswith(b":")]
        if not lines or any(lines[0].startswith(field) or field.startswith(lines[0]) for field in _FIELDS):
            return
        said = self.judge_body(body)
        if said is not None:
            self.fail(said, error_body=body)
        else:
            self.fail(malformed(200, "The upstream answered 200 with something that is no event stream."))


def on_one_line(data: bytes) -> bytes:
    """JSON as it can stand in one `data:` line: its line breaks are but white space."""
    return data.replace(b"\r", b" ").replace(b"\n", b" ")


def _only_boundary(chunk: bytes) -> bytes | None:
    """The blank line of a chunk that is consistent about its line ends, as nearly all are."""
    if b"\r" not in chunk:
        return b"\n\n"
    returns = chunk.count(b"\r")
    return b"\r\n\r\n" if returns == chunk.count(b"\n") == chunk.count(b"\r\n") else None
