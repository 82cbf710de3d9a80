"""An OpenAI response, written from neutral content.

https://platform.openai.com/docs/api-reference/responses/object
"""

import msgspec

from leadline.translation.neutral import Reply, Telling, Text, ToolUse, no_word_for
from leadline.vocabulary import Answer, FinishReason, TokenUsage

Json = dict[str, object]
REFUSED = "The model refused to answer."
_STATUS: dict[FinishReason, tuple[str, str | None]] = {
    FinishReason.STOP: ("completed", None),
    FinishReason.TOOL_CALLS: ("completed", None),
    FinishReason.REFUSAL: ("completed", None),
    FinishReason.LENGTH: ("incomplete", "max_output_tokens"),
    FinishReason.FILTERED: ("incomplete", "content_filter"),
}


def write_reply(reply: Reply, answer: Answer, telling: Telling) -> bytes:
    """Raises Unportable for an end that the protocol has no word for."""
    given_id = reply.id or telling.id
    text = "".join(part.text for part in reply.parts if isinstance(part, Text))
    calls = [part for part in reply.parts if isinstance(part, ToolUse)]
    output = [message(item_id(given_id, 0), said(text))] if text else []
    if answer.finish_reason is FinishReason.REFUSAL:
        output.append(message(item_id(given_id, len(output)), refusal()))
    output += [called(item_id(given_id, len(output) + at), call) for at, call in enumerate(calls)]
    begun = envelope(given_id, reply.model or telling.model, telling)
    return msgspec.json.encode(ended(begun, output, answer))


def envelope(given_id: str, model: str, telling: Telling) -> Json:
    return {
        "id": given_id,
        "object": "response",
        "created_at": int(telling.created_at),
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": True,
        "temperature": None,
        "tool_choice": "auto",
        "tools": [],
        "top_p": None,
        "usage": None,
    }


def ended(response: Json, output: list[Json], answer: Answer) -> Json:
    """Raises Unportable."""
    found = None if answer.finish_reason is None else _STATUS.get(answer.finish_reason)
    if found is None:
        no_word_for(answer.finish_raw)
    status, reason = found
    usage = None if answer.usage is None else usage_of(answer.usage)
    why = None if reason is None else {"reason": reason}
    return response | {"status": status, "incomplete_details": why, "output": output, "usage": usage}


def item_id(response: str, at: int) -> str:
    return f"{response}_{at}"


def message(given_id: str, part: Json) -> Json:
    return {
        "id": given_id,
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def said(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def refusal() -> Json:
    return {"type": "refusal", "refusal": REFUSED}


def called(given_id: str, call: ToolUse) -> Json:
    return {
        "id": given_id,
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments or "{}",
        "status": "completed",
    }


def usage_of(usage: TokenUsage) -> Json:
    return {
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_read_tokens},
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.input_tokens + usage.output_tokens,
    }
