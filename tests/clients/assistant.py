"""An upstream for client libraries: it calls the tool it is offered, fills the form, or just talks."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.clients.faults import FAULTS, Asked, Fault, healthy
from tests.clients.faulty_places import asked_of
from tests.clients.upstream import Play, Seen, Upstream

VECTOR = [0.25, -0.5, 0.75]
ARGUMENTS = {"city": "Paris", "year": 987}
BEHAVIOURS: Mapping[str, Fault | None] = {
    "well": None,
    "cut": FAULTS["connection-closed-mid-stream"],
    **{status: FAULTS[status] for status in ("429", "503", "529")},
}
"""By the first segment of the path."""
_FORM = re.compile(
    rb"response_?format|output_?format|json_?schema|response_?schema|application/json", re.IGNORECASE
)
_JSON = {"content-type": "application/json"}
_EVENTS = {"content-type": "text/event-stream"}


class Assistant(Upstream):
    """`seen` holds requests by behaviour and protocol, such as `503-openai`."""

    def play_for(self, seen: Seen) -> tuple[str, Play]:
        behaviour = seen.target.removeprefix("/").partition("/")[0]
        asked, fault = asked_of(seen), BEHAVIOURS[behaviour]
        name = f"{behaviour}-{asked.protocol}"
        if fault is not None and fault.play is not None:
            return name, fault.play(asked)
        return name, _answer(seen, asked)


def _answer(seen: Seen, asked: Asked) -> Play:
    body = json.loads(seen.body)
    if "mbed" in seen.target:
        return _whole(_EMBEDDED[asked.protocol](body))
    tool = _TOOLS[asked.protocol](body)
    if tool and not _has_result(seen.body):
        return _openai_calls_in_parts(tool) if asked.streaming else _whole(_CALLS[asked.protocol](tool))
    if _FORM.search(seen.body):
        return _whole(_SAYS[asked.protocol](json.dumps(ARGUMENTS)))
    return healthy(asked)


def _whole(body: Any) -> Play:
    return Play(parts=(json.dumps(body).encode(),), headers=_JSON)


def _has_result(body: bytes) -> bool:
    """Whether the tool was called before."""
    return any(
        word in body for word in (b'"role":"tool"', b'"role": "tool"', b"tool_result", b"functionResponse")
    )


def _declared(tool: Mapping[str, Any]) -> str:
    """Google takes its names in either spelling, and litellm writes the other one."""
    declarations = tool.get("functionDeclarations") or tool["function_declarations"]
    return str(declarations[0]["name"])


_TOOLS: dict[str, Callable[[Any], str]] = {
    "openai": lambda body: next((one["function"]["name"] for one in body.get("tools") or ()), ""),
    "anthropic": lambda body: next((one["name"] for one in body.get("tools") or ()), ""),
    "gemini": lambda body: next((_declared(one) for one in body.get("tools") or ()), ""),
}
_EMBEDDED: dict[str, Callable[[Any], Any]] = {
    "openai": lambda body: {
        "object": "list",
        "model": body["model"],
        "data": [{"object": "embedding", "index": 0, "embedding": VECTOR}],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    },
    "gemini": lambda body: (
        {"embeddings": [{"values": VECTOR} for _ in body["requests"]]}
        if "requests" in body
        else {"embedding": {"values": VECTOR}}
    ),
}


def _openai(message: Mapping[str, Any], finish: str) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    usage: Any = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [choice],
        "usage": usage,
    }


def _anthropic(block: Mapping[str, Any], stop: str) -> Any:
    usage = {"input_tokens": 9, "output_tokens": 5}
    message = {"id": "m1", "type": "message", "role": "assistant", "model": "m", "content": [block]}
    return {**message, "stop_reason": stop, "stop_sequence": None, "usage": usage}


def _gemini(part: Mapping[str, Any]) -> Any:
    candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14}
    return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "m"}


def _openai_calls(tool: str) -> Any:
    function = {"name": tool, "arguments": json.dumps(_arguments(tool))}
    call = {"id": "call_1", "type": "function", "function": function}
    return _openai({"content": None, "tool_calls": [call]}, "tool_calls")


def _openai_calls_in_parts(tool: str) -> Play:
    """The only protocol in which a library here wants a call of a tool as a stream."""
    written = json.dumps(_arguments(tool))
    function: Any = {"name": tool, "arguments": ""}
    deltas: list[Any] = [{"index": 0, "id": "call_1", "type": "function", "function": function}]
    deltas += [{"index": 0, "function": {"arguments": part}} for part in (written[:5], written[5:])]
    choices: list[Any] = [
        {"index": 0, "delta": {"tool_calls": [delta]}, "finish_reason": None} for delta in deltas
    ]
    choices.append({"index": 0, "delta": {}, "finish_reason": "tool_calls"})
    chunks: list[Any] = [
        {"id": "c1", "object": "chat.completion.chunk", "model": "m", "choices": [c]} for c in choices
    ]
    parts = [b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks]
    return Play(parts=(*parts, b"data: [DONE]\n\n"), headers=_EVENTS, streamed=True)


def _arguments(tool: str) -> Mapping[str, Any]:
    return {"city": "Paris"} if tool == "weather" else ARGUMENTS


_CALLS: dict[str, Callable[[str], Any]] = {
    "openai": _openai_calls,
    "anthropic": lambda tool: _anthropic(
        {"type": "tool_use", "id": "toolu_1", "name": tool, "input": _arguments(tool)}, "tool_use"
    ),
    "gemini": lambda tool: _gemini({"functionCall": {"name": tool, "args": _arguments(tool)}}),
}
_SAYS: dict[str, Callable[[str], Any]] = {
    "openai": lambda text: _openai({"content": text}, "stop"),
    "anthropic": lambda text: _anthropic({"type": "text", "text": text}, "end_turn"),
    "gemini": lambda text: _gemini({"text": text}),
}
