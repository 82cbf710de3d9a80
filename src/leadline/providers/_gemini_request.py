"""What a Gemini generateContent request asks.

https://ai.google.dev/api/generate-content: proto JSON, so each name may come in camelCase or snake_case, and
a single object may stand where a list is meant.
"""

from typing import TypeVar

import msgspec

from leadline.providers import UnreadableRequest
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._gemini_schema import json_schema
from leadline.providers._transcript import Transcript
from leadline.vocabulary import Question

T = TypeVar("T")
_NOTHING = msgspec.Raw()


class _Call(msgspec.Struct, gc=False):
    name: str | None = None
    args: msgspec.Raw = _NOTHING
    response: msgspec.Raw = _NOTHING


class _Part(msgspec.Struct, gc=False):
    text: str | None = None
    functionCall: _Call | None = None  # noqa: N815 - the wire's names
    function_call: _Call | None = None
    functionResponse: _Call | None = None  # noqa: N815
    function_response: _Call | None = None


class _Content(msgspec.Struct, gc=False):
    role: str | None = None
    parts: list[_Part] | _Part | None = None


class _Generation(msgspec.Struct, gc=False):
    maxOutputTokens: int | float | None = None  # noqa: N815
    max_output_tokens: int | float | None = None
    responseMimeType: str | None = None  # noqa: N815
    response_mime_type: str | None = None
    responseJsonSchema: msgspec.Raw = _NOTHING  # noqa: N815
    response_json_schema: msgspec.Raw = _NOTHING
    responseSchema: msgspec.Raw = _NOTHING  # noqa: N815
    response_schema: msgspec.Raw = _NOTHING


class _Function(msgspec.Struct, gc=False):
    name: str = ""


class _Tool(msgspec.Struct, gc=False):
    functionDeclarations: list[_Function] | None = None  # noqa: N815
    function_declarations: list[_Function] | None = None


class _Request(msgspec.Struct, gc=False):
    contents: list[_Content] | _Content
    systemInstruction: _Content | None = None  # noqa: N815
    system_instruction: _Content | None = None
    generationConfig: _Generation | None = None  # noqa: N815
    generation_config: _Generation | None = None
    tools: msgspec.Raw = _NOTHING
    cachedContent: str | None = None  # noqa: N815
    cached_content: str | None = None


_request = msgspec.json.Decoder(_Request)
_tools = msgspec.json.Decoder(list[_Tool] | _Tool)


def read_question(body: bytes, model: str, *, streaming: bool) -> Question:
    """The model and whether to stream stand in the path. Raises UnreadableRequest."""
    try:
        asked = decode(_request, body)
        tools_json = bytes(asked.tools) if is_given(asked.tools) else b""
        names = _tool_names(decode(_tools, tools_json)) if tools_json else ()
        wanted = asked.generationConfig or asked.generation_config or _Generation()
        schema = _schema(wanted)
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a generateContent request: {error}.") from error
    transcript = _transcript(asked)
    limit = wanted.maxOutputTokens or wanted.max_output_tokens
    mime_type = wanted.responseMimeType or wanted.response_mime_type
    return Question(
        model=model,
        streaming=streaming,
        prompt=transcript.prompt,
        context=transcript.context,
        system=transcript.system,
        schema_json=schema,
        json_mode=schema is not None or mime_type == "application/json",
        tool_names=names,
        tools_json=tools_json,
        output_limit=None if limit is None else count(limit),
        wants_stream_usage=True,
        countable=transcript.countable and not _adds_hidden_tokens(asked, tools_json, names),
    )


def _transcript(asked: _Request) -> Transcript:
    transcript = Transcript()
    system = asked.systemInstruction or asked.system_instruction
    if system is not None:
        transcript.add_system(_text(system, transcript))
    for content in _listed(asked.contents):
        text = _text(content, transcript)
        if content.role in (None, "", "user"):
            transcript.add_user(text)
        else:
            transcript.add(text)
    return transcript


def _text(content: _Content, transcript: Transcript) -> str:
    """The content's own words; calls and their results go to the transcript, being nobody's question."""
    words = []
    for part in _listed(content.parts):
        called, result = (
            part.functionCall or part.function_call,
            part.functionResponse or part.function_response,
        )
        if part.text is not None:
            words.append(part.text)
        elif called is not None:
            transcript.add(f"{called.name or ''}({_readable(called.args)})")
        elif result is not None:
            transcript.add(_readable(result.response))
        else:
            transcript.countable = False
    return "\n".join(words)


def _readable(value: msgspec.Raw) -> str:
    return bytes(value).decode(errors="replace")


def _listed(value: list[T] | T | None) -> list[T]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _tool_names(tools: list[_Tool] | _Tool) -> tuple[str, ...]:
    return tuple(
        function.name
        for tool in _listed(tools)
        for function in tool.functionDeclarations or tool.function_declarations or ()
    )


def _schema(wanted: _Generation) -> bytes | None:
    for given in (wanted.responseJsonSchema, wanted.response_json_schema):
        if is_given(given):
            return bytes(given)
    for given in (wanted.responseSchema, wanted.response_schema):
        if is_given(given):
            return json_schema(bytes(given))
    return None


def _adds_hidden_tokens(asked: _Request, tools_json: bytes, names: tuple[str, ...]) -> bool:
    built_in = bool(tools_json) and not names
    return built_in or bool(asked.cachedContent or asked.cached_content)
