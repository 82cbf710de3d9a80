"""The facts of an OpenAI response, whole or streamed.

https://platform.openai.com/docs/api-reference/responses/object and .../responses-streaming
"""

from collections.abc import Mapping

import msgspec

from leadline.providers import _openai_errors as errors
from leadline.providers._called import Called
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._failures import error_object, malformed, unreadable
from leadline.providers._spoken import Spoken
from leadline.providers._sse import SseReader, on_one_line
from leadline.providers._sureness import Sureness
from leadline.vocabulary import Answer, FinishReason, TokenUsage, UpstreamFailure, UpstreamReply

_NOTHING = msgspec.Raw()
_NO_HEADERS: Mapping[str, str] = {}
_INCOMPLETE = {"max_output_tokens": FinishReason.LENGTH, "content_filter": FinishReason.FILTERED}
_BEGINNING = ("response.created", "response.queued", "response.in_progress")
"""They say nothing of the answer yet, so another target may still take over."""
_LONGEST_BEGINNING = 256 * 1024
"""Bytes: each of these events repeats the instructions and tools."""
_ENDS = ("response.completed", "response.incomplete", "response.cancelled", "response.failed")
_WORDS = ("message", "reasoning", "function_call", "custom_tool_call")
"""Items of which everything is read here; the others are images and the work of built-in tools."""
_RUN_BY_CLIENTS = ("computer_call", "local_shell_call", "shell_call", "apply_patch_call")
"""Built-in tools whose work the client does, as it does a function's."""
_UNDER_WAY = ("queued", "in_progress")
"""A background response: what is asked for is its id."""


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    refusal: str | None = None
    logprobs: msgspec.Raw = _NOTHING


class _Item(msgspec.Struct, gc=False):
    type: str = ""
    content: list[_Part] | None = None
    name: str | None = None
    arguments: str | dict[str, object] | None = None
    input: str | None = None
    action: msgspec.Raw = _NOTHING
    operation: msgspec.Raw = _NOTHING


class _InputDetails(msgspec.Struct, gc=False):
    cached_tokens: int | float | None = None
    cache_write_tokens: int | float | None = None


class _OutputDetails(msgspec.Struct, gc=False):
    reasoning_tokens: int | float | None = None


class _Usage(msgspec.Struct, gc=False):
    input_tokens: int | float | None = None
    output_tokens: int | float | None = None
    input_tokens_details: _InputDetails | None = None
    output_tokens_details: _OutputDetails | None = None


class _Incomplete(msgspec.Struct, gc=False):
    reason: str | None = None


class _Response(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    status: str | None = None
    output: list[_Item] | None = None
    usage: _Usage | None = None
    incomplete_details: _Incomplete | None = None
    error: msgspec.Raw = _NOTHING


class _Event(msgspec.Struct, gc=False):
    """Any of the 58. An `error` is nested, or its members stand flat in an event of that type."""

    type: str = ""
    delta: msgspec.Raw = _NOTHING
    item: _Item | None = None
    response: _Response | None = None
    error: msgspec.Raw = _NOTHING
    logprobs: msgspec.Raw = _NOTHING


_response = msgspec.json.Decoder(_Response)
_event = msgspec.json.Decoder(_Event)
_string = msgspec.json.Decoder(str)


def read_reply(reply: UpstreamReply) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return errors.judge(reply.status, reply.headers, reply.body)
    try:
        response = decode(_response, reply.body)
    except Unparsable as error:
        return unreadable("a response", error)
    if is_given(response.error):
        return errors.judge(200, reply.headers, reply.body)
    if response.output is None or response.status is None:
        return malformed(200, "The body is not a response: it has no `output` or no `status`.")
    facts = _Facts()
    facts.add_response(response)
    return facts.answer()


class ResponsesStream(SseReader):
    """Begins with the first event that is about the answer; ends with completed, incomplete or failed."""

    def __init__(self) -> None:
        super().__init__()
        self._facts = _Facts()
        self._beginning_bytes = 0

    def take(self, data: bytes) -> bool:
        if data.strip() == b"[DONE]":  # some hosts send what only chat completions have
            return True
        try:
            event = decode(_event, data)
        except Unparsable as error:
            return self.fail_at(f"An event of the stream is not one of a response: {error}.", data)
        if event.type == "error" or is_given(event.error):
            return self._fail_with(event, data)
        if event.response is not None and is_given(event.response.error):
            body = _wrapped(bytes(event.response.error))
            self.fail(errors.judge(200, _NO_HEADERS, body), body)
            return True
        self._facts.add_event(event)
        if event.type in _ENDS and self._facts.hold_nothing and self.is_silent:
            self.withheld = self._event
            return False
        self._note_start(event.type, len(data))
        return True

    def _fail_with(self, event: _Event, data: bytes) -> bool:
        """The specification shows a flat error, OpenAI sends a nested one, and only on the nested one under
        the name `error` does openai-python raise: any other is given to the client in that form.
        """
        nested = is_given(event.error)
        body = _wrapped(bytes(event.error) if nested else on_one_line(data))
        failure = errors.judge(200, _NO_HEADERS, body)
        if nested and self.is_named(b"error"):
            self.fail(failure, body)
            return True
        self.fail(failure, body, error_event(body))
        return False

    def _note_start(self, kind: str, size: int) -> None:
        self._beginning_bytes += size
        if kind not in _BEGINNING or self._beginning_bytes > _LONGEST_BEGINNING:
            self.started = True

    def judge_body(self, body: bytes) -> UpstreamFailure | None:
        return errors.judge(200, _NO_HEADERS, body) if b'"error"' in body and error_object(body) else None

    def outcome(self) -> Answer | UpstreamFailure:
        return self.failure or self._facts.answer()


class _Facts:
    """Gathers over events; the whole response at the end outranks what its pieces said, but for the text."""

    def __init__(self) -> None:
        self._spoken = Spoken()
        self._sureness = Sureness()
        self._called = Called()
        self._refused = False
        self._last = _Response()
        self._ended = False
        self._more_than_text = False

    @property
    def hold_nothing(self) -> bool:
        return not (self._spoken.chars or len(self._called) or self._more_than_text)

    def add_event(self, event: _Event) -> None:
        if event.type == "response.output_text.delta":
            self._spoken.add(_text_of(event.delta))
            if event.logprobs:
                self._sureness.add_responses(event.logprobs)
        elif event.type == "response.refusal.delta":
            self._refused = True
            self._spoken.add(_text_of(event.delta))
        elif event.type == "response.output_item.done" and event.item is not None:
            self._add_call(event.item)
        elif event.response is not None:
            self._last = event.response
            self._ended = event.type in _ENDS
            if event.response.output and not (self._spoken.chars or len(self._called)):
                self._add_output(event.response.output)  # a host that sends no pieces

    def add_response(self, response: _Response) -> None:
        self._last = response
        self._ended = True
        self._add_output(response.output or [])

    def _add_output(self, output: list[_Item]) -> None:
        for item in output:
            self._add_call(item)
            for part in item.content or () if item.type == "message" else ():
                self._refused = self._refused or bool(part.refusal)
                self._spoken.add(part.text or part.refusal or "")
                self._sureness.add_responses(part.logprobs)

    def _add_call(self, item: _Item) -> None:
        if item.type not in _WORDS:
            self._more_than_text = True
        if item.type in ("function_call", "custom_tool_call"):
            given = item.arguments if item.arguments is not None else item.input
            arguments = given if isinstance(given, str) else msgspec.json.encode(given).decode()
            self._called.begin(len(self._called), item.name or "", arguments)
        elif item.type in _RUN_BY_CLIENTS:
            done = next((bytes(raw) for raw in (item.action, item.operation) if is_given(raw)), b"{}")
            name = item.type.removesuffix("_call")
            self._called.begin(len(self._called), name, done.decode(errors="replace"))

    def answer(self) -> Answer:
        last = self._last
        reason = last.incomplete_details.reason if last.incomplete_details is not None else None
        return Answer(
            text=self._spoken.text,
            text_chars=self._spoken.chars,
            finish_reason=self._finish(last.status, reason),
            finish_raw=reason or last.status,
            complete=self._ended,
            usage=None if last.usage is None else _normalised(last.usage),
            served_model=last.model,
            response_id=last.id,
            tool_calls=self._called.calls(),
            refused=self._refused,
            more_than_text=self._more_than_text,
            mean_logprob=self._sureness.mean_logprob,
        )

    def _finish(self, status: str | None, reason: str | None) -> FinishReason | None:
        if status == "completed":
            if self._refused:
                return FinishReason.REFUSAL
            return FinishReason.TOOL_CALLS if len(self._called) else FinishReason.STOP
        if status == "incomplete":
            return _INCOMPLETE.get(reason or "", FinishReason.OTHER)
        return None if status is None or status in _UNDER_WAY else FinishReason.OTHER


def error_event(body: bytes) -> bytes:
    """The error of a body `{"error": ...}` as the event on which openai-python raises."""
    return b'event: error\ndata: {"type":"error",' + body[1:] + b"\n\n"


def _wrapped(error: bytes) -> bytes:
    return b'{"error":' + error + b"}"


def _text_of(delta: msgspec.Raw) -> str:
    try:
        return decode(_string, bytes(delta))
    except Unparsable:
        return ""


def _normalised(usage: _Usage) -> TokenUsage:
    inward, outward = usage.input_tokens_details, usage.output_tokens_details
    given = count(usage.input_tokens)
    return TokenUsage(
        input_tokens=given,
        output_tokens=count(usage.output_tokens),
        cached_read_tokens=min(count(inward.cached_tokens), given) if inward is not None else 0,
        cache_write_tokens=count(inward.cache_write_tokens) if inward is not None else 0,
        reasoning_tokens=count(outward.reasoning_tokens) if outward is not None else 0,
    )
