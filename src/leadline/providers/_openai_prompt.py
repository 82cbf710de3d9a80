"""What OpenAI's two oldest requests ask: a text to go on with, and texts to embed.

https://platform.openai.com/docs/api-reference/completions/create and .../embeddings/create
"""

import msgspec

from leadline.providers import UnreadableRequest
from leadline.providers._decoding import Unparsable, count, decode
from leadline.vocabulary import Question

Prompt = str | list[str] | list[int] | list[list[int]]
"""Texts, or texts that the client has turned into tokens already."""


class _StreamOptions(msgspec.Struct, gc=False):
    include_usage: bool | None = None


class _Completion(msgspec.Struct, gc=False):
    model: str
    prompt: msgspec.Raw = msgspec.Raw(b'""')
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    max_tokens: int | float | None = None
    user: str | None = None


class _Embedding(msgspec.Struct, gc=False):
    model: str
    input: msgspec.Raw
    user: str | None = None


_completion = msgspec.json.Decoder(_Completion)
_embedding = msgspec.json.Decoder(_Embedding)
_texts = msgspec.json.Decoder(str | list[str | int | list[int]] | None)


def read_completion(body: bytes) -> Question:
    """Raises UnreadableRequest."""
    try:
        asked = decode(_completion, body)
        prompt, countable = _text(asked.prompt)
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not a completion request: {error}.") from error
    if not asked.model:
        raise UnreadableRequest("The body is not a completion request: `model` is empty.")
    return Question(
        model=asked.model,
        streaming=bool(asked.stream),
        prompt=prompt,
        output_limit=None if asked.max_tokens is None else count(asked.max_tokens),
        wants_stream_usage=bool(asked.stream_options and asked.stream_options.include_usage),
        countable=countable,
        user=asked.user or "",
    )


def read_embedding(body: bytes) -> Question:
    """Raises UnreadableRequest."""
    try:
        asked = decode(_embedding, body)
        prompt, countable = _text(asked.input)
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not an embeddings request: {error}.") from error
    if not asked.model:
        raise UnreadableRequest("The body is not an embeddings request: `model` is empty.")
    return Question(model=asked.model, prompt=prompt, countable=countable, user=asked.user or "")


def _text(given: msgspec.Raw) -> tuple[str, bool]:
    """All texts as one, and whether its tokens can be counted: not so for several, or what is no text."""
    value = decode(_texts, bytes(given))
    if value is None or isinstance(value, str):
        return value or "", True
    texts = [one for one in value if isinstance(one, str)]
    return "\n".join(texts), len(value) == len(texts) == 1
