"""The events of a stream, however it is framed, and what stands around the JSON of each."""

import msgspec

from leadline.providers._json_array import ArrayElements
from leadline.providers._sse import EventSplitter, data_of


class Frame(msgspec.Struct):
    """One event as it came. `data` is its JSON; None = it has none (a comment)."""

    raw: bytes
    data: bytes | None
    before: bytes = b""
    after: bytes = b""

    def with_data(self, data: bytes) -> bytes:
        return self.before + data + self.after


class Frames:
    """Cuts a stream into frames; `in_array` is Google's array of JSON objects."""

    def __init__(self, *, in_array: bool) -> None:
        self._array = ArrayElements() if in_array else None
        self._splitter = EventSplitter()

    def feed(self, chunk: bytes) -> list[Frame]:
        if self._array is not None:
            return [Frame(before + element, element, before) for before, element in self._array.feed(chunk)]
        return [_frame(event) for event in self._splitter.feed(chunk)]

    def rest(self) -> list[Frame]:
        """What stands behind the last whole event, now that the stream is over: the array's own bracket."""
        held = bytes(self._array.held if self._array is not None else self._splitter.held)
        if not held:
            return []
        return [Frame(held, None)] if self._array is not None else [_frame(held)]


def _frame(event: bytes) -> Frame:
    data = data_of(event)
    if data is None:
        return Frame(event, None)
    lines = [line for line in event.splitlines() if line and not line.startswith(b"data:")]
    before = b"".join([line + b"\n" for line in lines]) + b"data: "
    return Frame(event, data, before, b"\n\n")
