"""docs/reference/translation.md, asked of the code: `python -m leadline.wiring.published_translation`."""

import sys
from collections.abc import Iterator, Mapping

import msgspec

from leadline.translation import CLIENTS, CODECS, Direction, NotPortable, translate_request
from leadline.translation.models import takes
from leadline.vocabulary import WireProtocol

_HEAD = """\
# Calls across protocols

Written by `python -m leadline.wiring.published_translation > docs/reference/translation.md`; do not edit.

A model can be called in any of four protocols (chat completions, responses, messages, generateContent),
whatever its targets speak; no call is translated into responses, since who speaks them speaks chat. Targets
that speak the client's protocol come first and get its bytes as they are, in the order of the configuration;
then come the others, for which each call is translated. Where targets share a load by `weight`, the order
stays as it is written. Nothing is dropped in silence:

- `x-leadline-translated: openai_chat->anthropic_messages` says that an answer was translated.
- `x-leadline-dropped: seed,temperature` names, in the client's own words, what was not carried over (left
  out, or changed to what the model takes); of a stream, what the request lost, and the record has the rest.
- `x-leadline-skipped` names the targets that were not asked, each with the reason. When there is no other,
  the client gets `400 not_portable` with it.
- The record of the request says the same in the selection of its attempt.

Leadline checks the answer against the client's own schema, and judges it by what the upstream said.

## What becomes of a request

Found by asking. *carried* = it is in what the upstream is asked, *named* = left out or changed, and named;
*refused* = such a call does not go to targets of that protocol. A field that is not in the table is named.
"""
_TAIL = """
Also refused: a conversation that begins or ends with the assistant or has no words of the user, a tool result
without its call, arguments of a tool call that are no JSON object, names of tools beyond letters, digits, `_`
and `-`, files of types that the target does not take, and everything kept at a provider.

## What becomes of an answer

| | OpenAI chat | Anthropic messages | Gemini generateContent |
|---|---|---|---|
| it ended | `stop` | `end_turn` | `STOP` |
| its limit was met | `length` | `max_tokens` | `MAX_TOKENS` |
| it calls tools | `tool_calls` | `tool_use` | `STOP`, with `functionCall` |
| it was refused or filtered | `content_filter`, mostly with `refusal` | `refusal` | `SAFETY` |
| anything else (malformed, paused, unknown) | an error | an error | `MALFORMED_RESPONSE`, `OTHER` |

- No end is invented: a stream that breaks off ends with the client's own error event, and `[DONE]`,
  `message_stop` or a finish reason only follow a real end of the upstream's.
- Usage is told as the client's protocol counts: cached input within or beside the prompt, reasoning within or
  beside the output. Google has no word for cache writes.
- Reasoning, its signatures, citations and parts that are no text stay behind and are named. Calls that a
  conversation brings to Gemini from elsewhere carry Google's word for unsigned ones.
- Calls of tools that come without an id get one that stays the same.
- Errors keep status and message in the client's own shape; Anthropic's 529 is everyone else's 503. A refusal
  of the gateway's own key is not shown.
- Of the upstream's headers only its request id goes on, as `x-upstream-request-id`.

- How much a model thinks first is told in the target's measure: words (OpenAI, Gemini 3, Claude from 4.6
  on, which then thinks adaptively) or budgets of tokens (Gemini 2.5, Claude 3.7 to 4.5). `minimal` and
  `low` stand for 1,024 tokens, `medium` for 8,192, `high` for 24,576, as Google translates them; at
  Anthropic at most half of the output limit. A budget told as a word, a word that the model does not have,
  and a model that does not think so are named. Claude thinks neither before a forced call nor, by budget,
  between calls, since the reasoning that led to them stays at its provider.
- When a translated call is refused as malformed, the client is told the failure of the target before it
  that was asked in the client's own words. `translate: false` on a model turns translation off for it.

## Limits by model

What a model takes is known by its name; a limit beyond it is lowered, and named.

| model | longest output | if the client gives none (Anthropic demands one) | highest temperature |
|---|---|---|---|
"""
_NAMES = {
    WireProtocol.OPENAI_CHAT: "OpenAI chat",
    WireProtocol.ANTHROPIC_MESSAGES: "Anthropic messages",
    WireProtocol.GEMINI_GENERATE: "Gemini generateContent",
    WireProtocol.OPENAI_RESPONSES: "OpenAI responses",
}
_MODELS = {
    WireProtocol.OPENAI_CHAT: ("gpt-4o", "gpt-4.1", "gpt-5", "o3"),
    WireProtocol.ANTHROPIC_MESSAGES: (
        *("claude-sonnet-4-0", "claude-3-haiku", "claude-3-5-sonnet", "claude-opus-4-1"),
        *("claude-sonnet-4-5", "claude-opus-4-7", "any-other"),
    ),
    WireProtocol.GEMINI_GENERATE: ("gemini-2.5-flash", "gemini-2.0-flash", "gemini-3-pro"),
}
Json = dict[str, object]
_TURN: Json = {"role": "user", "content": "Hello"}
_PARAMETERS: Json = {"type": "object", "properties": {"city": {"type": "string"}}}
_SCHEMA: Json = {**_PARAMETERS, "required": ["city"], "additionalProperties": False}
_WEATHER: Json = {"name": "weather", "description": "Tells it", "parameters": _PARAMETERS}


def _user(*parts: Json) -> Json:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}, *parts]}]}


def _input(*parts: Json) -> Json:
    return {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello"}, *parts]}]}


def _said(*parts: Json) -> Json:
    return {"contents": [{"role": "user", "parts": [{"text": "Hello"}, *parts]}]}


def _config(**settings: object) -> Json:
    return {"generationConfig": settings}


_CHAT_TOOLS: Json = {"tools": [{"type": "function", "function": _WEATHER}]}
_MESSAGES_TOOLS: Json = {"tools": [{"name": "weather", "input_schema": _PARAMETERS}]}
_RESPONSES_TOOLS: Json = {"tools": [{"type": "function", **_WEATHER}]}
_GENERATE_TOOLS: Json = {"tools": [{"functionDeclarations": [_WEATHER]}]}
_ASKED: Mapping[WireProtocol, tuple[Json, Mapping[str, Json]]] = {
    WireProtocol.OPENAI_CHAT: (
        {"model": "alias", "messages": [_TURN]},
        {
            "system, developer first": {"messages": [{"role": "system", "content": "Be brief"}, _TURN]},
            "system, developer later": {"messages": [_TURN, {"role": "developer", "content": "Be brief"}]},
            "image as a data URL": _user(
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
            ),
            "image by its URL": _user(
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}
            ),
            "file with its data": _user(
                {"type": "file", "file": {"file_data": "data:application/pdf;base64,AA=="}}
            ),
            "file by its id": _user({"type": "file", "file": {"file_id": "file-1"}}),
            "input_audio": _user({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}),
            "tools (functions)": _CHAT_TOOLS,
            "tools (built in)": {"tools": [{"type": "web_search"}]},
            "tool_choice": {**_CHAT_TOOLS, "tool_choice": "required"},
            "parallel_tool_calls: false": {**_CHAT_TOOLS, "parallel_tool_calls": False},
            "response_format: json_schema": {
                "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": _SCHEMA}}
            },
            "response_format: json_object": {"response_format": {"type": "json_object"}},
            "max_tokens": {"max_tokens": 100},
            "temperature, top_p": {"temperature": 0.5, "top_p": 0.9},
            "temperature above 1": {"temperature": 1.5},
            "stop": {"stop": ["END"]},
            "seed": {"seed": 7},
            "presence_penalty, frequency_penalty": {"presence_penalty": 0.5, "frequency_penalty": 0.5},
            "user": {"user": "u"},
            "n above 1": {"n": 2},
            "logprobs": {"logprobs": True},
            "modalities, audio": {"modalities": ["text", "audio"], "audio": {"voice": "a"}},
            "functions (before 2023-11)": {"functions": [_WEATHER]},
            "reasoning_effort": {"reasoning_effort": "low"},
            "logit_bias": {"logit_bias": {"1": 5}},
        },
    ),
    WireProtocol.ANTHROPIC_MESSAGES: (
        {"model": "alias", "max_tokens": 100, "messages": [_TURN]},
        {
            "system": {"system": "Be brief"},
            "image (base64)": _user(
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
            ),
            "image by its URL": _user(
                {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}}
            ),
            "document (base64)": _user(
                {
                    "type": "document",
                    "source": {"type": "base64", "media_type": "application/pdf", "data": "AA=="},
                }
            ),
            "file by its id": _user({"type": "image", "source": {"type": "file", "file_id": "file_1"}}),
            "tools": _MESSAGES_TOOLS,
            "tools (built in)": {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
            "mcp_servers": {"mcp_servers": [{"name": "m"}]},
            "tool_choice": {**_MESSAGES_TOOLS, "tool_choice": {"type": "any"}},
            "disable_parallel_tool_use": {
                **_MESSAGES_TOOLS,
                "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
            },
            "output_config.format": {"output_config": {"format": {"type": "json_schema", "schema": _SCHEMA}}},
            "temperature, top_p": {"temperature": 0.5, "top_p": 0.9},
            "top_k": {"top_k": 5},
            "stop_sequences": {"stop_sequences": ["END"]},
            "metadata.user_id": {"metadata": {"user_id": "u"}},
            "thinking": {"thinking": {"type": "enabled", "budget_tokens": 1024}},
            "cache_control": _user({"type": "text", "text": "more", "cache_control": {"type": "ephemeral"}}),
        },
    ),
    WireProtocol.GEMINI_GENERATE: (
        {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
        {
            "systemInstruction": {"systemInstruction": {"parts": [{"text": "Be brief"}]}},
            "inlineData (image)": _said({"inlineData": {"mimeType": "image/png", "data": "AA=="}}),
            "fileData (Files API)": _said(
                {"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/a"}}
            ),
            "functionDeclarations": _GENERATE_TOOLS,
            "tools (built in)": {"tools": [{"googleSearch": {}}]},
            "functionCallingConfig": {
                **_GENERATE_TOOLS,
                "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
            },
            "responseJsonSchema, responseSchema": _config(responseJsonSchema=_SCHEMA),
            "responseMimeType: application/json": _config(responseMimeType="application/json"),
            "maxOutputTokens": _config(maxOutputTokens=100),
            "temperature, topP": _config(temperature=0.5, topP=0.9),
            "topK": _config(topK=5),
            "stopSequences": _config(stopSequences=["END"]),
            "seed": _config(seed=7),
            "presencePenalty, frequencyPenalty": _config(presencePenalty=0.5, frequencyPenalty=0.5),
            "candidateCount above 1": _config(candidateCount=2),
            "responseLogprobs": _config(responseLogprobs=True),
            "responseModalities: IMAGE": _config(responseModalities=["TEXT", "IMAGE"]),
            "thinkingConfig": _config(thinkingConfig={"thinkingBudget": 0}),
            "safetySettings": {"safetySettings": [{"category": "x", "threshold": "y"}]},
            "cachedContent": {"cachedContent": "cachedContents/a"},
        },
    ),
    WireProtocol.OPENAI_RESPONSES: (
        {"model": "alias", "input": "Hello"},
        {
            "instructions": {"instructions": "Be brief"},
            "input_image as a data URL": _input(
                {"type": "input_image", "image_url": "data:image/png;base64,AA=="}
            ),
            "input_image by its URL": _input(
                {"type": "input_image", "image_url": "https://example.org/a.png"}
            ),
            "input_file with its data": _input(
                {"type": "input_file", "file_data": "data:application/pdf;base64,AA=="}
            ),
            "input_image, input_file by its id": _input({"type": "input_file", "file_id": "file-1"}),
            "reasoning items": {"input": [{"type": "reasoning", "summary": []}, _TURN]},
            "tools (functions)": _RESPONSES_TOOLS,
            "tools (built in)": {"tools": [{"type": "web_search"}]},
            "tool_choice": {**_RESPONSES_TOOLS, "tool_choice": "required"},
            "parallel_tool_calls: false": {**_RESPONSES_TOOLS, "parallel_tool_calls": False},
            "text.format: json_schema": {
                "text": {"format": {"type": "json_schema", "name": "a", "schema": _SCHEMA}}
            },
            "max_output_tokens": {"max_output_tokens": 100},
            "temperature, top_p": {"temperature": 0.5, "top_p": 0.9},
            "reasoning.effort": {"reasoning": {"effort": "low"}},
            "user": {"user": "u"},
            "previous_response_id, conversation": {"previous_response_id": "resp_1"},
            "background": {"background": True},
            "include": {"include": ["reasoning.encrypted_content"]},
        },
    ),
}


def page() -> str:
    return _HEAD + "".join(_table(client) for client in CLIENTS) + _TAIL + "\n".join(_limits()) + "\n"


def _table(client: WireProtocol) -> str:
    others = [upstream for upstream in CODECS if upstream is not client]
    titles = [f"to {_NAMES[upstream]}" for upstream in others]
    lines = [f"\n### Asked as {_NAMES[client]}\n", f"| | {' | '.join(titles)} |", "|---|---|---|"]
    plain, asked = _ASKED[client]
    for name, members in asked.items():
        found = [_fate({**plain, **members}, Direction(client, upstream)) for upstream in others]
        lines.append(f"| {name} | {' | '.join(found)} |")
    return "\n".join(lines) + "\n"


def _fate(asked: Json, direction: Direction) -> str:
    model = _MODELS[direction.upstream][0]
    told = translate_request(msgspec.json.encode(asked), direction, model, streaming=False)
    if isinstance(told, NotPortable):
        return f"refused: {told.reason}"
    return f"named: {', '.join(told.dropped)}" if told.dropped else "carried"


def _limits() -> Iterator[str]:
    for protocol, models in _MODELS.items():
        for model in models:
            known = takes(protocol, model)
            demanded = protocol is WireProtocol.ANTHROPIC_MESSAGES
            hottest = f"{known.hottest:g}" if known.hottest else "takes none"
            unless_said = known.unless_said if demanded else "-"
            yield f"| {model} | {known.output_limit or 'not known'} | {unless_said} | {hottest} |"


if __name__ == "__main__":
    sys.stdout.write(page())
