"""What a Gemini generateContent client asks, in neutral words.

https://ai.google.dev/api/generate-content: proto JSON, so names come in camelCase or snake_case.
"""

import msgspec

from leadline.providers._decoding import Unparsable
from leadline.providers._gemini_schema import json_schema
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
    Schema,
    Text,
    Tool,
    ToolResult,
    ToolUse,
    Turn,
    refuse,
)
from leadline.translation.thinking import of_generate
from leadline.translation.turns import in_order, may_be_called

_WORDS = {
    "temperature": "generationConfig.temperature",
    "top_p": "generationConfig.topP",
    "top_k": "generationConfig.topK",
    "seed": "generationConfig.seed",
    "presence_penalty": "generationConfig.presencePenalty",
    "frequency_penalty": "generationConfig.frequencyPenalty",
    "output_limit": "generationConfig.maxOutputTokens",
    "stop": "generationConfig.stopSequences",
    "user": "labels",
    "parallel": "toolConfig",
    "wanted": "generationConfig.responseSchema",
    "json_mode": "generationConfig.responseMimeType",
    "strict": "tools.strict",
    "thinking": "generationConfig.thinkingConfig",
    "failed": "contents.parts.functionResponse.response.error",
}
_BUILT_IN = "a tool that only its own provider runs"
_RESULT_KEYS = ("result", "output")


def read_request(body: bytes, losses: Losses, *, streaming: bool) -> Asked:
    """Raises Unportable."""
    reading = Reading(proto=True)
    top = reading.body(body)
    top.must_not_have(
        cachedContent="a context that only its own provider has",
        modelArmorConfig="a guard that only its own provider runs",
    )
    top.take("model", str)
    config = top.inner("generationConfig") or reading.fields({}, "generationConfig.")
    _refuse_what_only_google_does(config)
    instruction = top.inner("systemInstruction")
    tools = tuple(found for tool in top.each("tools") for found in _tools(tool))
    asked = Asked(
        system=tuple(_instruction(instruction, losses)),
        turns=in_order([_turn(content, losses) for content in top.each("contents")]),
        words=_WORDS,
        streaming=streaming,
        tools=tools,
        choice=_choice(top.inner("toolConfig")),
        wanted=_wanted(config),
        output_limit=config.whole("maxOutputTokens"),
        sampling=_sampling(config),
        stop=config.texts("stopSequences"),
        thinking=of_generate(config.inner("thinkingConfig"), losses),
    )
    reading.settle(losses)
    return asked


def _refuse_what_only_google_does(config: Fields) -> None:
    if (config.number("candidateCount") or 1) > 1:
        refuse("`candidateCount`: several answers at once have no counterpart")
    if config.flag("responseLogprobs") or config.whole("logprobs"):
        refuse("`responseLogprobs`: probabilities of tokens have no counterpart")
    if {kind.upper() for kind in config.texts("responseModalities")} - {"TEXT"}:
        refuse("`responseModalities`: only text can be answered")


def _instruction(instruction: Fields | None, losses: Losses) -> list[str]:
    if instruction is None:
        return []
    return [part.text for part in _turn(instruction, losses).parts if isinstance(part, Text) and part.text]


def _turn(content: Fields, losses: Losses) -> Turn:
    parts = [part for each in content.each("parts") if (part := _part(each, losses)) is not None]
    return Turn("assistant" if content.text("role") == "model" else "user", parts)


def _part(part: Fields, losses: Losses) -> Part | None:
    """None = the model's reasoning, which is signed for its own provider only."""
    if part.take("thoughtSignature", str):
        losses.add("contents.parts.thoughtSignature")
    text = part.take("text", str)
    if part.flag("thought"):
        losses.add("contents.parts.thought")
        return None
    if text is not None:
        return Text(text)
    if (call := part.inner("functionCall")) is not None:
        arguments = msgspec.json.encode(call.take("args", dict) or {}).decode()
        return ToolUse(call.text("id"), call.text("name"), arguments)
    if (answered := part.inner("functionResponse")) is not None:
        return _result(answered)
    return _media(part)


def _media(part: Fields) -> Media:
    if (blob := part.inner("inlineData")) is not None:
        return Media(blob.text("mimeType"), data=_standard(blob.text("data")), name=blob.text("displayName"))
    if (file := part.inner("fileData")) is not None:
        return from_url(file.text("fileUri"), file.text("mimeType") or "image/*")
    return refuse("a part of a type that has no counterpart")


def _standard(data: str) -> str:
    """Proto JSON takes base64 of both alphabets; the others take the standard one."""
    return data.replace("-", "+").replace("_", "/")


def _result(answered: Fields) -> ToolResult:
    answered.must_not_have(parts="the result of a tool holds files", willContinue="a tool that goes on")
    response = answered.take("response", dict) or {}
    return ToolResult(
        answered.text("id"), answered.text("name"), (Text(_said(response)),), "error" in response
    )


def _said(response: Schema) -> str:
    """The result as text: SDKs wrap what a tool returns into an object of one member."""
    if len(response) == 1:
        name, value = next(iter(response.items()))
        if name in (*_RESULT_KEYS, "error") and isinstance(value, str):
            return value
    return msgspec.json.encode(response).decode()


def _tools(tool: Fields) -> list[Tool]:
    declared = tool.each("functionDeclarations")
    if not declared:
        refuse(_BUILT_IN)
    return [_tool(function) for function in declared]


def _tool(function: Fields) -> Tool:
    schema = function.take("parametersJsonSchema", dict)
    older = function.take("parameters", dict)
    return Tool(
        name=may_be_called(function.text("name")),
        description=function.take("description", str),
        schema=schema if schema is not None or older is None else _meant(older),
    )


def _meant(schema: Schema) -> Schema:
    try:
        found: Schema = msgspec.json.decode(json_schema(msgspec.json.encode(schema)))
    except Unparsable:
        return refuse("a schema is of an unknown form")
    return found


def _choice(config: Fields | None) -> Choice:
    calling = None if config is None else config.inner("functionCallingConfig")
    if config is not None and config.flag("includeServerSideToolInvocations"):
        refuse(_BUILT_IN)
    if calling is None:
        return Choice()
    mode, only = calling.text("mode").upper(), calling.texts("allowedFunctionNames")
    if mode in ("", "AUTO", "VALIDATED", "MODE_UNSPECIFIED"):
        return Choice("auto", only)
    if mode == "NONE":
        return Choice("none")
    return Choice("required", only) if mode == "ANY" else refuse("`toolConfig` is of an unknown form")


def _wanted(config: Fields) -> JsonAnswer | None:
    newer, older = config.take("responseJsonSchema", dict), config.take("responseSchema", dict)
    kind = config.text("responseMimeType")
    if newer is not None or older is not None:
        return JsonAnswer(newer if newer is not None else _meant(older or {}))
    if kind == "application/json":
        return JsonAnswer(None)
    return (
        None
        if kind in ("", "text/plain")
        else refuse("`responseMimeType`: only text or JSON can be answered")
    )


def _sampling(config: Fields) -> Sampling:
    return Sampling(
        temperature=config.number("temperature"),
        top_p=config.number("topP"),
        top_k=config.whole("topK"),
        seed=config.whole("seed"),
        presence_penalty=config.number("presencePenalty"),
        frequency_penalty=config.number("frequencyPenalty"),
    )
