"""The facts of a Gemini answer: whole, as server-sent events, or as a JSON array that arrives in pieces.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

import re
from collections.abc import Mapping

import msgspec

from leadline.providers import _gemini_errors as errors
from leadline.providers._called import Called
from leadline.providers._decoding import Unparsable, count, decode, is_given, is_whole
from leadline.providers._failures import error_object, malformed, unreadable
from leadline.providers._json_array import ArrayElements
from leadline.providers._spoken import Spoken
from leadline.providers._sse import LONGEST_EVENT, SseReader, data_of, on_one_line
from leadline.providers._sureness import Sureness
from leadline.vocabulary import Answer, FinishReason, TokenUsage, UpstreamFailure, UpstreamReply

_FILTERED = (
    *("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "JAILBREAK"),
    *("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"),
)
_MALFORMED = (
    *("MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS"),
    "MISSING_THOUGHT_SIGNATURE",
)
_FINISH = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "CONTINUATION": FinishReason.LENGTH,
    **dict.fromkeys(_FILTERED, FinishReason.FILTERED),
    **dict.fromkeys(_MALFORMED, FinishReason.MALFORMED),
    # Enums as integers, as `$alt=json;enum-encoding=int` gives them; beyond 5 the two Google APIs differ.
    "1": FinishReason.STOP,
    "2": FinishReason.LENGTH,
    "3": FinishReason.FILTERED,
    "4": FinishReason.FILTERED,
}
_UNSAID = (None, "", 0, "FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED")
_NO_HEADERS: Mapping[str, str] = {}
_NOTHING = msgspec.Raw()
_ERROR_FIRST = re.compile(rb'\s*\{\s*"error"\s*:')


class _Call(msgspec.Struct, gc=False):
    name: str | None = None
    args: msgspec.Raw = _NOTHING


class _Part(msgspec.Struct, gc=False, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    function_call: _Call | None = None
    inline_data: msgspec.Raw = _NOTHING
    file_data: msgspec.Raw = _NOTHING
    executable_code: msgspec.Raw = _NOTHING

    @property
    def is_more_than_text(self) -> bool:
        return is_given(self.inline_data) or is_given(self.file_data) or is_given(self.executable_code)


class _Content(msgspec.Struct, gc=False):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, gc=False, rename="camel"):
    index: int | None = None
    content: _Content | None = None
    finish_reason: str | int | None = None
    logprobs_result: msgspec.Raw = _NOTHING


class _Feedback(msgspec.Struct, gc=False, rename="camel"):
    block_reason: str | int | None = None


class _Usage(msgspec.Struct, gc=False, rename="camel"):
    prompt_token_count: int | None = None
    candidates_token_count: int | None = None
    thoughts_token_count: int | None = None
    tool_use_prompt_token_count: int | None = None
    cached_content_token_count: int | None = None


class _Response(msgspec.Struct, gc=False, rename="camel"):
    candidates: list[_Candidate] | None = None
    prompt_feedback: _Feedback | None = None
    usage_metadata: _Usage | None = None
    model_version: str | None = None
    response_id: str | None = None
    error: msgspec.Raw = _NOTHING
    code: msgspec.Raw = _NOTHING
    status: msgspec.Raw = _NOTHING
    message: msgspec.Raw = _NOTHING

    @property
    def is_flat_error(self) -> bool:
        """The inside of an error without its wrapping: `{"code": 429, "message": ..., "status": ...}`."""
        named = is_given(self.status) or is_given(self.code)
        return self.candidates is None and named and is_given(self.message)


_response = msgspec.json.Decoder(_Response)


def read_reply(reply: UpstreamReply) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return errors.judge(reply.status, reply.headers, reply.body)
    try:
        response = decode(_response, reply.body)
    except Unparsable as error:
        return unreadable("a generateContent response", error)
    if is_given(response.error) or response.is_flat_error:
        return errors.judge(200, reply.headers, reply.body)
    if response.candidates is None and response.prompt_feedback is None and response.usage_metadata is None:
        return malformed(200, "The body is not a generateContent response: it has no `candidates`.")
    facts = _Facts()
    facts.add(response)
    return facts.answer(ended=True)


class GeminiStream(SseReader):
    """The first byte tells which of the two framings it is: `alt=sse` or a JSON array."""

    def __init__(self) -> None:
        super().__init__()
        self._facts = _Facts()
        self._array: ArrayElements | None = None
        self._in_array = False
        self._undecided = True

    def feed(self, chunk: bytes) -> bytes:
        if self._undecided and (start := chunk.lstrip()):
            self._undecided = False
            self._array = ArrayElements() if start.startswith(b"[") else None
            self.sdks_raise = self._array is None
        if self._array is None:
            return super().feed(chunk)
        return b"" if self.gave_up else self._feed_array(self._array, chunk)

    def finish(self) -> bytes:
        if self._array is not None:
            held = bytes(self._array.held)
            self._array.held.clear()
            result = self.outcome()
            return held if isinstance(result, Answer) and result.complete else b""
        # Google's own SDKs read a last event that lacks its blank line; so it counts.
        last = data_of(bytes(self._splitter.held))
        if last is not None and is_whole(last) and self.failure is None:
            self.take(last)
            if self.failure is not None:
                return self._instead
        return super().finish()

    def closing(self, event: bytes) -> bytes:
        """An array gets the error as its last element, which keeps it an array."""
        if self._array is None:
            return event
        return (b",\n" if self._in_array else b"[") + (data_of(event) or b"null") + b"\n]\n"

    def take(self, data: bytes) -> bool:
        try:
            response = decode(_response, data)
        except Unparsable as error:
            return self.fail_at(f"A part of the stream is not a generateContent response: {error}.", data)
        if is_given(response.error):
            return self._fail(data, b'{"error":' + bytes(response.error) + b"}")
        if response.is_flat_error:
            return self._fail(data, b'{"error":' + data + b"}")
        self._facts.add(response)
        self.started = self.started or self._facts.begun
        return True

    def _fail(self, data: bytes, body: bytes) -> bool:
        """google-genai raises when `error` is the first member and its code is a number, else not at all or
        with a TypeError of its own.
        """
        failure = errors.judge(200, _NO_HEADERS, data)
        numbered = errors.with_number(body, failure)
        line = on_one_line(numbered)
        self.fail(failure, body, line if self._array is not None else b"data: " + line + b"\r\n\r\n")
        return numbered is body and _ERROR_FIRST.match(data) is not None

    def _feed_array(self, array: ArrayElements, chunk: bytes) -> bytes:
        """Relays whole elements: the array's bracket waits for the end, so that an error can precede it."""
        relayed = bytearray()
        for before, element in array.feed(chunk):
            passed = element if self.take(element) else self._instead
            self.opened = self.failure is None
            if self.gave_up:
                break
            relayed += before + passed
            self._in_array = True
        if len(array.held) > LONGEST_EVENT:
            array.held.clear()
            self.gave_up = True
            self.fail(malformed(200, f"The upstream sent an element of over {LONGEST_EVENT} bytes."))
        return bytes(relayed)

    def judge_body(self, body: bytes) -> UpstreamFailure | None:
        return errors.judge(200, _NO_HEADERS, body) if b'"error"' in body and error_object(body) else None

    def outcome(self) -> Answer | UpstreamFailure:
        ended = self._array is None or self._array.closed
        return self.failure or self._facts.answer(ended=ended)


class _Facts:
    """Gathers over candidates and chunks. With several candidates the text is the first one's."""

    def __init__(self) -> None:
        self._spoken = Spoken()
        self._sureness = Sureness()
        self._called = Called()
        self._finishes: dict[int, str | None] = {}
        self._blocked: str | None = None
        self._more_than_text = False
        self._thought = False
        self._usage: _Usage | None = None
        self._model: str | None = None
        self._id: str | None = None

    @property
    def begun(self) -> bool:
        """Whether any of the answer has come, be it a thought."""
        return bool(self._thought or self._spoken.chars or len(self._called) or self._more_than_text)

    def add(self, response: _Response) -> None:
        self._model = response.model_version or self._model
        self._id = response.response_id or self._id
        self._usage = response.usage_metadata or self._usage
        if response.prompt_feedback is not None:
            self._blocked = _said(response.prompt_feedback.block_reason) or self._blocked
        for candidate in response.candidates or ():
            at = candidate.index or 0
            self._finishes[at] = _said(candidate.finish_reason) or self._finishes.get(at)
            if at == 0 and candidate.logprobs_result:
                self._sureness.add_gemini(candidate.logprobs_result)
            for part in (candidate.content.parts if candidate.content is not None else None) or ():
                self._add_part(at, part)

    def _add_part(self, at: int, part: _Part) -> None:
        if part.function_call is not None:
            called = part.function_call
            arguments = bytes(called.args).decode(errors="replace") if is_given(called.args) else "{}"
            self._called.begin(len(self._called), called.name or "", arguments)
        elif not part.text:
            self._more_than_text = self._more_than_text or part.is_more_than_text
        elif part.thought:
            self._thought = True
        elif at == 0:
            self._spoken.add(part.text)
        else:
            self._spoken.count(part.text)

    def answer(self, *, ended: bool) -> Answer:
        raw = self._finishes.get(0) or next(filter(None, self._finishes.values()), None)
        finished = bool(self._finishes) and all(self._finishes.values())
        return Answer(
            text=self._spoken.text,
            text_chars=self._spoken.chars,
            finish_reason=self._finish_reason(raw),
            finish_raw=raw,
            complete=ended and (finished or self._blocked is not None),
            usage=None if self._usage is None else _normalised(self._usage),
            served_model=self._model,
            response_id=self._id,
            tool_calls=self._called.calls(),
            block_reason=self._blocked,
            more_than_text=self._more_than_text,
            mean_logprob=self._sureness.mean_logprob,
        )

    def _finish_reason(self, raw: str | None) -> FinishReason | None:
        if raw is None:
            return None if self._blocked is None else FinishReason.FILTERED
        finish = _FINISH.get(raw, FinishReason.OTHER)
        called = finish is FinishReason.STOP and len(self._called) > 0
        return FinishReason.TOOL_CALLS if called else finish


def _said(reason: str | int | None) -> str | None:
    return None if reason in _UNSAID else str(reason)


def _normalised(usage: _Usage) -> TokenUsage:
    """Google counts thoughts beside the candidates and tool prompts beside the prompt; both are billed."""
    thoughts = count(usage.thoughts_token_count)
    return TokenUsage(
        input_tokens=count(usage.prompt_token_count) + count(usage.tool_use_prompt_token_count),
        output_tokens=count(usage.candidates_token_count) + thoughts,
        cached_read_tokens=count(usage.cached_content_token_count),
        reasoning_tokens=thoughts,
    )
