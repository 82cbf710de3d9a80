"""A request in Gemini's words."""

import msgspec

from leadline.providers._decoding import Unparsable
from leadline.translation.identity import is_googles
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
    Turn,
    Unportable,
    refuse,
)
from leadline.translation.settings import fitted_limit, fitted_sampling, fitted_stop, said
from leadline.translation.thinking import fitted
from leadline.translation.turns import object_of

_CARRIES = ("temperature", "top_p", "top_k", "seed")
"""Not the penalties: most of its models refuse them (`Penalty is not enabled for this model`)."""
_CAMEL = {"top_p": "topP", "top_k": "topK"}
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_UNSIGNED = "skip_thought_signature_validator"
"""What Google asks for on a call of a conversation that another model began; older models ignore it.

https://ai.google.dev/gemini-api/docs/thought-signatures
"""
Json = dict[str, object]


def write_request(asked: Asked, model: str, takes: Takes, losses: Losses) -> bytes:  # noqa: ARG001 - one shape
    """The model stands in the path. Raises Unportable."""
    body: Json = {"contents": [_content(turn) for turn in asked.turns]}
    if asked.system:
        body["systemInstruction"] = {"parts": [{"text": "\n".join(asked.system)}]}
    if config := _config(asked, takes, losses):
        body["generationConfig"] = config
    if asked.user:
        losses.add(asked.words["user"])
    if asked.tools:
        body["tools"] = [{"functionDeclarations": [_tool(tool, asked, losses) for tool in asked.tools]}]
        body["toolConfig"] = {"functionCallingConfig": _calling(asked.choice)}
        if not asked.choice.parallel:
            losses.add(asked.words["parallel"])
    return msgspec.json.encode(body)


def _config(asked: Asked, takes: Takes, losses: Losses) -> Json:
    sampling = said(fitted_sampling(asked, takes, losses, _CARRIES))
    config: Json = {_CAMEL.get(name, name): value for name, value in sampling.items()}
    limit = fitted_limit(asked, takes, losses)
    if limit is not None:
        config["maxOutputTokens"] = limit
    if stop := fitted_stop(asked, takes):
        config["stopSequences"] = list(stop)
    if (thinking := fitted(asked, takes, losses)) is not None:
        config["thinkingConfig"] = (
            {"thinkingLevel": thinking.effort} if thinking.effort else {"thinkingBudget": thinking.budget}
        )
    if asked.wanted is not None:
        config["responseMimeType"] = "application/json"
        if asked.wanted.schema is not None:
            config["responseJsonSchema"] = asked.wanted.schema
    return config


def _content(turn: Turn) -> Json:
    unsigned = True
    parts: list[Json] = []
    for part in turn.parts:
        written = _part(part)
        if isinstance(part, ToolUse) and unsigned:
            written["thoughtSignature"] = _UNSIGNED
            unsigned = False
        parts.append(written)
    return {"role": "model" if turn.role == "assistant" else "user", "parts": parts}


def _part(part: Part) -> Json:
    match part:
        case Text(text=text):
            return {"text": text}
        case ToolUse():
            call: Json = {"name": part.name, "args": object_of(part.arguments)}
            return {"functionCall": {"id": part.id, **call} if is_googles(part.id) else call}
        case ToolResult():
            result: Json = {"name": part.name, "response": _response(part)}
            return {"functionResponse": {"id": part.id, **result} if is_googles(part.id) else result}
        case Media(data=data) if data:
            return {"inlineData": {"mimeType": part.mime_type, "data": data}}
        case Media():
            return refuse("a file behind a public URL, which the target does not fetch")


def _response(result: ToolResult) -> Json:
    if any(isinstance(part, Media) for part in result.parts):
        refuse("the result of a tool holds an image, which the target does not take there")
    if result.failed:
        return {"error": result.text}
    try:
        return object_of(result.text) or {"output": result.text}
    except (Unportable, Unparsable):
        return {"output": result.text}


def _tool(tool: Tool, asked: Asked, losses: Losses) -> Json:
    function: Json = {"name": tool.name}
    if tool.description:
        function["description"] = tool.description
    if tool.schema:
        function["parametersJsonSchema"] = tool.schema
    if tool.strict:
        losses.add(asked.words["strict"])
    return function


def _calling(choice: Choice) -> Json:
    calling: Json = {"mode": _MODES[choice.mode]}
    return {**calling, "allowedFunctionNames": list(choice.only)} if choice.only else calling
