"""An Anthropic stream, read into neutral deltas and written from them.

https://platform.claude.com/docs/en/build-with-claude/streaming
"""

from collections.abc import Iterator

import msgspec

from leadline.providers._decoding import decode
from leadline.translation.identity import portable
from leadline.translation.messages_answering import (
    Block,
    Message,
    ending_of,
    envelope,
    input_of,
    name_losses,
    usage_of,
)
from leadline.translation.neutral import CallBegan, CallEnded, CallGrew, Delta, Losses, Telling, Text
from leadline.vocabulary import Answer, TokenUsage

Json = dict[str, object]


class _Delta(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    partial_json: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    index: int = 0
    message: Message | None = None
    content_block: Block | None = None
    delta: _Delta | None = None


_event = msgspec.json.Decoder(_Event)


class MessagesSource:
    def __init__(self, losses: Losses) -> None:
        self.id = ""
        self.model = ""
        self.ended = False
        self.broken = False
        self._losses = losses
        self._given: dict[int, str] = {}
        """By index of the block: the input that a call began with, until a piece of it is streamed."""

    def read(self, data: bytes) -> Iterator[Delta]:
        """Raises Unparsable."""
        event = decode(_event, data)
        match event.type:
            case "message_start" if event.message is not None:
                self.id, self.model = event.message.id or "", event.message.model or ""
            case "content_block_start" if event.content_block is not None:
                yield from self._block(event.index, event.content_block)
            case "content_block_delta" if event.delta is not None:
                yield from self._delta(event.index, event.delta)
            case "content_block_stop" if event.index in self._given:
                if given := self._given.pop(event.index):
                    yield CallGrew(event.index, given)
                yield CallEnded(event.index)
            case "message_stop":
                self.ended = True
            case "error":
                self.broken = True

    def _block(self, at: int, block: Block) -> Iterator[Delta]:
        name_losses(block, self._losses)
        if block.type == "text" and block.text:
            yield Text(block.text)
        elif block.type == "tool_use":
            self._given[at] = input_of(block)
            yield CallBegan(at, portable(block.id or ""), block.name or "")

    def _delta(self, at: int, delta: _Delta) -> Iterator[Delta]:
        if delta.text:
            yield Text(delta.text)
        elif delta.partial_json and at in self._given:
            self._given[at] = ""
            yield CallGrew(at, delta.partial_json)
        elif delta.type == "citations_delta":
            self._losses.add("content.citations")


class _Waiting(msgspec.Struct):
    """A block whose turn has not come: blocks are strictly one after the other."""

    began: CallBegan | None
    pieces: list[str]
    ended: bool = False


class MessagesSink:
    """One block at a time. While a call may still grow, what follows it waits."""

    sdks_raise = True

    def __init__(self, telling: Telling, blocks: int = 0) -> None:
        """`blocks` is how many the client has had already."""
        self._telling = telling
        self._index = blocks - 1
        self._in_text = False
        self._call: int | None = None
        self._waiting: list[_Waiting] = []

    def closing(self, event: bytes) -> bytes:
        return event

    def begin(self, given_id: str, model: str) -> bytes:
        message = envelope(given_id or self._telling.id, model or self._telling.model)
        # The figures come with the end; the SDKs take the later ones.
        message |= {
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage_of(TokenUsage()),
        }
        return _written("message_start", {"message": message})

    def go_on(self, words: str, *, is_open: bool) -> bytes:
        """A text after the blocks that the client has had, of which the last one may still be open."""
        self._in_text = is_open
        return self._close() + self._text(words)

    def write(self, delta: Delta) -> bytes:
        match delta:
            case Text(text=text):
                if self._call is None:
                    return self._text(text)
                self._wait_with(text)
            case CallBegan():
                if self._call is None:
                    return self._open_call(delta)
                self._waiting.append(_Waiting(delta, []))
            case CallGrew(key=key, arguments=arguments):
                if key == self._call:
                    return self._grow(arguments)
                self._waiting_call(key).pieces.append(arguments)
            case CallEnded(key=key):
                if key == self._call:
                    return self._close() + self._go_on()
                self._waiting_call(key).ended = True
        return b""

    def end(self, answer: Answer) -> bytes:
        """Raises Unportable for an end that the protocol has no word for."""
        ending = ending_of(answer)
        for waiting in self._waiting:
            waiting.ended = True
        events = self._close() + self._go_on() + self._close()
        usage = usage_of(answer.usage or TokenUsage())
        events += _written("message_delta", {"delta": ending, "usage": usage})
        return events + _written("message_stop", {})

    def _wait_with(self, text: str) -> None:
        if self._waiting and self._waiting[-1].began is None:
            self._waiting[-1].pieces.append(text)
        else:
            self._waiting.append(_Waiting(None, [text], ended=True))

    def _waiting_call(self, key: int) -> _Waiting:
        return next(w for w in self._waiting if w.began is not None and w.began.key == key)

    def _go_on(self) -> bytes:
        """Write what waits, up to and with the next call that may still grow."""
        events = b""
        while self._waiting and self._call is None:
            waiting = self._waiting.pop(0)
            said = "".join(waiting.pieces)
            if waiting.began is None:
                events += self._text(said)
                continue
            events += self._open_call(waiting.began) + (self._grow(said) if said else b"")
            if waiting.ended:
                events += self._close()
        return events

    def _text(self, text: str) -> bytes:
        events = b""
        if not self._in_text:
            events = self._close() + self._open({"type": "text", "text": ""})
            self._in_text = True
        return events + self._delta({"type": "text_delta", "text": text})

    def _open_call(self, began: CallBegan) -> bytes:
        block: Json = {"type": "tool_use", "id": began.id, "name": began.name, "input": {}}
        events = self._close() + self._open(block)
        self._call = began.key
        return events

    def _grow(self, arguments: str) -> bytes:
        return self._delta({"type": "input_json_delta", "partial_json": arguments})

    def _open(self, block: Json) -> bytes:
        self._index += 1
        return _written("content_block_start", {"index": self._index, "content_block": block})

    def _delta(self, delta: Json) -> bytes:
        return _written("content_block_delta", {"index": self._index, "delta": delta})

    def _close(self) -> bytes:
        if not self._in_text and self._call is None:
            return b""
        self._in_text, self._call = False, None
        return _written("content_block_stop", {"index": self._index})


def _written(kind: str, members: Json) -> bytes:
    data = msgspec.json.encode({"type": kind, **members})
    return b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"
