"""A Gemini stream, read into neutral deltas and written from them.

https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
"""

from collections.abc import Iterator

import msgspec

from leadline.providers._decoding import decode, is_given
from leadline.providers._sse import data_of
from leadline.translation.generate_answering import (
    Json,
    ended,
    part_of,
    parts_of,
    response_decoder,
    response_of,
)
from leadline.translation.neutral import (
    CallBegan,
    CallEnded,
    CallGrew,
    Delta,
    Losses,
    Telling,
    Text,
    ToolUse,
)
from leadline.vocabulary import Answer


class GenerateSource:
    """Each call comes whole; there is no mark of the end but the end."""

    def __init__(self, losses: Losses) -> None:
        self.id = ""
        self.model = ""
        self.ended = False
        self.broken = False
        self._losses = losses
        self._calls = 0

    def read(self, data: bytes) -> Iterator[Delta]:
        """Raises Unparsable."""
        response = decode(response_decoder, data)
        if is_given(response.error):
            self.broken = True
            return
        self.id = self.id or response.response_id or ""
        self.model = self.model or response.model_version or ""
        for part in parts_of(response, self.id, self._calls, self._losses):
            if isinstance(part, Text):
                yield part
                continue
            key, self._calls = self._calls, self._calls + 1
            yield CallBegan(key, part.id, part.name)
            yield CallGrew(key, part.arguments)
            yield CallEnded(key)


class _Call(msgspec.Struct):
    began: CallBegan
    pieces: list[str]


class GenerateSink:
    """Calls go out whole; events, or the elements of an array, as the client asked."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._id = telling.id
        self._model = telling.model
        self._calls: dict[int, _Call] = {}
        self._begun = False

    @property
    def sdks_raise(self) -> bool:
        return not self._telling.in_array

    def closing(self, event: bytes) -> bytes:
        """An array gets the error as its last element, which keeps it an array."""
        if not self._telling.in_array:
            return event
        return (b",\r\n" if self._begun else b"[") + (data_of(event) or b"null") + b"]"

    def begin(self, given_id: str, model: str) -> bytes:
        self._id, self._model = given_id or self._id, model or self._model
        return b""

    def write(self, delta: Delta) -> bytes:
        """Raises Unportable for arguments that are no JSON."""
        match delta:
            case Text():
                return self._said([part_of(delta)])
            case CallBegan(key=key):
                self._calls[key] = _Call(delta, [])
            case CallGrew(key=key, arguments=arguments):
                self._calls[key].pieces.append(arguments)
            case CallEnded(key=key):
                return self._said([_whole(self._calls.pop(key))])
        return b""

    def end(self, answer: Answer) -> bytes:
        """Raises Unportable for an end without a word, and for arguments that are no JSON."""
        parts = [_whole(call) for call in self._calls.values()]
        last = self._written(ended(response_of(parts, self._id, self._model), answer))
        return last + b"]" if self._telling.in_array else last

    def _said(self, parts: list[Json]) -> bytes:
        return self._written(response_of(parts, self._id, self._model))

    def _written(self, response: Json) -> bytes:
        data = msgspec.json.encode(response)
        if not self._telling.in_array:
            return b"data: " + data + b"\r\n\r\n"
        lead, self._begun = (b",\r\n" if self._begun else b"["), True
        return lead + data


def _whole(call: _Call) -> Json:
    return part_of(ToolUse(call.began.id, call.began.name, "".join(call.pieces)))
