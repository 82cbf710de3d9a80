"""litellm as a client: it speaks all three protocols."""

import json
from collections.abc import Iterator
from typing import Any

import litellm
from driving import QUESTION, Driver, run

PLACE = {"type": "object", "properties": {"city": {"type": "string"}, "year": {"type": "integer"}}}
SCHEMA = {**PLACE, "required": ["city", "year"], "additionalProperties": False}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": PLACE}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "place", "schema": SCHEMA, "strict": True}}
BASES = {"openai": "/v1", "anthropic": "", "gemini": "/v1beta"}


def make(protocol: str, url: str, key: str) -> Driver:
    def ask(model: str, **more: Any) -> Any:
        messages = [{"role": "user", "content": QUESTION}]
        base = url + BASES[protocol]
        return litellm.completion(
            model=f"{protocol}/{model}", api_base=base, api_key=key, messages=messages, **more
        )

    def stream(model: str) -> Iterator[str]:
        for chunk in ask(model, stream=True):
            yield chunk.choices[0].delta.content or ""

    def call(model: str) -> Any:
        called = ask(model, tools=[TOOL]).choices[0].message.tool_calls[0]
        return json.loads(called.function.arguments)

    def embed(model: str) -> Any:
        made = litellm.embedding(model=f"openai/{model}", api_base=f"{url}/v1", api_key=key, input=["Paris"])
        return made.data[0]["embedding"]

    driver = {
        "say": lambda model: ask(model).choices[0].message.content,
        "stream": stream,
        "call": call,
        "extract": lambda model: json.loads(ask(model, response_format=FORMAT).choices[0].message.content),
    }
    return {**driver, "embed": embed} if protocol == "openai" else driver


if __name__ == "__main__":
    run(make, ("openai", "anthropic", "gemini"))
