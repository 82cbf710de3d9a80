"""Ask in one protocol, see what another one is asked."""

from typing import Any

import msgspec

from leadline.translation import Direction, NotPortable, Translated, translate_request
from leadline.vocabulary import WireProtocol

WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


CHAT, MESSAGES, GENERATE = (
    WireProtocol.OPENAI_CHAT,
    WireProtocol.ANTHROPIC_MESSAGES,
    WireProtocol.GEMINI_GENERATE,
)
MODELS = {CHAT: "gpt-4o", MESSAGES: "claude-sonnet-4-0", GENERATE: "gemini-2.5-flash"}
HELLO: dict[WireProtocol, dict[str, Any]] = {
    CHAT: {"messages": [{"role": "user", "content": "Hello"}]},
    MESSAGES: {"max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]},
    GENERATE: {"contents": [{"role": "user", "parts": [{"text": "Hello"}]}]},
}


def translated(client: WireProtocol, upstream: WireProtocol, *, model: str = "", **asked: Any) -> Translated:
    told = tried(client, upstream, model=model, **asked)
    assert isinstance(told, Translated), told
    return told


def tried(
    client: WireProtocol, upstream: WireProtocol, *, model: str = "", **asked: Any
) -> Translated | NotPortable:
    """A greeting with `asked` in it."""
    body = msgspec.json.encode({"model": "alias", **HELLO[client], **asked})
    return translate_request(
        body, Direction(client, upstream), model or MODELS[upstream], streaming=bool(asked.get("stream"))
    )


def body_of(told: Translated) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(told.body)
    return found


def asked_as(
    client: WireProtocol, upstream: WireProtocol, *, model: str = "", **asked: Any
) -> dict[str, Any]:
    """The upstream's body."""
    return body_of(translated(client, upstream, model=model, **asked))


def reason(client: WireProtocol, upstream: WireProtocol, *, model: str = "", **asked: Any) -> str:
    """Why it is not portable."""
    told = tried(client, upstream, model=model, **asked)
    assert isinstance(told, NotPortable), told
    return told.reason
