"""An Anthropic message, read into neutral content and written from it.

https://platform.claude.com/docs/en/api/messages
"""

import msgspec

from leadline.providers._decoding import Unparsable, decode, is_given
from leadline.translation.identity import portable
from leadline.translation.neutral import Losses, Reply, Telling, Text, ToolUse, no_word_for, refuse
from leadline.translation.turns import object_of
from leadline.vocabulary import Answer, FinishReason, TokenUsage

_FINISH = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.FILTERED: "refusal",
    FinishReason.REFUSAL: "refusal",
}
_NOTHING = msgspec.Raw()
Json = dict[str, object]


class Block(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = _NOTHING
    citations: msgspec.Raw = _NOTHING


class Message(msgspec.Struct, gc=False):
    id: str | None = None
    model: str | None = None
    content: list[Block] | None = None


_message = msgspec.json.Decoder(Message)


def read_reply(body: bytes, losses: Losses) -> Reply:
    """Raises Unportable."""
    try:
        message = decode(_message, body)
    except Unparsable as error:
        return refuse(f"the answer is not readable: {error}")
    reply = Reply(id=message.id or "", model=message.model or "")
    for block in message.content or ():
        if block.type == "text":
            reply.parts.append(Text(block.text or ""))
        elif block.type == "tool_use":
            reply.parts.append(ToolUse(portable(block.id or ""), block.name or "", input_of(block)))
        name_losses(block, losses)
    return reply


def input_of(block: Block) -> str:
    return bytes(block.input).decode(errors="replace") if is_given(block.input) else ""


def name_losses(block: Block, losses: Losses) -> None:
    if block.type not in ("text", "tool_use"):
        losses.add(f"content.{block.type}")
    if is_given(block.citations) and bytes(block.citations) != b"[]":
        losses.add("content.citations")


def write_reply(reply: Reply, answer: Answer, telling: Telling) -> bytes:
    """Raises Unportable for an end that the protocol has no word for, and for arguments that are no JSON."""
    body = envelope(reply.id or telling.id, reply.model or telling.model)
    body |= {"content": [_block(part) for part in reply.parts], **ending_of(answer)}
    body["usage"] = usage_of(answer.usage or TokenUsage())
    return msgspec.json.encode(body)


def envelope(given_id: str, model: str) -> Json:
    return {"id": given_id, "type": "message", "role": "assistant", "model": model}


def _block(part: Text | ToolUse) -> Json:
    if isinstance(part, Text):
        return {"type": "text", "text": part.text}
    return {"type": "tool_use", "id": part.id, "name": part.name, "input": object_of(part.arguments)}


def ending_of(answer: Answer) -> Json:
    """`stop_reason` and its kin. Raises Unportable."""
    found = None if answer.finish_reason is None else _FINISH.get(answer.finish_reason)
    if found is None:
        no_word_for(answer.finish_raw)
    ending: Json = {"stop_reason": found, "stop_sequence": None}
    if found == "refusal":
        explanation = f"ended upstream as {answer.block_reason or answer.finish_raw}"
        ending["stop_details"] = {"type": "refusal", "category": None, "explanation": explanation}
    return ending


def usage_of(usage: TokenUsage) -> Json:
    """Anthropic counts cached input beside `input_tokens`."""
    cached, written = usage.cached_read_tokens, usage.cache_write_tokens
    told: Json = {
        "input_tokens": max(usage.input_tokens - cached - written, 0),
        "cache_creation_input_tokens": written,
        "cache_read_input_tokens": cached,
        "output_tokens": usage.output_tokens,
    }
    if usage.reasoning_tokens:
        told["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return told
