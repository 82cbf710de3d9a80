"""The facts of an OpenAI chat answer, whole or streamed.

https://platform.openai.com/docs/api-reference/chat/object and .../chat/streaming
"""

import re
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

_FINISH = {
    "stop": FinishReason.STOP,
    "eos": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.FILTERED,
}
_NO_HEADERS: Mapping[str, str] = {}
_ERROR = b'"error"'
_DONE = b"[DONE]"
_DETECTED = re.compile(rb'"(\w+)"\s*:\s*\{[^{}]*"detected"\s*:\s*true')
"""In Azure's annotations, which hold nothing of what was asked or said.
https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter-annotations"""
_UNTHOUGHT = (b"", b"null", b'""')


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | dict[str, object] | None = None
    input: str | None = None


class _Call(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None
    custom: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    """A whole message, or the delta of one."""

    content: str | list[_Part] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Function | None = None
    audio: msgspec.Raw = msgspec.Raw()
    images: msgspec.Raw = msgspec.Raw()
    reasoning: msgspec.Raw = msgspec.Raw()
    reasoning_content: msgspec.Raw = msgspec.Raw()

    @property
    def thinks(self) -> bool:
        """Hosts give thoughts under either name, Mistral as a part of the content; `""` is none yet."""
        named = (bytes(self.reasoning), bytes(self.reasoning_content))
        return any(raw not in _UNTHOUGHT for raw in named) or bool(self.content)


class _Choice(msgspec.Struct, gc=False):
    index: int | None = None
    message: _Message | None = None
    delta: _Message | None = None
    text: str | None = None
    finish_reason: str | None = None
    content_filter_results: msgspec.Raw = msgspec.Raw()
    logprobs: msgspec.Raw = msgspec.Raw()

    @property
    def said(self) -> _Message | None:
        """Chat says it in a message; legacy completions give the bare text."""
        if self.message is None and self.text is not None:
            return _Message(content=self.text)
        return self.message


class _InputDetails(msgspec.Struct, gc=False):
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None


class _OutputDetails(msgspec.Struct, gc=False):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: _InputDetails | None = None
    completion_tokens_details: _OutputDetails | None = None
    cached_tokens: int | None = None
    prompt_cache_hit_tokens: int | None = None


class _Completion(msgspec.Struct, gc=False):
    """A whole completion, or one chunk of it."""

    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    system_fingerprint: str | None = None
    prompt_filter_results: msgspec.Raw = msgspec.Raw()
    error: msgspec.Raw = msgspec.Raw()
    object: msgspec.Raw = msgspec.Raw()
    type: msgspec.Raw = msgspec.Raw()

    @property
    def is_flat_error(self) -> bool:
        """`{"object": "error", "message": ...}` as vLLM has it, or the same with `type`."""
        return self.choices is None and _ERROR in (bytes(self.object), bytes(self.type))


_completion = msgspec.json.Decoder(_Completion)


def read_reply(reply: UpstreamReply) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return errors.judge(reply.status, reply.headers, reply.body)
    try:
        completion = decode(_completion, reply.body)
    except Unparsable as error:
        return unreadable("a chat completion", error)
    if is_given(completion.error) or completion.is_flat_error:
        return errors.judge(200, reply.headers, reply.body)
    if not completion.choices or all(choice.said is None for choice in completion.choices):
        return malformed(200, "The body is not a chat completion: it has no message in `choices`.")
    facts = _Facts()
    for choice in completion.choices:
        facts.add_choice(choice, choice.said)
    facts.add_identity(completion)
    return facts.answer()


class OpenAIStream(SseReader):
    """`hides_usage`: the usage chunk was asked for by us, so the client must not see it."""

    def __init__(self, *, hides_usage: bool) -> None:
        super().__init__()
        self._hides_usage = hides_usage
        self._facts = _Facts()

    def take(self, data: bytes) -> bool:
        if data.strip() == _DONE:
            return self._end()
        try:
            chunk = decode(_completion, data)
        except Unparsable as error:
            return self.fail_at(f"An event of the stream is not a chat completion chunk: {error}.", data)
        failed = bool(chunk.error) and is_given(chunk.error)
        if not failed and chunk.is_flat_error:
            # openai-python raises on the member `error` and on nothing else.
            body = b'{"error":' + on_one_line(data) + b"}"
            self.fail(errors.judge(200, _NO_HEADERS, data), body, b"data: " + body + b"\n\n")
            return False
        if failed:
            self.fail(errors.judge(200, _NO_HEADERS, data), data)
        for choice in chunk.choices or ():
            self._facts.add_choice(choice, choice.delta or choice.said)
            if not self.started and choice.delta is not None and choice.delta.thinks:
                self.started = True
        self._facts.add_identity(chunk)
        if not self.started:
            self.started = not self._facts.hold_nothing
        return chunk.usage is None or bool(chunk.choices) or not self._hides_usage

    def _end(self) -> bool:
        passes = self._facts.finished and not (self._facts.hold_nothing and self.is_silent)
        if not passes:
            self.withheld = b"data: " + _DONE + b"\n\n"
        return passes

    def judge_body(self, body: bytes) -> UpstreamFailure | None:
        return errors.judge(200, _NO_HEADERS, body) if b'"error"' in body and error_object(body) else None

    def outcome(self) -> Answer | UpstreamFailure:
        return self.failure or self._facts.answer()


class _Facts:
    """Gathers over choices and chunks. With n > 1 the text is the first choice's, its length that of all."""

    __slots__ = (
        "_called",
        "_filter_found",
        "_fingerprint",
        "_finishes",
        "_id",
        "_model",
        "_more_than_text",
        "_refused",
        "_spoken",
        "_sureness",
        "_usage",
    )

    def __init__(self) -> None:
        self._spoken = Spoken()
        self._sureness = Sureness()
        self._called = Called()
        self._finishes: dict[int, str | None] = {}
        self._refused = False
        self._more_than_text = False
        self._usage: _Usage | None = None
        self._model: str | None = None
        self._id: str | None = None
        self._fingerprint: str | None = None
        self._filter_found: list[str] = []

    @property
    def finished(self) -> bool:
        """Each choice has said why it ended."""
        return bool(self._finishes) and all(self._finishes.values())

    @property
    def hold_nothing(self) -> bool:
        return not (self._spoken.chars or len(self._called) or self._more_than_text)

    def add_identity(self, completion: _Completion) -> None:
        self._model = completion.model or self._model
        self._id = completion.id or self._id
        self._fingerprint = completion.system_fingerprint or self._fingerprint
        self._usage = completion.usage or self._usage
        if completion.prompt_filter_results:
            self._note_found(completion.prompt_filter_results)

    def _note_found(self, annotations: msgspec.Raw) -> None:
        self._filter_found += [name.decode() for name in _DETECTED.findall(bytes(annotations))]

    def add_choice(self, choice: _Choice, message: _Message | None) -> None:
        at = choice.index or 0
        self._finishes[at] = choice.finish_reason or self._finishes.get(at)
        if choice.content_filter_results:
            self._note_found(choice.content_filter_results)
        if at == 0 and choice.logprobs and is_given(choice.logprobs):
            self._sureness.add_chat(choice.logprobs)
        if message is None:
            return
        text = message.content if isinstance(message.content, str) else _joined(message.content)
        if message.refusal:
            self._refused = True
            text += message.refusal
        if at == 0:
            self._spoken.add(text)
        else:
            self._spoken.count(text)
        # a member that did not come is empty, and costs no call here: this runs for each piece of a stream
        if (message.audio and is_given(message.audio)) or (message.images and is_given(message.images)):
            self._more_than_text = True
        for call in message.tool_calls or ():
            self._add_call(at, call)
        if message.function_call is not None:
            self._add_called((at, "function_call"), message.function_call)

    def _add_call(self, choice: int, call: _Call) -> None:
        called = call.function or call.custom
        if called is not None:
            # Hosts that leave the index out send each call whole, with its id or at least its name.
            missing = call.id or len(self._called) - (not called.name)
            self._add_called((choice, missing if call.index is None else call.index), called)

    def _add_called(self, key: tuple[int, object], called: _Function) -> None:
        self._called.begin(key, called.name or "")
        arguments = called.arguments if called.arguments is not None else called.input
        self._called.add(key, arguments if isinstance(arguments, str) else _as_json(arguments))

    def answer(self) -> Answer:
        raw = self._finishes.get(0) or next(filter(None, self._finishes.values()), None)
        finish = None if raw is None else _FINISH.get(raw, FinishReason.OTHER)
        return Answer(
            text=self._spoken.text,
            text_chars=self._spoken.chars,
            finish_reason=FinishReason.REFUSAL if self._refused and finish is FinishReason.STOP else finish,
            finish_raw=raw,
            complete=self.finished,
            usage=None if self._usage is None else _normalised(self._usage),
            served_model=self._model,
            response_id=self._id,
            fingerprint=self._fingerprint,
            tool_calls=self._called.calls(),
            refused=self._refused,
            more_than_text=self._more_than_text,
            filter_found=tuple(dict.fromkeys(self._filter_found)),
            mean_logprob=self._sureness.mean_logprob,
        )


def _joined(content: list[_Part] | None) -> str:
    return "".join(part.text for part in content or () if part.type == "text" and part.text)


def _as_json(arguments: dict[str, object] | None) -> str:
    return "" if arguments is None else msgspec.json.encode(arguments).decode()


def _normalised(usage: _Usage) -> TokenUsage:
    given, said = count(usage.prompt_tokens), count(usage.completion_tokens)
    inward, outward = usage.prompt_tokens_details, usage.completion_tokens_details
    reasoning = count(outward.reasoning_tokens) if outward is not None else 0
    if reasoning and usage.total_tokens == given + said + reasoning:
        said += reasoning  # xAI counts reasoning beside the completion, not in it
    cached = (inward.cached_tokens if inward is not None else None) or usage.cached_tokens
    return TokenUsage(
        input_tokens=given,
        output_tokens=said,
        # Azure's grok reports more cached tokens than the prompt has; a price must not go below zero.
        cached_read_tokens=min(count(cached or usage.prompt_cache_hit_tokens), given),
        cache_write_tokens=count(inward.cache_write_tokens) if inward is not None else 0,
        reasoning_tokens=reasoning,
    )
