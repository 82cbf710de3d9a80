"""A request in Anthropic's words."""

import msgspec

from leadline.translation.models import Takes
from leadline.translation.neutral import (
    Asked,
    Choice,
    Losses,
    Media,
    Part,
    Text,
    Tool,
    ToolResult,
    ToolUse,
    refuse,
)
from leadline.translation.schemas import closed
from leadline.translation.settings import fitted_limit, fitted_sampling, fitted_stop, said
from leadline.translation.thinking import fitted_for_messages
from leadline.translation.turns import object_of

HEADERS = {"anthropic-version": "2023-06-01"}
"""Later versions refuse sampling parameters even at their defaults; this one leaves that to the model."""
_CARRIES = ("temperature", "top_p", "top_k")
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/*")
_EMPTY = {"type": "object", "properties": {}}
Json = dict[str, object]


def write_request(asked: Asked, model: str, takes: Takes, losses: Losses) -> bytes:
    """Raises Unportable."""
    limit = fitted_limit(asked, takes, losses)
    most_tokens = takes.unless_said if limit is None else limit
    body: Json = {
        "model": model,
        "max_tokens": most_tokens,
        "messages": [{"role": turn.role, "content": [_block(p) for p in turn.parts]} for turn in asked.turns],
    }
    if asked.system:
        body["system"] = "\n".join(asked.system)
    if asked.streaming:
        body["stream"] = True
    body |= said(fitted_sampling(asked, takes, losses, _CARRIES))
    if stop := fitted_stop(asked, takes):
        if not all(sequence.strip() for sequence in stop):
            refuse("a stop sequence of blanks alone, which the target does not take")
        body["stop_sequences"] = list(stop)
    if asked.user:
        body["metadata"] = {"user_id": asked.user}
    _add_tools(body, asked, losses)
    _add_format(body, asked, losses)
    _add_thinking(body, asked, (takes, most_tokens), losses)
    return msgspec.json.encode(body)


def _add_thinking(body: Json, asked: Asked, fitting: tuple[Takes, int], losses: Losses) -> None:
    """A model that thinks takes no sampling parameters."""
    takes, most_tokens = fitting
    thinking = fitted_for_messages(asked, takes, most_tokens, losses)
    if thinking is None:
        return
    if thinking.budget is not None:
        body["thinking"] = {"type": "enabled", "budget_tokens": thinking.budget}
    else:
        config = body.get("output_config")
        body["thinking"] = {"type": "adaptive"}
        body["output_config"] = {**(config if isinstance(config, dict) else {}), "effort": thinking.effort}
    for name in _CARRIES:
        if body.pop(name, None) is not None:
            losses.add(asked.words[name])


def _block(part: Part) -> Json:
    match part:
        case Text(text=text):
            return {"type": "text", "text": text}
        case ToolUse():
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": object_of(part.arguments)}
        case ToolResult():
            inner = [_block(p) for p in part.parts if not isinstance(p, Text) or p.text.strip()]
            block: Json = {"type": "tool_result", "tool_use_id": part.id, "content": inner}
            return {**block, "is_error": True} if part.failed else block
        case Media():
            return _file(part)


def _file(media: Media) -> Json:
    kind = "image" if media.mime_type in _IMAGES else "document"
    if kind == "document" and media.mime_type != "application/pdf":
        refuse("a file of a type that the target does not take")
    if media.url:
        return {"type": kind, "source": {"type": "url", "url": media.url}}
    source = {"type": "base64", "media_type": media.mime_type, "data": media.data}
    block: Json = {"type": kind, "source": source}
    return {**block, "title": media.name} if media.name and kind == "document" else block


def _add_tools(body: Json, asked: Asked, losses: Losses) -> None:
    if asked.tools:
        body["tools"] = [_tool(tool, asked, losses) for tool in asked.tools]
        body["tool_choice"] = _choice(asked.choice)
        return
    # A conversation with calls in it has to declare their tools, even where none may be called any more.
    called = {part.name for turn in asked.turns for part in turn.parts if isinstance(part, ToolUse)}
    if called:
        body["tools"] = [{"name": name, "input_schema": _EMPTY} for name in sorted(called)]
        body["tool_choice"] = {"type": "none"}


def _tool(tool: Tool, asked: Asked, losses: Losses) -> Json:
    schema = {"type": "object", **(tool.schema or _EMPTY)}
    written: Json = {"name": tool.name, "input_schema": schema}
    if tool.description:
        written["description"] = tool.description
    if tool.strict:
        unknown = Losses()
        if tool.schema and closed(tool.schema, unknown, "") == tool.schema and not unknown.names:
            written["strict"] = True
        else:
            losses.add(asked.words["strict"])
    return written


def _choice(choice: Choice) -> Json:
    if choice.mode == "none":
        return {"type": "none"}
    if choice.mode == "auto":
        written: Json = {"type": "auto"}
    else:
        written = {"type": "tool", "name": choice.only[0]} if choice.only else {"type": "any"}
    return written if choice.parallel else {**written, "disable_parallel_tool_use": True}


def _add_format(body: Json, asked: Asked, losses: Losses) -> None:
    if asked.wanted is None:
        return
    if asked.wanted.schema is None:
        losses.add(
            asked.words["json_mode"]
        )  # there is no JSON mode without a schema; what is asked for in words remains
        return
    schema = closed(asked.wanted.schema, losses, f"{asked.words['wanted']}.schema")
    body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
