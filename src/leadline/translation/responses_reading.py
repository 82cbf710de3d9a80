"""What an OpenAI responses client asks, in neutral words.

https://platform.openai.com/docs/api-reference/responses/create
"""

from leadline.translation.fields import Fields, Reading
from leadline.translation.media import from_url
from leadline.translation.neutral import (
    Asked,
    Choice,
    JsonAnswer,
    Losses,
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
    **{name: name for name in Sampling.__struct_fields__},
    "output_limit": "max_output_tokens",
    "stop": "stop",
    "user": "user",
    "parallel": "parallel_tool_calls",
    "wanted": "text.format",
    "json_mode": "text.format",
    "strict": "tools.strict",
    "failed": "input.function_call_output.status",
    "thinking": "reasoning.effort",
}
_BUILT_IN = "a tool that only its own provider runs"
_KEPT = "a conversation that only its own provider keeps"


def read_request(body: bytes, losses: Losses, *, streaming: bool) -> Asked:
    """Raises Unportable."""
    reading = Reading()
    top = reading.body(body)
    _refuse_what_only_openai_does(top)
    for known in ("model", "stream", "stream_options"):
        top.take(known, object)
    system = [top.text("instructions")]
    turns = _turns(top.text_or_each("input"), system, losses)
    form, reasoning = top.inner("text"), top.inner("reasoning")
    effort = "" if reasoning is None else reasoning.text("effort")
    asked = Asked(
        system=tuple(words for words in system if words),
        turns=in_order(turns),
        words=_WORDS,
        streaming=streaming,
        tools=tuple(_tool(tool) for tool in top.each("tools")),
        choice=_choice(top),
        wanted=_wanted(None if form is None else form.inner("format")),
        output_limit=top.whole("max_output_tokens"),
        sampling=Sampling(temperature=top.number("temperature"), top_p=top.number("top_p")),
        user=top.text("user") or top.text("safety_identifier"),
        thinking=of_word(effort, _WORDS["thinking"], losses),
    )
    reading.settle(losses)
    return asked


def _refuse_what_only_openai_does(top: Fields) -> None:
    top.must_not_have(
        previous_response_id=_KEPT,
        conversation=_KEPT,
        prompt="a prompt that only its own provider keeps",
    )
    if top.flag("background"):
        refuse("`background`: an answer that is fetched later has no counterpart")
    if top.whole("top_logprobs"):
        refuse("`top_logprobs`: probabilities of tokens have no counterpart")
    if top.take("truncation", str) == "auto":
        refuse("`truncation`: a conversation that is cut to fit has no counterpart")
    # the answer is kept nowhere, which matters only to those who ask for it
    top.take("store", bool)


def _turns(given: str | list[Fields], system: list[str], losses: Losses) -> list[Turn]:
    if isinstance(given, str):
        return [Turn("user", [Text(given)])]
    turns: list[Turn] = []
    for item in given:
        kind = item.text("type") or "message"
        item.take("status", str)
        if kind == "message":
            _add_message(item, turns, system, losses)
        elif kind == "function_call":
            item.take("id", str)
            call = ToolUse(item.text("call_id"), item.text("name"), item.text("arguments"))
            turns.append(Turn("assistant", [call]))
        elif kind == "function_call_output":
            item.take("id", str)
            parts = tuple(part for part in _content(item, "output") if isinstance(part, Text))
            turns.append(Turn("user", [ToolResult(item.text("call_id"), "", parts)]))
        elif kind == "reasoning":
            for name in ("id", "summary", "content", "encrypted_content"):
                item.take(name, object)
            losses.add("input.reasoning")
        else:
            refuse("an item of a type that has no counterpart")
    return turns


def _add_message(item: Fields, turns: list[Turn], system: list[str], losses: Losses) -> None:
    role, parts = item.text("role"), _content(item, "content")
    for name in ("id", "phase"):
        item.take(name, str)
    if role in ("system", "developer"):
        system += [part.text for part in parts if isinstance(part, Text)]
        if turns:
            losses.add("input.system.position")
    elif role == "user":
        turns.append(Turn("user", parts))
    elif role == "assistant":
        turns.append(Turn("assistant", parts))
    else:
        refuse("a message of a role that has no counterpart")


def _content(holder: Fields, name: str) -> list[Part]:
    content = holder.text_or_each(name)
    return [Text(content)] if isinstance(content, str) else [_part(part) for part in content]


def _part(part: Fields) -> Part:
    kind = part.text("type")
    if kind in ("input_text", "output_text", "text"):
        part.take("logprobs", list)
        return Text(part.text("text"))
    if kind == "refusal":
        return Text(part.text("refusal"))
    if kind == "input_image":
        part.must_not_have(file_id="a file that only its own provider can read")
        return from_url(part.text("image_url"))
    if kind == "input_file":
        part.must_not_have(file_id="a file that only its own provider can read")
        return from_url(
            part.text("file_data") or part.text("file_url"), "application/pdf", part.text("filename")
        )
    return refuse("a part of a message of a type that has no counterpart")


def _tool(tool: Fields) -> Tool:
    if tool.text("type") != "function":
        refuse(_BUILT_IN)
    if tool.flag("defer_loading"):
        refuse("a tool that is loaded later")
    return Tool(
        name=may_be_called(tool.text("name")),
        description=tool.take("description", str),
        schema=tool.take("parameters", dict),
        strict=tool.flag("strict"),
    )


def _choice(top: Fields) -> Choice:
    parallel = top.take("parallel_tool_calls", bool) is not False
    given = top.take("tool_choice", object)
    match given:
        case None | "auto":
            return Choice(parallel=parallel)
        case "none" | "required":
            return Choice("none" if given == "none" else "required", parallel=parallel)
        case {"type": "function", "name": str(name)}:
            return Choice("required", (name,), parallel=parallel)
        case {"type": "allowed_tools", "mode": ("auto" | "required") as mode, "tools": list(tools)}:
            only = tuple(_allowed(tool) for tool in tools)
            return Choice("required" if mode == "required" else "auto", only, parallel=parallel)
        case _:
            return refuse("`tool_choice` is of a form that has no counterpart")


def _allowed(tool: object) -> str:
    match tool:
        case {"type": "function", "name": str(name)}:
            return name
        case _:
            return refuse("`tool_choice` is of a form that has no counterpart")


def _wanted(wanted: Fields | None) -> JsonAnswer | None:
    kind = "text" if wanted is None else wanted.text("type")
    if wanted is None or kind == "text":
        return None
    if kind == "json_object":
        return JsonAnswer(None)
    schema = wanted.take("schema", dict)
    if kind != "json_schema" or schema is None:
        return refuse("`text.format` is of a form that has no counterpart")
    wanted.take("description", str)
    return JsonAnswer(schema, name=wanted.text("name") or "answer", strict=wanted.flag("strict"))
