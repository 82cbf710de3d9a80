"""langchain-anthropic: ChatAnthropic."""

from typing import Any

from driving import QUESTION, Driver, run
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from pydantic import BaseModel


class Place(BaseModel):
    """A place."""

    city: str
    year: int


@tool
def weather(city: str) -> str:
    """Tells the weather."""
    return f"Sunny in {city}."


def make(_protocol: str, url: str, key: str) -> Driver:
    def chat(model: str) -> Any:
        return ChatAnthropic(model_name=model, base_url=url, api_key=key)

    return {
        "say": lambda model: chat(model).invoke(QUESTION).text,
        "stream": lambda model: (chunk.text for chunk in chat(model).stream(QUESTION)),
        "call": lambda model: chat(model).bind_tools([weather]).invoke(QUESTION).tool_calls[0]["args"],
        "extract": lambda model: chat(model).with_structured_output(Place).invoke(QUESTION).model_dump(),
    }


if __name__ == "__main__":
    run(make, ("anthropic",))
