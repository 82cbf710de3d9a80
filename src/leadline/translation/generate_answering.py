"""A Gemini response, read into neutral content and written from it.

https://ai.google.dev/api/generate-content#generatecontentresponse
"""

from collections.abc import Iterator

import msgspec

from leadline.providers._decoding import Unparsable, decode, is_given
from leadline.translation.identity import minted, portable
from leadline.translation.neutral import Losses, Reply, Telling, Text, ToolUse, refuse
from leadline.translation.turns import object_of
from leadline.vocabulary import Answer, FinishReason, TokenUsage

_FINISH = {
    FinishReason.STOP: "STOP",
    FinishReason.TOOL_CALLS: "STOP",
    FinishReason.LENGTH: "MAX_TOKENS",
    FinishReason.FILTERED: "SAFETY",
    FinishReason.REFUSAL: "SAFETY",
    FinishReason.MALFORMED: "MALFORMED_RESPONSE",
    FinishReason.PAUSED: "OTHER",
    FinishReason.OTHER: "OTHER",
}
_NOTHING = msgspec.Raw()
Json = dict[str, object]


class _Call(msgspec.Struct, gc=False):
    id: str | None = None
    name: str | None = None
    args: msgspec.Raw = _NOTHING


class _Part(msgspec.Struct, gc=False, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    function_call: _Call | None = None
    inline_data: msgspec.Raw = _NOTHING
    executable_code: msgspec.Raw = _NOTHING
    code_execution_result: msgspec.Raw = _NOTHING


class _Content(msgspec.Struct, gc=False):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, gc=False, rename="camel"):
    index: int | None = None
    content: _Content | None = None
    grounding_metadata: msgspec.Raw = _NOTHING
    citation_metadata: msgspec.Raw = _NOTHING


class Response(msgspec.Struct, gc=False, rename="camel"):
    candidates: list[_Candidate] | None = None
    model_version: str | None = None
    response_id: str | None = None
    error: msgspec.Raw = _NOTHING


response_decoder = msgspec.json.Decoder(Response)


def read_reply(body: bytes, losses: Losses) -> Reply:
    """Raises Unportable."""
    try:
        response = decode(response_decoder, body)
    except Unparsable as error:
        return refuse(f"the answer is not readable: {error}")
    reply = Reply(id=response.response_id or "", model=response.model_version or "")
    reply.parts += parts_of(response, reply.id, 0, losses)
    return reply


def parts_of(response: Response, answer: str, calls: int, losses: Losses) -> Iterator[Text | ToolUse]:
    """What the first candidate says. `calls` were made by this answer before."""
    for candidate in response.candidates or ():
        if candidate.index:
            losses.add("candidates")
            continue
        for name in ("grounding_metadata", "citation_metadata"):
            if is_given(getattr(candidate, name)):
                losses.add(name)
        for part in (candidate.content.parts if candidate.content is not None else None) or ():
            if part.function_call is not None:
                yield _call(part.function_call, answer, calls)
                calls += 1
            elif part.thought:
                losses.add("thought")
            elif part.text:
                yield Text(part.text)
            elif part.text is None:
                losses.add(_kind(part))


def _kind(part: _Part) -> str:
    kinds = ("inline_data", "executable_code", "code_execution_result")
    return next((name for name in kinds if is_given(getattr(part, name))), "part")


def _call(call: _Call, answer: str, at: int) -> ToolUse:
    name = call.name or ""
    arguments = bytes(call.args).decode(errors="replace") if is_given(call.args) else "{}"
    return ToolUse(portable(call.id) if call.id else minted(answer, at, name), name, arguments)


def write_reply(reply: Reply, answer: Answer, telling: Telling) -> bytes:
    """Raises Unportable for an end without a word, and for arguments that are no JSON."""
    body = response_of(
        [part_of(part) for part in reply.parts], reply.id or telling.id, reply.model or telling.model
    )
    return msgspec.json.encode(ended(body, answer))


def response_of(parts: list[Json], given_id: str, model: str) -> Json:
    candidate: Json = {"content": {"role": "model", "parts": parts}, "index": 0} if parts else {"index": 0}
    return {"candidates": [candidate], "modelVersion": model, "responseId": given_id}


def part_of(part: Text | ToolUse) -> Json:
    if isinstance(part, Text):
        return {"text": part.text}
    return {"functionCall": {"id": part.id, "name": part.name, "args": object_of(part.arguments)}}


def ended(response: Json, answer: Answer) -> Json:
    """The response with how it ended and what it cost. Raises Unportable."""
    if answer.finish_reason is None:
        refuse("the answer does not say how it ended")
    candidates = response["candidates"]
    if isinstance(candidates, list):
        candidates[0]["finishReason"] = finish = _FINISH[answer.finish_reason]
        if finish not in ("STOP", "MAX_TOKENS"):
            candidates[0]["finishMessage"] = f"ended upstream as {answer.finish_raw}"
    if answer.usage is not None:
        response["usageMetadata"] = usage_of(answer.usage)
    return response


def usage_of(usage: TokenUsage) -> Json:
    """Google counts thoughts beside the candidates."""
    told: Json = {
        "promptTokenCount": usage.input_tokens,
        "candidatesTokenCount": max(usage.output_tokens - usage.reasoning_tokens, 0),
        "totalTokenCount": usage.input_tokens + usage.output_tokens,
    }
    if usage.cached_read_tokens:
        told["cachedContentTokenCount"] = usage.cached_read_tokens
    if usage.reasoning_tokens:
        told["thoughtsTokenCount"] = usage.reasoning_tokens
    return told
