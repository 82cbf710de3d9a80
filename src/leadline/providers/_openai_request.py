"""What an OpenAI chat request asks.

https://platform.openai.com/docs/api-reference/chat/create
"""

import msgspec

from leadline.providers import UnreadableRequest
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._transcript import Transcript
from leadline.vocabulary import Question

_NOTHING = msgspec.Raw()
_TOKENS_PER_MESSAGE, _TOKENS_PER_REPLY, _CHARS_PER_TOKEN_OF_NAME = 4, 3, 4
"""Start, role, newline and end of a message; the opening of the reply. Recorded bills agree: 62 of 67 plain
chats to the token."""
"""https://github.com/openai/openai-cookbook, How_to_count_tokens_with_tiktoken."""
_TEXT_PARTS = ("text", "refusal")
_CALLER_TOOLS = ("function", "custom")


class _Part(msgspec.Struct, gc=False):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Named(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | None = None
    input: str | None = None


class _Call(msgspec.Struct, gc=False):
    function: _Named | None = None
    custom: _Named | None = None


class _Message(msgspec.Struct, gc=False):
    role: str = ""
    content: str | list[_Part] | None = None
    name: str | None = None
    tool_calls: list[_Call] | None = None


class _StreamOptions(msgspec.Struct, gc=False):
    include_usage: bool | None = None


class _JsonSchema(msgspec.Struct, gc=False):
    schema: msgspec.Raw = _NOTHING


class _ResponseFormat(msgspec.Struct, gc=False):
    type: str = ""
    json_schema: _JsonSchema | None = None


class _Tool(msgspec.Struct, gc=False):
    type: str = "function"
    name: str = ""
    function: _Named | None = None
    custom: _Named | None = None


class _Request(msgspec.Struct, gc=False):
    model: str
    messages: list[_Message]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_completion_tokens: int | float | None = None
    max_tokens: int | float | None = None
    response_format: _ResponseFormat | None = None
    tools: msgspec.Raw = _NOTHING
    functions: msgspec.Raw = _NOTHING
    user: str | None = None
    safety_identifier: str | None = None
    web_search_options: msgspec.Raw = _NOTHING
    audio: msgspec.Raw = _NOTHING


_request = msgspec.json.Decoder(_Request)
_tools = msgspec.json.Decoder(list[_Tool])


def read_question(body: bytes) -> Question:
    """Raises UnreadableRequest."""
    try:
        asked = decode(_request, body)
        tools_json = _tools_json(asked)
        tools = decode(_tools, tools_json) if tools_json else []
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a chat completion request: {error}.") from error
    if not asked.model:
        raise UnreadableRequest("The body is not a chat completion request: `model` is empty.")
    transcript = _transcript(asked.messages)
    wanted = asked.response_format
    limit = asked.max_tokens if asked.max_completion_tokens is None else asked.max_completion_tokens
    return Question(
        model=asked.model,
        streaming=bool(asked.stream),
        prompt=transcript.prompt,
        context=transcript.context,
        system=transcript.system,
        schema_json=_schema(wanted),
        json_mode=wanted is not None and wanted.type in ("json_object", "json_schema"),
        tool_names=tuple([_name(tool) for tool in tools]),
        tools_json=tools_json,
        output_limit=None if limit is None else count(limit),
        wants_stream_usage=bool(asked.stream_options and asked.stream_options.include_usage),
        countable=transcript.countable and not _adds_hidden_tokens(asked, tools),
        overhead_tokens=_overhead(asked.messages),
        user=asked.user or asked.safety_identifier or "",
    )


def _transcript(messages: list[_Message]) -> Transcript:
    transcript = Transcript()
    for message in messages:
        text = _text(message.content, transcript)
        if message.role == "user":
            transcript.add_user(text)
        elif message.role in ("system", "developer"):
            transcript.add_system(text)
        else:
            transcript.add(text)
        for call in message.tool_calls or ():
            called = call.function or call.custom
            if called is not None:
                transcript.add(f"{called.name or ''}({called.arguments or called.input or ''})")
    return transcript


def _text(content: str | list[_Part] | None, transcript: Transcript) -> str | None:
    if not isinstance(content, list):
        return content
    if any(part.type not in _TEXT_PARTS for part in content):
        transcript.countable = False
    return "\n".join(text for part in content if (text := part.text or part.refusal))


def _tools_json(asked: _Request) -> bytes:
    given = asked.tools if is_given(asked.tools) else asked.functions
    return bytes(given) if is_given(given) else b""


def _name(tool: _Tool) -> str:
    named = tool.function or tool.custom
    return (named.name if named is not None else tool.name) or tool.type


def _schema(wanted: _ResponseFormat | None) -> bytes | None:
    if wanted is None or wanted.json_schema is None or not is_given(wanted.json_schema.schema):
        return None
    return bytes(wanted.json_schema.schema)


def _adds_hidden_tokens(asked: _Request, tools: list[_Tool]) -> bool:
    built_in = [tool for tool in tools if tool.type not in _CALLER_TOOLS]
    return bool(built_in) or is_given(asked.web_search_options) or is_given(asked.audio)


def _overhead(messages: list[_Message]) -> int:
    names = [1 + len(message.name) // _CHARS_PER_TOKEN_OF_NAME for message in messages if message.name]
    return _TOKENS_PER_MESSAGE * len(messages) + sum(names) + _TOKENS_PER_REPLY
