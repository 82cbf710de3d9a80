"""A request in OpenAI's chat words."""

import msgspec

from leadline.translation.media import data_url
from leadline.translation.models import Takes
from leadline.translation.neutral import (
    Asked,
    Choice,
    JsonAnswer,
    Losses,
    Media,
    Part,
    Text,
    Tool,
    ToolResult,
    ToolUse,
    Turn,
    refuse,
)
from leadline.translation.schemas import is_strict
from leadline.translation.settings import fitted_limit, fitted_sampling, fitted_stop, said
from leadline.translation.thinking import fitted

_CARRIES = ("temperature", "top_p", "seed", "presence_penalty", "frequency_penalty")
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/*")
_SOUNDS = {"audio/wav": "wav", "audio/x-wav": "wav", "audio/mpeg": "mp3", "audio/mp3": "mp3"}
Json = dict[str, object]


def write_request(asked: Asked, model: str, takes: Takes, losses: Losses) -> bytes:
    """Raises Unportable."""
    body: Json = {"model": model, "messages": _messages(asked, losses)}
    if asked.streaming:
        body["stream"] = True
    limit = fitted_limit(asked, takes, losses)
    if limit is not None:
        body["max_completion_tokens" if takes.reasons else "max_tokens"] = limit
    body |= said(fitted_sampling(asked, takes, losses, _CARRIES))
    if stop := fitted_stop(asked, takes):
        body["stop"] = list(stop)
    if (thinking := fitted(asked, takes, losses)) is not None:
        body["reasoning_effort"] = thinking.effort
    if asked.user:
        body["user"] = asked.user
    if asked.wanted is not None:
        body["response_format"] = _format(asked.wanted)
    if asked.tools:
        body["tools"] = [_tool(tool) for tool in asked.tools]
        body["tool_choice"] = _choice(asked.choice)
        if not asked.choice.parallel:
            body["parallel_tool_calls"] = False
    return msgspec.json.encode(body)


def _messages(asked: Asked, losses: Losses) -> list[Json]:
    messages: list[Json] = []
    if asked.system:
        messages.append({"role": "system", "content": "\n".join(asked.system)})
    for turn in asked.turns:
        messages += [_assistant(turn)] if turn.role == "assistant" else _user(turn, asked, losses)
    return messages


def _assistant(turn: Turn) -> Json:
    texts: list[Part] = [part for part in turn.parts if isinstance(part, Text)]
    calls = [part for part in turn.parts if isinstance(part, ToolUse)]
    if len(texts) + len(calls) < len(turn.parts):
        refuse("an assistant's turn holds more than text and calls of tools")
    message: Json = {"role": "assistant", "content": _content(texts) if texts else None}
    if calls:
        message["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments or "{}"}}
            for c in calls
        ]
    return message


def _user(turn: Turn, asked: Asked, losses: Losses) -> list[Json]:
    messages: list[Json] = []
    words: list[Part] = []
    for part in turn.parts:
        if not isinstance(part, ToolResult):
            words.append(part)
            continue
        if any(isinstance(inner, Media) for inner in part.parts):
            refuse("the result of a tool holds an image, which the target does not take there")
        if part.failed:
            losses.add(asked.words["failed"])
        messages.append({"role": "tool", "tool_call_id": part.id, "content": part.text})
    if words:
        messages.append({"role": "user", "content": _content(words)})
    return messages


def _content(parts: list[Part]) -> str | list[Json]:
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [_part(part) for part in parts]


def _part(part: Part) -> Json:
    match part:
        case Text(text=text):
            return {"type": "text", "text": text}
        case Media() if part.mime_type in _IMAGES:
            return {"type": "image_url", "image_url": {"url": part.url or data_url(part)}}
        case Media(mime_type="application/pdf", data=data) if data:
            name = part.name or "document.pdf"
            return {"type": "file", "file": {"filename": name, "file_data": data_url(part)}}
        case Media(mime_type=kind, data=data) if kind in _SOUNDS and data:
            return {"type": "input_audio", "input_audio": {"data": data, "format": _SOUNDS[kind]}}
        case _:
            return refuse("a file of a type that the target does not take")


def _format(wanted: JsonAnswer) -> Json:
    if wanted.schema is None:
        return {"type": "json_object"}
    shape: Json = {"name": wanted.name, "schema": wanted.schema, "strict": is_strict(wanted.schema)}
    return {"type": "json_schema", "json_schema": shape}


def _tool(tool: Tool) -> Json:
    function: Json = {"name": tool.name}
    if tool.description is not None:
        function["description"] = tool.description
    if tool.schema is not None:
        function["parameters"] = tool.schema
    if tool.strict:
        function["strict"] = is_strict(tool.schema)
    return {"type": "function", "function": function}


def _choice(choice: Choice) -> str | Json:
    if choice.mode == "required" and choice.only:
        return {"type": "function", "function": {"name": choice.only[0]}}
    return choice.mode
