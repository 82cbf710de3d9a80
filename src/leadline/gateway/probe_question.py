"""The smallest real question of each protocol: one token of an answer says more than a list of models."""

from collections.abc import Callable, Mapping

import msgspec

from leadline.providers import ClientRequest
from leadline.vocabulary import WireProtocol

_WORD = "ping"
_TOKENS, _THOUGHT_TOKENS = 1, 16
_THINKING = ("gpt-5", "o1", "o3", "o4")
"""They refuse `max_tokens`, and spend a few tokens before the first one that counts."""
_NOT_ASKED = ("embed", "whisper", "tts", "dall-e", "moderation", "rerank")
"""Models that generate no text: asked for a chat they would refuse, and be well."""


def probe_question(protocol: WireProtocol, model: str) -> ClientRequest | None:
    """What to ask `model` for a sign of life; None when there is no cheap question for it."""
    write = _WRITERS.get(protocol)
    if write is None or any(word in model.lower() for word in _NOT_ASKED):
        return None
    path, headers, body = write(model)
    return ClientRequest(
        method="POST",
        path=path,
        query="",
        headers={"content-type": "application/json", **headers},
        body=msgspec.json.encode(body),
    )


_Written = tuple[str, dict[str, str], dict[str, object]]


def _openai(model: str) -> _Written:
    thinks = model.rsplit("/", 1)[-1].startswith(_THINKING)
    cap = {"max_completion_tokens": _THOUGHT_TOKENS} if thinks else {"max_tokens": _TOKENS}
    messages = [{"role": "user", "content": _WORD}]
    return "/v1/chat/completions", {}, {"model": model, "messages": messages, **cap}


def _anthropic(model: str) -> _Written:
    messages = [{"role": "user", "content": _WORD}]
    body = {"model": model, "max_tokens": _TOKENS, "messages": messages}
    return "/v1/messages", {"anthropic-version": "2023-06-01"}, body


def _gemini(model: str) -> _Written:
    body: dict[str, object] = {
        "contents": [{"role": "user", "parts": [{"text": _WORD}]}],
        "generationConfig": {"maxOutputTokens": _THOUGHT_TOKENS},
    }
    return f"/v1beta/models/{model}:generateContent", {}, body


_WRITERS: Mapping[WireProtocol, Callable[[str], _Written]] = {
    WireProtocol.OPENAI_CHAT: _openai,
    WireProtocol.ANTHROPIC_MESSAGES: _anthropic,
    WireProtocol.GEMINI_GENERATE: _gemini,
}
PROBED = tuple(_WRITERS)
