"""What an OpenAI Responses request asks.

https://platform.openai.com/docs/api-reference/responses/create
"""

import msgspec

from leadline.providers import UnreadableRequest
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._transcript import Transcript
from leadline.vocabulary import Question

_NOTHING = msgspec.Raw()
_TEXT_PARTS = ("input_text", "output_text", "text", "refusal", "summary_text", "reasoning_text")
_TEXT_ITEMS = ("message", "", "function_call", "function_call_output", "custom_tool_call", "reasoning")
_TOKENS_PER_MESSAGE, _TOKENS_PER_REPLY = 4, 3
"""As for chat completions: of 74 recorded plain responses, 69 are billed within 25 tokens of our count."""
_CALLER_TOOLS = ("function", "custom")


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct, gc=False):
    type: str = ""
    role: str | None = None
    content: str | list[_Part] | None = None
    name: str | None = None
    arguments: msgspec.Raw = _NOTHING
    input: msgspec.Raw = _NOTHING
    output: msgspec.Raw = _NOTHING


class _Format(msgspec.Struct, gc=False):
    type: str = ""
    schema: msgspec.Raw = _NOTHING


class _Text(msgspec.Struct, gc=False):
    format: _Format | None = None


class _Tool(msgspec.Struct, gc=False):
    type: str = ""
    name: str | None = None


class _Named(msgspec.Struct, gc=False):
    id: str = ""


class _Request(msgspec.Struct, gc=False):
    model: str
    input: str | list[_Item] | None = None
    instructions: str | None = None
    stream: bool | None = None
    max_output_tokens: int | float | None = None
    text: _Text | None = None
    tools: msgspec.Raw = _NOTHING
    previous_response_id: str | None = None
    conversation: str | _Named | None = None
    prompt: msgspec.Raw = _NOTHING
    user: str | None = None
    safety_identifier: str | None = None


_request = msgspec.json.Decoder(_Request)
_tools = msgspec.json.Decoder(list[_Tool])
_text_or_parts = msgspec.json.Decoder(str | list[_Part])


def read_question(body: bytes) -> Question:
    """Raises UnreadableRequest."""
    try:
        asked = decode(_request, body)
        tools_json = bytes(asked.tools) if is_given(asked.tools) else b""
        tools = decode(_tools, tools_json) if tools_json else []
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a responses request: {error}.") from error
    if not asked.model:
        raise UnreadableRequest("The body is not a responses request: `model` is empty.")
    transcript = _transcript(asked)
    wanted = asked.text.format if asked.text is not None else None
    limit = asked.max_output_tokens
    bound_to = _bound_to(asked)
    built_in = any(tool.type not in _CALLER_TOOLS for tool in tools)
    return Question(
        model=asked.model,
        streaming=bool(asked.stream),
        prompt=transcript.prompt,
        context=transcript.context,
        system=transcript.system,
        schema_json=bytes(wanted.schema) if wanted is not None and is_given(wanted.schema) else None,
        json_mode=wanted is not None and wanted.type in ("json_object", "json_schema"),
        tool_names=tuple(tool.name or tool.type for tool in tools),
        tools_json=tools_json,
        output_limit=None if limit is None else count(limit),
        wants_stream_usage=True,
        countable=transcript.countable and not (built_in or bound_to or is_given(asked.prompt)),
        overhead_tokens=_TOKENS_PER_MESSAGE * _messages(asked) + _TOKENS_PER_REPLY,
        user=asked.user or asked.safety_identifier or "",
        bound_to=bound_to,
    )


def _messages(asked: _Request) -> int:
    items = 1 if isinstance(asked.input, str) else sum(item.role is not None for item in asked.input or ())
    return items + bool(asked.instructions)


def _bound_to(asked: _Request) -> str:
    talk = asked.conversation
    return asked.previous_response_id or (talk if isinstance(talk, str) else talk.id if talk else "") or ""


def _transcript(asked: _Request) -> Transcript:
    transcript = Transcript()
    transcript.add_system(asked.instructions)
    if isinstance(asked.input, str):
        transcript.add_user(asked.input)
        return transcript
    for item in asked.input or ():
        text = _text(item.content, transcript)
        if item.role == "user":
            transcript.add_user(text)
        elif item.role in ("system", "developer"):
            transcript.add_system(text)
        else:
            transcript.add(text)
        if item.name:
            called = item.arguments if is_given(item.arguments) else item.input
            transcript.add(f"{item.name}({_words(called)})")
        transcript.add(_words(item.output))
        transcript.countable = transcript.countable and item.type in _TEXT_ITEMS
    return transcript


def _text(content: str | list[_Part] | None, transcript: Transcript) -> str | None:
    if not isinstance(content, list):
        return content
    if any(part.type not in _TEXT_PARTS for part in content):
        transcript.countable = False
    return "\n".join(text for part in content if (text := part.text or part.refusal))


def _words(value: msgspec.Raw) -> str:
    """A tool's input or output: most often a string, else parts, else whatever JSON it is."""
    if not is_given(value):
        return ""
    try:
        given = decode(_text_or_parts, bytes(value))
    except Unparsable:
        return bytes(value).decode(errors="replace")
    return given if isinstance(given, str) else "\n".join(part.text or "" for part in given)
