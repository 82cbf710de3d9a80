"""pydantic-ai: an agent over each of the three protocols."""

from collections.abc import AsyncIterator
from typing import Any

from driving import QUESTION, Driver, run
from pydantic import BaseModel
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.google import GoogleModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.google import GoogleProvider
from pydantic_ai.providers.openai import OpenAIProvider


class Place(BaseModel):
    """A place."""

    city: str
    year: int


def model_of(protocol: str, url: str, key: str, model: str) -> Any:
    if protocol == "openai":
        return OpenAIChatModel(model, provider=OpenAIProvider(base_url=f"{url}/v1", api_key=key))
    if protocol == "anthropic":
        return AnthropicModel(model, provider=AnthropicProvider(base_url=url, api_key=key))
    return GoogleModel(model, provider=GoogleProvider(base_url=url, api_key=key))


def make(protocol: str, url: str, key: str) -> Driver:
    def agent(model: str, **more: Any) -> Any:
        return Agent(model_of(protocol, url, key, model), **more)

    async def stream(model: str) -> AsyncIterator[str]:
        async with agent(model).run_stream(QUESTION) as answer:
            async for part in answer.stream_text(delta=True, debounce_by=None):
                yield part

    def call(model: str) -> Any:
        asked: list[dict[str, str]] = []

        def weather(city: str) -> str:
            """Tells the weather."""
            asked.append({"city": city})
            return f"Sunny in {city}."

        agent(model, tools=[weather]).run_sync(QUESTION)
        return asked[0]

    return {
        "say": lambda model: agent(model).run_sync(QUESTION).output,
        "stream": stream,
        "call": call,
        "extract": lambda model: agent(model, output_type=Place).run_sync(QUESTION).output.model_dump(),
    }


if __name__ == "__main__":
    run(make, ("openai", "anthropic", "gemini"))
