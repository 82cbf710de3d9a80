"""llama-index: its OpenAI-compatible model and OpenAI's embeddings."""

from typing import Any

from driving import QUESTION, Driver, run
from llama_index.core.llms import LLMMetadata
from llama_index.embeddings.openai import OpenAIEmbedding
from llama_index.llms.openai import OpenAI


class Aliased(OpenAI):
    """By itself it knows the sizes of OpenAI's own models only, and refuses all other names."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=100_000, is_chat_model=True, model_name=self.model)


def make(_protocol: str, url: str, key: str) -> Driver:
    def llm(model: str) -> Any:
        return Aliased(model=model, api_base=f"{url}/v1", api_key=key)

    def embed(model: str) -> Any:
        asked = OpenAIEmbedding(model_name=model, api_base=f"{url}/v1", api_key=key)
        return asked.get_text_embedding("Paris")

    return {
        "say": lambda model: llm(model).complete(QUESTION).text,
        "stream": lambda model: (chunk.delta or "" for chunk in llm(model).stream_complete(QUESTION)),
        "embed": embed,
    }


if __name__ == "__main__":
    run(make, ("openai",))
