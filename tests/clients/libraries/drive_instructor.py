"""instructor: structured output over the OpenAI client, by tools."""

from collections.abc import Iterator
from typing import Any

import instructor
import openai
from driving import QUESTION, Driver, run
from pydantic import BaseModel


class Place(BaseModel):
    """A place."""

    city: str
    year: int


def make(_protocol: str, url: str, key: str) -> Driver:
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=key)
    structured = instructor.from_openai(client)
    messages: Any = [{"role": "user", "content": QUESTION}]

    def extract(model: str) -> Any:
        made = structured.chat.completions.create(
            model=model, messages=messages, response_model=Place, max_retries=0
        )
        return made.model_dump()

    def stream(model: str) -> Iterator[str]:
        made = structured.chat.completions.create_partial(
            model=model, messages=messages, response_model=Place, max_retries=0
        )
        yield list(made)[-1].model_dump_json()

    return {"say": extract, "stream": stream, "extract": extract}


if __name__ == "__main__":
    run(make, ("openai",))
