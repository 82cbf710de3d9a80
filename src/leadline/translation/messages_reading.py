"""What an Anthropic messages client asks, in neutral words.

https://platform.claude.com/docs/en/api/messages
"""

import msgspec

from leadline.translation.fields import Fields, Reading
from leadline.translation.media import from_url
from leadline.translation.neutral import (
    Asked,
    Choice,
    JsonAnswer,
    Losses,
    Media,
    Part,
    Sampling,
    Text,
    Tool,
    ToolResult,
    ToolUse,
    Turn,
    refuse,
)
from leadline.translation.thinking import of_messages
from leadline.translation.turns import in_order, may_be_called

_WORDS = {
    **{name: name for name in Sampling.__struct_fields__},
    "output_limit": "max_tokens",
    "stop": "stop_sequences",
    "user": "metadata.user_id",
    "parallel": "tool_choice.disable_parallel_tool_use",
    "wanted": "output_config.format",
    "json_mode": "output_config.format",
    "strict": "tools.strict",
    "failed": "messages.content.is_error",
    "thinking": "thinking",
}
_BUILT_IN = "a tool that only its own provider runs"
_REASONING = ("thinking", "redacted_thinking")


def read_request(body: bytes, losses: Losses, *, streaming: bool) -> Asked:
    """Raises Unportable."""
    reading = Reading()
    top = reading.body(body)
    top.must_not_have(mcp_servers=_BUILT_IN, container="a container that only its own provider has")
    for known in ("model", "stream"):
        top.take(known, object)
    system = [part.text for part in _content(top, losses, "system") if isinstance(part, Text)]
    turns = _turns(top.each("messages"), system, losses)
    metadata, config = top.inner("metadata"), top.inner("output_config")
    effort = "" if config is None else config.text("effort")
    asked = Asked(
        system=tuple(text for text in system if text),
        turns=in_order(turns),
        words=_WORDS,
        streaming=streaming,
        tools=tuple(_tool(tool) for tool in top.each("tools")),
        choice=_choice(top.inner("tool_choice")),
        wanted=_wanted(config, top.inner("output_format")),
        output_limit=top.whole("max_tokens"),
        sampling=Sampling(
            temperature=top.number("temperature"), top_p=top.number("top_p"), top_k=top.whole("top_k")
        ),
        stop=top.texts("stop_sequences"),
        user="" if metadata is None else metadata.text("user_id"),
        thinking=of_messages(top.inner("thinking"), effort, losses),
    )
    reading.settle(losses)
    return asked


def _turns(messages: list[Fields], system: list[str], losses: Losses) -> list[Turn]:
    turns: list[Turn] = []
    for message in messages:
        role = message.text("role")
        parts = _content(message, losses, "content")
        if role == "user":
            turns.append(Turn("user", parts))
        elif role == "assistant":
            turns.append(Turn("assistant", parts))
        elif role == "system":
            system += [part.text for part in parts if isinstance(part, Text)]
            losses.add("messages.system.position")
        else:
            refuse("a message of a role that has no counterpart")
    return turns


def _content(holder: Fields, losses: Losses, name: str) -> list[Part]:
    content = holder.text_or_each(name)
    if isinstance(content, str):
        return [Text(content)]
    return [part for block in content if (part := _part(block, losses)) is not None]


def _part(block: Fields, losses: Losses) -> Part | None:
    """None = the model's reasoning, which is signed for its own provider only."""
    kind = block.text("type")
    if kind == "text":
        return Text(block.text("text"))
    if kind == "tool_use":
        arguments = msgspec.json.encode(block.take("input", dict) or {}).decode()
        return ToolUse(block.text("id"), block.text("name"), arguments)
    if kind == "tool_result":
        parts = _content(block, losses, "content")
        known = tuple(part for part in parts if isinstance(part, Text | Media))
        return ToolResult(block.text("tool_use_id"), "", known, failed=block.flag("is_error"))
    if kind in ("image", "document"):
        return _media(block, "image/*" if kind == "image" else "application/pdf")
    if kind in _REASONING:
        for name in ("thinking", "signature", "data"):
            block.take(name, object)
        losses.add(f"messages.content.{kind}")
        return None
    return refuse("a block of a type that has no counterpart")


def _media(block: Fields, kind: str) -> Text | Media:
    source = block.inner("source")
    if source is None:
        return refuse("a file that only its own provider can read")
    form = source.text("type")
    if form == "base64":
        return Media(source.text("media_type"), data=source.text("data"), name=block.text("title"))
    if form == "url":
        return from_url(source.text("url"), kind, block.text("title"))
    if form == "text":
        source.take("media_type", str)
        return Text(source.text("data"))
    return refuse("a file that only its own provider can read")


def _tool(tool: Fields) -> Tool:
    if tool.text("type") not in ("", "custom"):
        refuse(_BUILT_IN)
    if tool.flag("defer_loading"):
        refuse("a tool that is loaded later")
    return Tool(
        name=may_be_called(tool.text("name")),
        description=tool.take("description", str),
        schema=tool.take("input_schema", dict),
        strict=tool.flag("strict"),
    )


def _choice(given: Fields | None) -> Choice:
    if given is None:
        return Choice()
    kind, parallel = given.text("type"), not given.flag("disable_parallel_tool_use")
    if kind == "tool":
        return Choice("required", (given.text("name"),), parallel=parallel)
    if kind in ("auto", "none"):
        return Choice("auto" if kind == "auto" else "none", parallel=parallel)
    return (
        Choice("required", parallel=parallel)
        if kind == "any"
        else refuse("`tool_choice` is of an unknown form")
    )


def _wanted(config: Fields | None, older: Fields | None) -> JsonAnswer | None:
    wanted = config.inner("format") if config is not None else older
    if wanted is None:
        return None
    schema = wanted.take("schema", dict)
    if wanted.text("type") != "json_schema" or schema is None:
        return refuse("`output_config.format` is of a form that has no counterpart")
    return JsonAnswer(schema, strict=True)
