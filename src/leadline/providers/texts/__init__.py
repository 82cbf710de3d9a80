"""Every text of a request, an answer or an event of a stream, each with its place, to be read and rewritten.

Guards are bypassed where a reader knows too little: in content arrays, in the second choice, in parts that
came with last week's API. So nothing is listed here but what is *not* text; each other string is read.
"""

from collections.abc import Callable, Mapping

import msgspec

from leadline.providers._decoding import Unparsable, decode
from leadline.providers.texts import chat, generate, messages, responses
from leadline.providers.texts.spots import Spot, Texts, same_place
from leadline.vocabulary import WireProtocol

__all__ = ["READERS", "Spot", "Texts", "TextsReader", "read_texts", "same_place"]

Walk = Callable[[object, Texts], None]


class TextsReader(msgspec.Struct, frozen=True):
    """How a protocol is walked: `asked` its requests, `answered` whole answers, `streamed` one event."""

    asked: Walk
    answered: Walk
    streamed: Walk


def _nothing(_body: object, _texts: Texts) -> None:
    """Vectors and counts hold no text."""


_CHAT = TextsReader(chat.asked, chat.answered, chat.streamed)
_MESSAGES = TextsReader(messages.asked, messages.answered, messages.streamed)
_GENERATE = TextsReader(generate.asked, generate.answered, generate.streamed)

READERS: Mapping[WireProtocol, TextsReader] = {
    WireProtocol.OPENAI_CHAT: _CHAT,
    WireProtocol.OPENAI_COMPLETIONS: _CHAT,
    WireProtocol.OPENAI_EMBEDDINGS: TextsReader(chat.asked, _nothing, _nothing),
    WireProtocol.OPENAI_RESPONSES: TextsReader(responses.asked, responses.answered, responses.streamed),
    WireProtocol.ANTHROPIC_MESSAGES: _MESSAGES,
    WireProtocol.ANTHROPIC_COUNT_TOKENS: TextsReader(messages.asked, _nothing, _nothing),
    WireProtocol.GEMINI_GENERATE: _GENERATE,
    WireProtocol.GEMINI_COUNT_TOKENS: TextsReader(generate.asked, _nothing, _nothing),
    WireProtocol.GEMINI_EMBED: TextsReader(generate.asked, _nothing, _nothing),
    WireProtocol.GEMINI_BATCH_EMBED: TextsReader(generate.asked, _nothing, _nothing),
}
"""Calls that pass unread have no reader."""

_anything: msgspec.json.Decoder[object] = msgspec.json.Decoder()


def read_texts(body: bytes, walk: Walk) -> Texts | None:
    """The texts of a JSON body; None when it is none, so that nobody takes it for one without texts."""
    try:
        decoded = decode(_anything, body)
    except Unparsable:
        return None
    texts = Texts(decoded)
    walk(decoded, texts)
    return texts
