"""The facts of embeddings: what they cost and who made them. The numbers themselves are nobody's to read.

https://platform.openai.com/docs/api-reference/embeddings/object and https://ai.google.dev/api/embeddings
"""

import msgspec

from leadline.providers import _gemini_errors, _openai_errors
from leadline.providers._decoding import Unparsable, count, decode, is_given
from leadline.providers._failures import malformed, unreadable
from leadline.vocabulary import Answer, TokenUsage, UpstreamFailure, UpstreamReply

_NOTHING = msgspec.Raw()


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int | float | None = None
    total_tokens: int | float | None = None


class _List(msgspec.Struct, gc=False):
    data: list[msgspec.Raw] | None = None
    model: str | None = None
    id: str | None = None
    usage: _Usage | None = None
    error: msgspec.Raw = _NOTHING


class _Metadata(msgspec.Struct, gc=False):
    promptTokenCount: int | float | None = None  # noqa: N815 - the wire's names
    totalTokenCount: int | float | None = None  # noqa: N815


class _Embedded(msgspec.Struct, gc=False):
    """One embedding, or those of a batch."""

    embedding: msgspec.Raw = _NOTHING
    embeddings: list[msgspec.Raw] | None = None
    usageMetadata: _Metadata | None = None  # noqa: N815
    error: msgspec.Raw = _NOTHING


_list = msgspec.json.Decoder(_List)
_embedded = msgspec.json.Decoder(_Embedded)


def read_openai(reply: UpstreamReply) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return _openai_errors.judge(reply.status, reply.headers, reply.body)
    try:
        found = decode(_list, reply.body)
    except Unparsable as error:
        return unreadable("a list of embeddings", error)
    if is_given(found.error):
        return _openai_errors.judge(200, reply.headers, reply.body)
    if not found.data:
        return malformed(200, "The body holds no embeddings: `data` is empty or missing.")
    usage = found.usage
    tokens = None if usage is None else count(usage.prompt_tokens or usage.total_tokens)
    return Answer(usage=_input(tokens), served_model=found.model, response_id=found.id)


def read_gemini(reply: UpstreamReply) -> Answer | UpstreamFailure:
    if reply.status != 200:
        return _gemini_errors.judge(reply.status, reply.headers, reply.body)
    try:
        found = decode(_embedded, reply.body)
    except Unparsable as error:
        return unreadable("an embedding", error)
    if is_given(found.error):
        return _gemini_errors.judge(200, reply.headers, reply.body)
    if not (found.embeddings or is_given(found.embedding)):
        return malformed(200, "The body holds neither `embedding` nor `embeddings`.")
    usage = found.usageMetadata
    tokens = None if usage is None else count(usage.promptTokenCount or usage.totalTokenCount)
    return Answer(usage=_input(tokens))


def _input(tokens: int | None) -> TokenUsage | None:
    return None if tokens is None else TokenUsage(input_tokens=tokens)
