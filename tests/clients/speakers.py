"""The three SDKs asked the same thing, and what a program reads from each one's answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
import openai
from google import genai
from google.genai.types import GenerateContentConfig, HttpOptions
from tests.clients.tap import NO_TLS

QUESTION = "What is the weather in Paris?"
NAME, ABOUT = "weather", "Tells the weather"
PLACE = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@dataclass(frozen=True)
class Said:
    """`finish` is the SDK's own word; `tokens` are input and output as billed."""

    text: str
    calls: tuple[tuple[str, Any], ...]
    finish: str | None
    tokens: tuple[int, int]


def ask_openai(url: str, key: str, model: str, headers: dict[str, str], *, streaming: bool) -> Said:
    tool: Any = {"type": "function", "function": {"name": NAME, "description": ABOUT, "parameters": PLACE}}
    http = httpx2.Client(verify=NO_TLS)
    with openai.OpenAI(
        api_key=key, base_url=f"{url}/v1", default_headers=headers, max_retries=0, http_client=http
    ) as client:
        asked: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": QUESTION}],
            "tools": [tool],
        }
        if streaming:
            with client.chat.completions.stream(**asked, stream_options={"include_usage": True}) as stream:
                made: Any = stream.get_final_completion()
        else:
            made = client.chat.completions.create(**asked)
    choice = made.choices[0]
    calls = tuple((c.function.name, _object(c.function.arguments)) for c in choice.message.tool_calls or ())
    tokens = (made.usage.prompt_tokens, made.usage.completion_tokens)
    return Said(choice.message.content or "", calls, choice.finish_reason, tokens)


def ask_anthropic(url: str, key: str, model: str, headers: dict[str, str], *, streaming: bool) -> Said:
    tool: Any = {"name": NAME, "description": ABOUT, "input_schema": PLACE}
    http = httpx2.Client(verify=NO_TLS)
    with anthropic.Anthropic(
        api_key=key, base_url=url, default_headers=headers, max_retries=0, http_client=http
    ) as client:
        asked: dict[str, Any] = {
            "model": model,
            "max_tokens": 500,
            "messages": [{"role": "user", "content": QUESTION}],
            "tools": [tool],
        }
        if streaming:
            with client.messages.stream(**asked) as stream:
                made: Any = stream.get_final_message()
        else:
            made = client.messages.create(**asked)
    text = "".join(block.text for block in made.content if block.type == "text")
    calls = tuple((block.name, block.input) for block in made.content if block.type == "tool_use")
    usage = made.usage
    cached = (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0)
    return Said(text, calls, made.stop_reason, (usage.input_tokens + cached, usage.output_tokens))


def ask_google(url: str, key: str, model: str, headers: dict[str, str], *, streaming: bool) -> Said:
    http = httpx2.Client(verify=NO_TLS)
    options = HttpOptions(
        base_url=url,
        headers=headers,
        httpx_client=http,
        client_args={"verify": NO_TLS},
        async_client_args={"verify": NO_TLS, "ssl": NO_TLS},
    )
    client = genai.Client(api_key=key, http_options=options)
    declared = {"name": NAME, "description": ABOUT, "parameters_json_schema": PLACE}
    config: Any = GenerateContentConfig.model_validate({"tools": [{"function_declarations": [declared]}]})
    try:
        if streaming:
            made = list(client.models.generate_content_stream(model=model, contents=QUESTION, config=config))
        else:
            made = [client.models.generate_content(model=model, contents=QUESTION, config=config)]
    finally:
        client.close()
        http.close()
    parts = [
        part for one in made for c in one.candidates or () for part in (c.content and c.content.parts) or ()
    ]
    text = "".join(part.text or "" for part in parts)
    calls = tuple((p.function_call.name or "", p.function_call.args or {}) for p in parts if p.function_call)
    last = made[-1]
    assert last.candidates
    finish = last.candidates[0].finish_reason
    usage = last.usage_metadata
    assert usage
    said = (usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0)
    return Said(text, calls, finish and finish.value, (usage.prompt_token_count or 0, said))


def _object(arguments: str) -> Any:
    return json.loads(arguments or "{}")


SPEAKERS: dict[str, Callable[..., Said]] = {
    "openai": ask_openai,
    "anthropic": ask_anthropic,
    "gemini": ask_google,
}
RAISES: dict[str, tuple[type[Exception], ...]] = {
    "openai": (openai.APIError,),
    "anthropic": (anthropic.APIError,),
    "gemini": (genai.errors.APIError,),
}
WORDS = {
    "openai": {"stop": "stop", "length": "length", "tool_calls": "tool_calls"},
    "anthropic": {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"},
    "gemini": {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP"},
}
