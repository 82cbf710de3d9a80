"""Hosts that speak OpenAI's protocols, as rows: `type: groq` is the type `openai` with these settings."""

from collections.abc import Mapping
from typing import NamedTuple

_CHAT = ("chat",)
_TEXTS = ("chat", "completions")
_VECTORS = ("chat", "embeddings")
_CLASSIC = ("chat", "completions", "embeddings")
_ALL = ("chat", "responses", "completions", "embeddings")


class Host(NamedTuple):
    """`operations` are those of the type `openai`; `asks_stream_usage` False where the host sends a stream's
    usage unasked, or refuses to be asked.
    """

    base_url: str
    operations: tuple[str, ...] = _CLASSIC
    asks_stream_usage: bool = True

    @property
    def settings(self) -> dict[str, object]:
        return {"operations": self.operations, "asks_stream_usage": self.asks_stream_usage}


HOSTS: Mapping[str, Host] = {
    # clouds
    "cerebras": Host("https://api.cerebras.ai/v1", _TEXTS),
    "cohere": Host("https://api.cohere.ai/compatibility/v1", _VECTORS),
    "dashscope": Host("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", _VECTORS),
    "deepinfra": Host("https://api.deepinfra.com/v1/openai"),
    "deepseek": Host("https://api.deepseek.com/v1", _CHAT),
    "fireworks": Host("https://api.fireworks.ai/inference/v1", _ALL),
    "github": Host("https://models.github.ai/inference", _VECTORS),
    "groq": Host("https://api.groq.com/openai/v1", ("chat", "responses")),
    "huggingface": Host("https://router.huggingface.co/v1", ("chat", "responses")),
    "mistral": Host("https://api.mistral.ai/v1", _VECTORS, asks_stream_usage=False),
    "moonshot": Host("https://api.moonshot.ai/v1", _CHAT),
    "nebius": Host("https://api.studio.nebius.com/v1"),
    "nvidia": Host("https://integrate.api.nvidia.com/v1"),
    "openrouter": Host("https://openrouter.ai/api/v1", _ALL),
    "perplexity": Host("https://api.perplexity.ai", _CHAT, asks_stream_usage=False),
    "sambanova": Host("https://api.sambanova.ai/v1", _VECTORS),
    "together": Host("https://api.together.xyz/v1"),
    "xai": Host("https://api.x.ai/v1", ("chat", "responses")),
    "zai": Host("https://api.z.ai/api/paas/v4", _CHAT),
    # on your own machines
    "llamacpp": Host("http://127.0.0.1:8080/v1"),
    "lmstudio": Host("http://127.0.0.1:1234/v1", _ALL),
    "ollama": Host("http://127.0.0.1:11434/v1", _ALL),
    "sglang": Host("http://127.0.0.1:30000/v1"),
    "vllm": Host("http://127.0.0.1:8000/v1", _ALL),
}
"""Addresses and operations as their documentation gives them; each can be set otherwise per account."""
