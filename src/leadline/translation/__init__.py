"""A call of one protocol answered in another: requests, whole answers, streams and errors.

Three codecs read and write one neutral form (`neutral.py`); a fourth, responses, is for clients alone. What
cannot be carried over is named in the client's own words, or the call is not portable; nothing is dropped in
silence, and no end is invented. To add a protocol, copy the four files of one (`chat_*.py`) and give it a row
in `codecs.py`.
"""

from collections.abc import Mapping

import msgspec

from leadline.providers import StreamReader
from leadline.translation.codecs import CLIENTS, CODECS, SPEAKERS
from leadline.translation.failing import translate_error
from leadline.translation.models import takes
from leadline.translation.neutral import Asked, Choice, Losses, Telling, Unportable
from leadline.translation.streaming import StreamTranslator, untranslatable
from leadline.vocabulary import Answer, UpstreamFailure, WireProtocol

__all__ = [
    "CLIENTS",
    "CODECS",
    "SPEAKERS",
    "Direction",
    "NotPortable",
    "StreamTranslator",
    "Telling",
    "Translated",
    "TranslatedReply",
    "translate_error",
    "translate_reply",
    "translate_request",
    "translate_stream",
]


class Direction(msgspec.Struct, frozen=True):
    """`client` is the protocol of who asks, `upstream` that of who answers."""

    client: WireProtocol
    upstream: WireProtocol

    @property
    def is_known(self) -> bool:
        return self.client in CLIENTS and self.upstream in CODECS

    def __str__(self) -> str:
        """As headers name it: `openai_chat->anthropic_messages`."""
        return f"{self.client}->{self.upstream}".replace(".", "_")


class Translated(msgspec.Struct, frozen=True, kw_only=True):
    """A request for the upstream. `dropped` names what is not in it, as the client calls it."""

    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    dropped: tuple[str, ...]


class NotPortable(msgspec.Struct, frozen=True):
    """Why this request cannot go to a target of that protocol."""

    reason: str


class TranslatedReply(msgspec.Struct, frozen=True):
    body: bytes
    dropped: tuple[str, ...]


def translate_request(
    body: bytes, direction: Direction, model: str, *, streaming: bool
) -> Translated | NotPortable:
    """`model` is the target's own name of it; `body` and the result hold the same call."""
    losses = Losses()
    upstream = CODECS[direction.upstream]
    try:
        asked = _with_allowed_tools(CLIENTS[direction.client].read_request(body, losses, streaming=streaming))
        written = upstream.write_request(asked, model, takes(direction.upstream, model), losses)
    except Unportable as error:
        return NotPortable(str(error))
    except RecursionError:
        return NotPortable("a schema or the arguments of a tool call are nested too deeply")
    return Translated(
        path=upstream.path(model, streaming),
        query=upstream.query if streaming else "",
        headers=upstream.headers,
        body=written,
        dropped=losses.names,
    )


def translate_reply(
    body: bytes, answer: Answer, direction: Direction, telling: Telling
) -> TranslatedReply | UpstreamFailure:
    """`answer` is what the upstream's own reader read of `body`."""
    losses = Losses()
    try:
        reply = CODECS[direction.upstream].read_reply(body, losses)
        written = CLIENTS[direction.client].write_reply(reply, answer, telling)
    except Unportable as error:
        return untranslatable(str(error))
    except RecursionError:
        return untranslatable("the arguments of a tool call are nested too deeply")
    return TranslatedReply(written, losses.names)


def translate_stream(reader: StreamReader, direction: Direction, telling: Telling) -> StreamTranslator:
    """`reader` is the upstream's own; the result takes its place and gives the client's bytes."""
    losses = Losses()
    source = CODECS[direction.upstream].source(losses)
    return StreamTranslator(reader, source, CLIENTS[direction.client].sink(telling), losses)


def _with_allowed_tools(asked: Asked) -> Asked:
    """Only the tools that may be called: not every protocol has a list of those beside the list of all."""
    choice = asked.choice
    if not choice.only:
        return asked
    allowed = tuple(tool for tool in asked.tools if tool.name in choice.only)
    if choice.mode == "required" and len(choice.only) == 1:
        return asked
    choice = Choice(choice.mode, parallel=choice.parallel)
    return msgspec.structs.replace(asked, tools=allowed, choice=choice)
