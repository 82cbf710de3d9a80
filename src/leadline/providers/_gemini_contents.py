"""What Gemini's smaller requests ask: texts to embed, contents to count. The model stands in the path.

https://ai.google.dev/api/embeddings and https://ai.google.dev/api/tokens
"""

import msgspec

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.providers._decoding import Unparsable, decode, is_given
from leadline.providers._forwarding import members_of, written
from leadline.providers._gemini_words import path_parts
from leadline.vocabulary import Question

_NOTHING = msgspec.Raw()


class _Part(msgspec.Struct, gc=False):
    text: str | None = None


class _Content(msgspec.Struct, gc=False):
    parts: list[_Part] | _Part | None = None


class _One(msgspec.Struct, gc=False):
    content: _Content | None = None


class _Asked(msgspec.Struct, gc=False):
    """One of these is given: a batch or one content to embed, contents or a whole request to count."""

    requests: list[_One] | None = None
    content: _Content | None = None
    contents: list[_Content] | _Content | None = None
    generateContentRequest: msgspec.Raw = _NOTHING  # noqa: N815 - the wire's names
    generate_content_request: msgspec.Raw = _NOTHING


_asked = msgspec.json.Decoder(_Asked)
_requests = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


def read_contents(request: ClientRequest, what: str) -> Question:
    """Raises UnreadableRequest."""
    _, model, _ = path_parts(request.path)
    try:
        asked = decode(_asked, request.body)
    except Unparsable as error:
        raise UnreadableRequest(f"The body is not {what}: {error}.") from error
    inner = is_given(asked.generateContentRequest) or is_given(asked.generate_content_request)
    if asked.requests is None and asked.content is None and asked.contents is None and not inner:
        raise UnreadableRequest(f"The body is not {what}: it has neither content nor requests.")
    texts = [text for content in _contents(asked) for text in _texts(content)]
    return Question(model=model, prompt="\n".join(texts), countable=False)


def renamed(body: bytes, question: Question, model: str) -> bytes:
    """The body with the target's model wherever it repeats the one in the path."""
    if model == question.model or b'"model"' not in body:
        return body
    members = members_of(body)
    name = written(f"models/{model}")
    if "model" in members:
        members["model"] = name
    if "requests" in members:
        requests = decode(_requests, bytes(members["requests"]))
        members["requests"] = written([{**one, "model": name} for one in requests])
    for inner in {"generateContentRequest", "generate_content_request"} & members.keys():
        members[inner] = written({**members_of(bytes(members[inner])), "model": name})
    return msgspec.json.encode(members)


def _contents(asked: _Asked) -> list[_Content]:
    if asked.requests is not None:
        return [one.content for one in asked.requests if one.content is not None]
    given = asked.content or asked.contents or []
    return given if isinstance(given, list) else [given]


def _texts(content: _Content) -> list[str]:
    parts = content.parts or []
    return [part.text for part in (parts if isinstance(parts, list) else [parts]) if part.text]
