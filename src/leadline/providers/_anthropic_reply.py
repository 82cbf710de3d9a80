"""The facts of an Anthropic message, whole or streamed.

https://platform.claude.com/docs/en/api/messages and .../build-with-claude/streaming
"""

from collections.abc import Mapping

import msgspec

from leadline.providers import _anthropic_errors as errors
from leadline.providers._called import Called
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._failures import error_object, malformed, unreadable
from leadline.providers._spoken import Spoken
from leadline.providers._sse import SseReader, on_one_line
from leadline.vocabulary import Answer, FinishReason, TokenUsage, UpstreamFailure, UpstreamReply

_FINISH = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "pause_turn": FinishReason.PAUSED,
    "refusal": FinishReason.REFUSAL,
}
_THOUGHTS = ("thinking", "redacted_thinking")
_NO_HEADERS: Mapping[str, str] = {}
_NOTHING = msgspec.Raw()


class _Block(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    name: str | None = None
    input: msgspec.Raw = _NOTHING


class _OutputDetails(msgspec.Struct, gc=False):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    output_tokens_details: _OutputDetails | None = None


class _Message(msgspec.Struct, gc=False):
    type: str = ""
    id: str | None = None
    model: str | None = None
    content: list[_Block] | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None


class _Delta(msgspec.Struct, gc=False):
    """Of a content block or of the message."""

    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta | None = None
    usage: _Usage | None = None
    error: msgspec.Raw = _NOTHING


_message = msgspec.json.Decoder(_Message)
_event = msgspec.json.Decoder(_Event)


def read_reply(reply: UpstreamReply) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return errors.judge(reply.status, reply.headers, reply.body)
    try:
        message = decode(_message, reply.body)
    except Unparsable as error:
        return unreadable("a message", error)
    if message.type == "error" or message.content is None:
        if error_object(reply.body).get("message"):
            return errors.judge(200, reply.headers, reply.body)
        return malformed(200, "The body is not a message: it has no `content`.")
    facts = _Facts()
    facts.add_message(message)
    for at, block in enumerate(message.content):
        facts.add_block(at, block)
    return facts.answer(ended=True)


class AnthropicStream(SseReader):
    def __init__(self) -> None:
        super().__init__()
        self._facts = _Facts()
        self._ended = False

    def take(self, data: bytes) -> bool:
        try:
            event = decode(_event, data)
        except Unparsable as error:
            if error_object(data).get("message"):
                return self._fail_flat(data)
            return self.fail_at(f"An event of the stream is not one of a message: {error}.", data)
        if event.type == "error" or is_given(event.error):
            return self._fail(data, data)
        if self.is_named(b"error"):
            return self._fail_flat(data)
        self._read(event)
        self.started = self.started or self._facts.thought or not self._facts.hold_nothing
        unfinished = not self._ended or (self._facts.hold_nothing and self.is_silent)
        if event.type == "message_stop" and unfinished:
            self.withheld = self._event
            return False
        return True

    def _fail_flat(self, data: bytes) -> bool:
        return self._fail(data, b'{"type":"error","error":' + on_one_line(data) + b"}")

    def _fail(self, data: bytes, body: bytes) -> bool:
        """anthropic-python raises on the event's name and drops an event without one."""
        self.fail(
            errors.judge(200, _NO_HEADERS, data),
            body,
            b"event: error\ndata: " + on_one_line(body) + b"\n\n",
        )
        return body is data and self.is_named(b"error")

    def judge_body(self, body: bytes) -> UpstreamFailure | None:
        return errors.judge(200, _NO_HEADERS, body) if b'"error"' in body and error_object(body) else None

    def outcome(self) -> Answer | UpstreamFailure:
        return self.failure or self._facts.answer(ended=self._ended)

    def _read(self, event: _Event) -> None:
        if event.type == "content_block_delta" and event.delta is not None:
            self._facts.add_delta(event.index, event.delta)
        elif event.type == "content_block_start" and event.content_block is not None:
            self._facts.add_block(event.index, event.content_block)
        elif event.type == "message_start" and event.message is not None:
            self._facts.add_message(event.message)
        elif event.type == "message_delta":
            self._facts.add_end(event.delta, event.usage)
        elif event.type == "message_stop":
            self._ended = self._facts.stop_reason is not None


class _Facts:
    def __init__(self) -> None:
        self._spoken = Spoken()
        self._called = Called()
        self._usage: _Usage | None = None
        self.stop_reason: str | None = None
        self._more_than_text = False
        self.thought = False
        self._model: str | None = None
        self._id: str | None = None

    @property
    def hold_nothing(self) -> bool:
        return not (self._spoken.chars or len(self._called) or self._more_than_text)

    def add_message(self, message: _Message) -> None:
        self._model, self._id = message.model, message.id
        self.add_usage(message.usage)
        self.stop_reason = message.stop_reason

    def add_block(self, at: int, block: _Block) -> None:
        if block.type == "text":
            self._spoken.add(block.text or "")
        elif block.type == "tool_use":
            # the whole input outside a stream, `{}` within
            given = bytes(block.input).decode(errors="replace") if is_given(block.input) else ""
            self._called.begin(at, block.name or "", given)
        elif block.type in _THOUGHTS:
            self.thought = True
        else:
            self._more_than_text = True

    def add_delta(self, at: int, delta: _Delta) -> None:
        if delta.text:
            self._spoken.add(delta.text)
        elif delta.partial_json:
            self._called.add(at, delta.partial_json)

    def add_end(self, delta: _Delta | None, usage: _Usage | None) -> None:
        if delta is not None:
            self.stop_reason = delta.stop_reason or self.stop_reason
        self.add_usage(usage)

    def add_usage(self, usage: _Usage | None) -> None:
        """Counts are cumulative: a later one replaces, one that is not repeated stands."""
        if usage is None or self._usage is None:
            self._usage = usage or self._usage
            return
        for name in _Usage.__struct_fields__:
            if (later := getattr(usage, name)) is not None:
                setattr(self._usage, name, later)

    def answer(self, *, ended: bool) -> Answer:
        raw = self.stop_reason
        finish = None if raw is None else _FINISH.get(raw, FinishReason.OTHER)
        return Answer(
            text=self._spoken.text,
            text_chars=self._spoken.chars,
            finish_reason=finish,
            finish_raw=raw,
            complete=ended and raw is not None,
            usage=None if self._usage is None else _normalised(self._usage),
            served_model=self._model,
            response_id=self._id,
            tool_calls=self._called.calls(),
            refused=finish is FinishReason.REFUSAL,
            more_than_text=self._more_than_text,
        )


def _normalised(usage: _Usage) -> TokenUsage:
    """Anthropic counts cached input beside `input_tokens`, the others within it."""
    read, write = count(usage.cache_read_input_tokens), count(usage.cache_creation_input_tokens)
    details = usage.output_tokens_details
    return TokenUsage(
        input_tokens=count(usage.input_tokens) + read + write,
        output_tokens=count(usage.output_tokens),
        cached_read_tokens=read,
        cache_write_tokens=write,
        reasoning_tokens=count(details.thinking_tokens) if details is not None else 0,
    )
