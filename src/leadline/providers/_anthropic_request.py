"""What an Anthropic messages request asks.

https://platform.claude.com/docs/en/api/messages
"""

import msgspec

from leadline.providers import UnreadableRequest
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._transcript import Transcript
from leadline.vocabulary import Question

_NOTHING = msgspec.Raw()
_COUNTABLE_BLOCKS = ("text", "tool_use", "tool_result")
_CALLER_TOOLS = (None, "custom")


class _Block(msgspec.Struct, gc=False):
    """A content block of any type; a tool result's `content` is an object when a server tool failed."""

    type: str = ""
    text: str | None = None
    name: str | None = None
    input: msgspec.Raw = _NOTHING
    content: "str | list[_Block] | dict[str, msgspec.Raw] | None" = None


class _Message(msgspec.Struct, gc=False):
    role: str = ""
    content: str | list[_Block] | None = None


class _Format(msgspec.Struct, gc=False):
    type: str = ""
    schema: msgspec.Raw = _NOTHING


class _OutputConfig(msgspec.Struct, gc=False):
    format: _Format | None = None


class _Metadata(msgspec.Struct, gc=False):
    user_id: str | None = None


class _Tool(msgspec.Struct, gc=False):
    name: str = ""
    type: str | None = None


class _Request(msgspec.Struct, gc=False):
    model: str
    messages: list[_Message]
    max_tokens: int | float | None = None
    stream: bool | None = None
    system: str | list[_Block] | None = None
    tools: msgspec.Raw = _NOTHING
    output_config: _OutputConfig | None = None
    output_format: _Format | None = None
    metadata: _Metadata | None = None
    mcp_servers: msgspec.Raw = _NOTHING
    container: msgspec.Raw = _NOTHING


_request = msgspec.json.Decoder(_Request)
_tools = msgspec.json.Decoder(list[_Tool])


def read_question(body: bytes) -> Question:
    """Raises UnreadableRequest."""
    try:
        asked = decode(_request, body)
        tools_json = bytes(asked.tools) if is_given(asked.tools) else b""
        tools = decode(_tools, tools_json) if tools_json else []
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a messages request: {error}.") from error
    if not asked.model:
        raise UnreadableRequest("The body is not a messages request: `model` is empty.")
    transcript = _transcript(asked)
    schema_json = _schema(asked)
    return Question(
        model=asked.model,
        streaming=bool(asked.stream),
        prompt=transcript.prompt,
        context=transcript.context,
        system=transcript.system,
        schema_json=schema_json,
        json_mode=schema_json is not None,
        tool_names=tuple(tool.name or tool.type or "" for tool in tools),
        tools_json=tools_json,
        output_limit=None if asked.max_tokens is None else count(asked.max_tokens),
        wants_stream_usage=True,
        countable=transcript.countable and not _adds_hidden_tokens(asked, tools),
        user=(asked.metadata.user_id if asked.metadata is not None else None) or "",
    )


def _transcript(asked: _Request) -> Transcript:
    transcript = Transcript()
    transcript.add_system(_text(asked.system, transcript))
    for message in asked.messages:
        if message.role == "user":
            transcript.add_user(_text(message.content, transcript))
        elif message.role == "system":
            transcript.add_system(_text(message.content, transcript))
        else:
            transcript.add(_text(message.content, transcript))
    return transcript


def _text(content: str | list[_Block] | None, transcript: Transcript) -> str | None:
    """The message's own words; tool calls and results go to the transcript, being nobody's question."""
    if not isinstance(content, list):
        return content
    words = []
    for block in content:
        if block.type == "text":
            words.append(block.text or "")
        elif block.type == "tool_use":
            transcript.add(f"{block.name or ''}({bytes(block.input).decode(errors='replace')})")
        elif block.type == "tool_result" and not isinstance(block.content, dict):
            transcript.add(_text(block.content, transcript))
        if block.type not in _COUNTABLE_BLOCKS:
            transcript.countable = False
    return "\n".join(words)


def _schema(asked: _Request) -> bytes | None:
    wanted = asked.output_config.format if asked.output_config is not None else asked.output_format
    if wanted is None or wanted.type != "json_schema" or not is_given(wanted.schema):
        return None
    return bytes(wanted.schema)


def _adds_hidden_tokens(asked: _Request, tools: list[_Tool]) -> bool:
    built_in = any(tool.type not in _CALLER_TOOLS for tool in tools)
    return built_in or is_given(asked.mcp_servers) or is_given(asked.container)
