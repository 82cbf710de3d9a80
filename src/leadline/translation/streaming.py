"""A stream of one protocol as a stream of another, read by the upstream's own reader as it passes."""

from collections.abc import Iterator
from typing import Protocol

from leadline.providers import StreamReader
from leadline.providers._decoding import Unparsable
from leadline.providers._failures import malformed
from leadline.providers._json_array import ArrayElements
from leadline.providers._sse import EventSplitter, data_of
from leadline.translation.neutral import Delta, Losses, Unportable
from leadline.vocabulary import Answer, FailureKind, UpstreamFailure


class Source(Protocol):
    """Reads one protocol's events. `broken` = the stream told an error; `ended` = it told its end."""

    id: str
    model: str
    ended: bool
    broken: bool

    def read(self, data: bytes) -> Iterator[Delta]:
        """The deltas of one event. Raises Unparsable."""


class Sink(Protocol):
    """Writes one protocol's events. `end` is only called for an answer that is complete.

    `sdks_raise` and `closing` are those of a `StreamReader`.
    """

    @property
    def sdks_raise(self) -> bool: ...

    def closing(self, event: bytes) -> bytes: ...

    def begin(self, given_id: str, model: str) -> bytes: ...

    def write(self, delta: Delta) -> bytes: ...

    def end(self, answer: Answer) -> bytes: ...


class StreamTranslator:
    """A `StreamReader` whose client speaks another protocol. Any chunking gives the same bytes.

    The facts are those of the upstream's own `reader`. What it finds wrong, the client has not been told,
    whatever the upstream said: so there it always `gave_up`.
    """

    def __init__(self, reader: StreamReader, source: Source, sink: Sink, losses: Losses) -> None:
        self.losses = losses
        self._reader = reader
        self._source = source
        self._sink = sink
        self._splitter = EventSplitter()
        self._array: ArrayElements | None = None
        self._undecided = True
        self._begun = False
        self._said = False
        """An end behind nothing waits for `finish`: it may have to be an error."""
        self._over = False
        self._failure: UpstreamFailure | None = None

    @property
    def started(self) -> bool:
        return self._reader.started

    @property
    def opened(self) -> bool:
        return self._reader.opened

    @property
    def failure(self) -> UpstreamFailure | None:
        return self._reader.failure or self._failure

    @property
    def error_body(self) -> bytes:
        return self._reader.error_body

    @property
    def gave_up(self) -> bool:
        return self.failure is not None

    @property
    def sdks_raise(self) -> bool:
        return self._sink.sdks_raise

    def feed(self, chunk: bytes) -> bytes:
        self._reader.feed(chunk)
        out = [self._translated(data) for data in self._events(chunk)]
        if self._source.ended and self._said:
            out.append(self._end())
        return b"".join(out)

    def finish(self) -> bytes:
        self._reader.finish()
        last = data_of(bytes(self._splitter.held))
        tail = self._translated(last) if last is not None and self._complete() is not None else b""
        return tail + self._end()

    def closing(self, event: bytes) -> bytes:
        return self._sink.closing(event)

    def outcome(self) -> Answer | UpstreamFailure:
        return self._failure or self._reader.outcome()

    def _events(self, chunk: bytes) -> list[bytes]:
        if self._undecided and (start := chunk.lstrip()):
            self._undecided = False
            self._array = ArrayElements() if start.startswith(b"[") else None
        if self._array is not None:
            return [element for _, element in self._array.feed(chunk)]
        return [data for event in self._splitter.feed(chunk) if (data := data_of(event)) is not None]

    def _translated(self, data: bytes) -> bytes:
        if self._over:
            return b""
        out = []
        try:
            for delta in self._source.read(data):
                out += [self._begin(), self._sink.write(delta)]
                self._said = True
            if self._source.id:
                out.append(self._begin())
        except Unparsable as error:
            self._fail(malformed(200, f"An event of the stream is not of its protocol: {error}."))
        except Unportable as error:
            self._fail(untranslatable(str(error)))
        if self._source.broken:
            self._over = True
        return b"".join(out)

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return self._sink.begin(self._source.id, self._source.model)

    def _end(self) -> bytes:
        """The client's own end, once and only after the upstream's."""
        answer = self._complete()
        if self._over or answer is None:
            return b""
        self._over = True
        begun = self._begin()
        try:
            return begun + self._sink.end(answer)
        except Unportable as error:
            self._fail(untranslatable(str(error)))
            return begun

    def _complete(self) -> Answer | None:
        outcome = self.outcome()
        return outcome if isinstance(outcome, Answer) and outcome.complete else None

    def _fail(self, failure: UpstreamFailure) -> None:
        self._over = True
        self._failure = self._failure or failure


def untranslatable(reason: str) -> UpstreamFailure:
    """An answer that cannot be said in the client's protocol: another target's may."""
    return UpstreamFailure(
        kind=FailureKind.QUALITY_FORMAT,
        status=200,
        error_code="untranslatable",
        message=reason,
        retry_same=False,
        fail_over=True,
    )
