"""What an OpenAI chat client asks, in neutral words.

https://platform.openai.com/docs/api-reference/chat/create
"""

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
from leadline.translation.thinking import of_word
from leadline.translation.turns import in_order, may_be_called

_WORDS = {
    **{name: name for name in (*Sampling.__struct_fields__, "user", "stop")},
    "output_limit": "max_tokens",
    "parallel": "parallel_tool_calls",
    "wanted": "response_format",
    "json_mode": "response_format",
    "strict": "tools.function.strict",
    "failed": "messages.tool.failed",
    "usage": "usage",
    "thinking": "reasoning_effort",
}
_SOUNDS = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_BUILT_IN = "a tool that only its own provider runs"


def read_request(body: bytes, losses: Losses, *, streaming: bool) -> Asked:
    """Raises Unportable."""
    reading = Reading()
    top = reading.body(body)
    _refuse_what_only_openai_does(top)
    for known in ("model", "stream"):
        top.take(known, object)
    system, turns = _conversation(top.each("messages"), losses)
    asked = Asked(
        system=tuple(system),
        turns=in_order(turns),
        words=_WORDS,
        streaming=streaming,
        tools=tuple(_tool(tool) for tool in top.each("tools")),
        choice=_choice(top),
        wanted=_wanted(top.inner("response_format")),
        output_limit=_limit(top),
        sampling=_sampling(top),
        stop=top.texts("stop"),
        user=top.text("user") or top.text("safety_identifier"),
        thinking=of_word(top.text("reasoning_effort"), _WORDS["thinking"], losses),
    )
    reading.settle(losses)
    return asked


def _refuse_what_only_openai_does(top: Fields) -> None:
    top.must_not_have(
        functions="the functions of before 2023-11 have no counterpart",
        audio="a spoken answer has no counterpart",
        web_search_options=_BUILT_IN,
        plugins=_BUILT_IN,
    )
    if (top.number("n") or 1) > 1:
        refuse("`n`: several answers at once have no counterpart")
    if top.flag("logprobs") or top.whole("top_logprobs"):
        refuse("`logprobs`: probabilities of tokens have no counterpart")
    if set(top.texts("modalities")) - {"text"}:
        refuse("`modalities`: only text can be answered")
    options = top.inner("stream_options")
    if options is not None:
        options.take("include_usage", bool)
        options.take("include_obfuscation", bool)


def _conversation(messages: list[Fields], losses: Losses) -> tuple[list[str], list[Turn]]:
    system: list[str] = []
    turns: list[Turn] = []
    for message in messages:
        role = message.text("role")
        if role in ("system", "developer"):
            system += [part.text for part in _content(message) if isinstance(part, Text)]
            if turns:
                losses.add("messages.system.position")
        elif role == "user":
            turns.append(Turn("user", _content(message)))
        elif role == "assistant":
            turns.append(Turn("assistant", _assistant(message)))
        elif role == "tool":
            parts = tuple(part for part in _content(message) if isinstance(part, Text))
            turns.append(Turn("user", [ToolResult(message.text("tool_call_id"), "", parts)]))
        else:
            refuse("a message of a role that has no counterpart")
    return system, turns


def _content(message: Fields) -> list[Part]:
    content = message.text_or_each("content")
    return [Text(content)] if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Fields) -> Part:
    kind = part.text("type")
    if kind in ("text", "refusal"):
        return Text(part.text(kind))
    if kind == "image_url" and (image := part.inner("image_url")) is not None:
        return from_url(image.text("url"))
    if kind == "input_audio" and (sound := part.inner("input_audio")) is not None:
        return Media(mime_type=_SOUNDS.get(sound.text("format"), "audio/wav"), data=sound.text("data"))
    if kind == "file" and (file := part.inner("file")) is not None:
        file.must_not_have(file_id="a file that only its own provider can read")
        return from_url(file.text("file_data"), "application/pdf", file.text("filename"))
    return refuse("a part of a message of a type that has no counterpart")


def _assistant(message: Fields) -> list[Part]:
    message.must_not_have(
        function_call="the functions of before 2023-11 have no counterpart",
        audio="a spoken answer has no counterpart",
    )
    parts = _content(message)
    parts.append(Text(message.text("refusal")))
    for call in message.each("tool_calls"):
        call.take("type", str)
        call.take("index", int)
        function = call.inner("function")
        if function is None:
            refuse("a call of a tool that is no function")
        parts.append(ToolUse(call.text("id"), function.text("name"), function.text("arguments")))
    return parts


def _tool(tool: Fields) -> Tool:
    function = tool.inner("function")
    if tool.text("type") not in ("", "function") or function is None:
        refuse(_BUILT_IN)
    return Tool(
        name=may_be_called(function.text("name")),
        description=function.take("description", str),
        schema=function.take("parameters", dict),
        strict=function.flag("strict"),
    )


def _choice(top: Fields) -> Choice:
    parallel = top.take("parallel_tool_calls", bool) is not False
    given = top.take("tool_choice", object)
    if given is None or given == "auto":
        return Choice(parallel=parallel)
    if given == "none":
        return Choice("none", parallel=parallel)
    if given in ("required", "any"):
        return Choice("required", parallel=parallel)
    match given:
        case {"type": "function", "function": {"name": str(name)}}:
            return Choice("required", (name,), parallel=parallel)
        case {
            "type": "allowed_tools",
            "allowed_tools": {"mode": ("auto" | "required") as mode, "tools": list(tools)},
        }:
            only = tuple(_allowed(tool) for tool in tools)
            return Choice("required" if mode == "required" else "auto", only, parallel=parallel)
        case _:
            return refuse("`tool_choice` is of a form that has no counterpart")


def _allowed(tool: object) -> str:
    match tool:
        case {"type": "function", "function": {"name": str(name)}}:
            return name
        case _:
            return refuse("`tool_choice` is of a form that has no counterpart")


def _wanted(wanted: Fields | None) -> JsonAnswer | None:
    kind = "text" if wanted is None else wanted.text("type")
    if wanted is None or kind == "text":
        return None
    if kind == "json_object":
        return JsonAnswer(None)
    shape = wanted.inner("json_schema") if kind == "json_schema" else None
    if shape is None:
        return refuse("`response_format` is of a form that has no counterpart")
    schema = shape.take("schema", dict)
    return JsonAnswer(schema, name=shape.text("name") or "answer", strict=shape.flag("strict"))


def _limit(top: Fields) -> int | None:
    older, newer = top.whole("max_tokens"), top.whole("max_completion_tokens")
    return older if newer is None else newer


def _sampling(top: Fields) -> Sampling:
    return Sampling(
        temperature=top.number("temperature"),
        top_p=top.number("top_p"),
        top_k=top.whole("top_k"),
        seed=top.whole("seed"),
        presence_penalty=top.number("presence_penalty"),
        frequency_penalty=top.number("frequency_penalty"),
    )
