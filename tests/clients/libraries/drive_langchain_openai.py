"""langchain-openai: ChatOpenAI and OpenAIEmbeddings."""

from typing import Any

from driving import QUESTION, Driver, run
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
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
        return ChatOpenAI(model=model, base_url=f"{url}/v1", api_key=key)

    def embed(model: str) -> Any:
        # by default it asks a server for a tokenizer first
        asked = OpenAIEmbeddings(
            model=model, base_url=f"{url}/v1", api_key=key, check_embedding_ctx_length=False
        )
        return asked.embed_query("Paris")

    return {
        "say": lambda model: chat(model).invoke(QUESTION).text,
        "stream": lambda model: (chunk.text for chunk in chat(model).stream(QUESTION)),
        "call": lambda model: chat(model).bind_tools([weather]).invoke(QUESTION).tool_calls[0]["args"],
        "extract": lambda model: chat(model).with_structured_output(Place).invoke(QUESTION).model_dump(),
        "embed": embed,
    }


if __name__ == "__main__":
    run(make, ("openai",))
