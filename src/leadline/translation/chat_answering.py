"""An OpenAI chat completion, read into neutral content and written from it.

https://platform.openai.com/docs/api-reference/chat/object
"""

import msgspec

from leadline.providers._decoding import Unparsable, decode, is_given
from leadline.translation.identity import minted, portable
from leadline.translation.neutral import Losses, Reply, Telling, Text, ToolUse, no_word_for, refuse
from leadline.vocabulary import Answer, FinishReason, TokenUsage

_FINISH = {
    FinishReason.STOP: "stop",
    FinishReason.LENGTH: "length",
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.FILTERED: "content_filter",
    FinishReason.REFUSAL: "content_filter",
}
_NOTHING = msgspec.Raw()
Json = dict[str, object]


class Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | Json | None = None


class Call(msgspec.Struct, gc=False):
    index: int | None = None
    id: str | None = None
    function: Function | None = None
    custom: msgspec.Raw = _NOTHING


class Message(msgspec.Struct, gc=False):
    """A whole message, or the delta of one."""

    content: str | list[Part] | None = None
    refusal: str | None = None
    tool_calls: list[Call] | None = None
    function_call: Function | None = None
    reasoning_content: msgspec.Raw = _NOTHING
    reasoning: msgspec.Raw = _NOTHING
    annotations: msgspec.Raw = _NOTHING
    audio: msgspec.Raw = _NOTHING


class Choice(msgspec.Struct, gc=False):
    index: int | None = None
    message: Message | None = None
    delta: Message | None = None


class Completion(msgspec.Struct, gc=False):
    """A whole completion, or one chunk of it."""

    id: str | None = None
    model: str | None = None
    choices: list[Choice] | None = None
    error: msgspec.Raw = _NOTHING


_completion = msgspec.json.Decoder(Completion)


def read_reply(body: bytes, losses: Losses) -> Reply:
    """Raises Unportable."""
    try:
        completion = decode(_completion, body)
    except Unparsable as error:
        return refuse(f"the answer is not readable: {error}")
    reply = Reply(id=completion.id or "", model=completion.model or "")
    for at, choice in enumerate(completion.choices or ()):
        message = choice.message or Message()
        if at:
            losses.add("choices")
            break
        name_losses(message, losses)
        if words := words_of(message):
            reply.parts.append(Text(words))
        reply.parts += [_call(call, reply.id, n) for n, call in enumerate(message.tool_calls or ())]
        if message.function_call is not None:
            reply.parts.append(_call(Call(function=message.function_call), reply.id, 0))
    return reply


def words_of(message: Message) -> str:
    content = message.content
    text = content if isinstance(content, str) else "".join(part.text or "" for part in content or ())
    return text + (message.refusal or "")


def name_losses(message: Message, losses: Losses) -> None:
    for name in ("reasoning_content", "reasoning", "annotations", "audio"):
        if is_given(given := getattr(message, name)) and bytes(given) not in (b'""', b"[]"):
            losses.add(name)


def arguments_of(function: Function) -> str:
    given = function.arguments
    return given or "" if not isinstance(given, dict) else msgspec.json.encode(given).decode()


def _call(call: Call, answer: str, at: int) -> ToolUse:
    if call.function is None:
        return refuse("a call of a tool that is no function")
    name = call.function.name or ""
    return ToolUse(
        portable(call.id) if call.id else minted(answer, at, name), name, arguments_of(call.function)
    )


def write_reply(reply: Reply, answer: Answer, telling: Telling) -> bytes:
    """Raises Unportable for an end that the protocol has no word for."""
    text = "".join(part.text for part in reply.parts if isinstance(part, Text))
    calls = [part for part in reply.parts if isinstance(part, ToolUse)]
    message: Json = {"role": "assistant", "content": text or None, "refusal": refusal_of(answer)}
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments or "{}"},
            }
            for call in calls
        ]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_of(answer)}
    body: Json = {
        "id": reply.id or telling.id,
        "object": "chat.completion",
        "created": int(telling.created_at),
        "model": reply.model or telling.model,
        "choices": [choice],
    }
    if answer.usage is not None:
        body["usage"] = usage_of(answer.usage)
    return msgspec.json.encode(body)


def finish_of(answer: Answer) -> str:
    """Never an invented `stop`. Raises Unportable."""
    found = None if answer.finish_reason is None else _FINISH.get(answer.finish_reason)
    return found or no_word_for(answer.finish_raw)


def refusal_of(answer: Answer) -> str | None:
    """What tells an OpenAI client that the model would not answer: it looks for a text here."""
    if answer.block_reason is not None:
        return f"The prompt was blocked: {answer.block_reason}."
    return "The model refused to answer." if answer.finish_reason is FinishReason.REFUSAL else None


def usage_of(usage: TokenUsage) -> Json:
    """OpenAI counts cached tokens within the prompt and reasoning within the completion, as we do."""
    inward: Json = {"cached_tokens": usage.cached_read_tokens}
    if usage.cache_write_tokens:
        inward["cache_write_tokens"] = usage.cache_write_tokens
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": inward,
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }
