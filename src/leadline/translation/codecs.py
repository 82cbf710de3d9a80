"""The protocols that can be translated into one another, each by its codec."""

from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import quote

import msgspec

from leadline.translation import (
    chat_answering,
    chat_asking,
    chat_reading,
    completions_saying,
    generate_answering,
    generate_asking,
    generate_reading,
    messages_answering,
    messages_asking,
    messages_reading,
    responses_answering,
    responses_reading,
)
from leadline.translation.chat_streaming import ChatSink, ChatSource
from leadline.translation.completions_saying import CompletionsSink
from leadline.translation.generate_streaming import GenerateSink, GenerateSource
from leadline.translation.messages_streaming import MessagesSink, MessagesSource
from leadline.translation.models import Takes
from leadline.translation.neutral import Asked, Losses, Reply, Telling
from leadline.translation.responses_streaming import ResponsesSink
from leadline.translation.streaming import Sink, Source
from leadline.vocabulary import Answer, WireProtocol


class _ReadRequest(Protocol):
    def __call__(self, body: bytes, losses: Losses, *, streaming: bool) -> Asked: ...


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """How clients of a protocol are answered."""

    write_reply: Callable[[Reply, Answer, Telling], bytes]
    sink: Callable[[Telling], Sink]


class ClientCodec(Speaker, frozen=True, kw_only=True):
    """What clients of a protocol ask and are answered."""

    read_request: _ReadRequest


class Codec(ClientCodec, frozen=True, kw_only=True):
    """One protocol, both ways: three of them give six directions.

    `path` (of model and whether it streams) is where a request goes, `query` that of a stream, `headers`
    what it must carry, `stream_type` the content type of a stream.
    """

    write_request: Callable[[Asked, str, Takes, Losses], bytes]
    read_reply: Callable[[bytes, Losses], Reply]
    source: Callable[[Losses], Source]
    path: Callable[[str, bool], str]
    query: str = ""
    headers: Mapping[str, str] = {}


def _generate_path(model: str, streaming: bool) -> str:  # noqa: FBT001 - one of two words
    verb = "streamGenerateContent" if streaming else "generateContent"
    return f"/models/{quote(model.removeprefix('models/'), safe='/')}:{verb}"


CODECS: Mapping[WireProtocol, Codec] = {
    WireProtocol.OPENAI_CHAT: Codec(
        read_request=chat_reading.read_request,
        write_request=chat_asking.write_request,
        read_reply=chat_answering.read_reply,
        write_reply=chat_answering.write_reply,
        source=ChatSource,
        sink=ChatSink,
        path=lambda _model, _streaming: "/v1/chat/completions",
    ),
    WireProtocol.ANTHROPIC_MESSAGES: Codec(
        read_request=messages_reading.read_request,
        write_request=messages_asking.write_request,
        read_reply=messages_answering.read_reply,
        write_reply=messages_answering.write_reply,
        source=MessagesSource,
        sink=MessagesSink,
        path=lambda _model, _streaming: "/v1/messages",
        headers=messages_asking.HEADERS,
    ),
    WireProtocol.GEMINI_GENERATE: Codec(
        read_request=generate_reading.read_request,
        write_request=generate_asking.write_request,
        read_reply=generate_answering.read_reply,
        write_reply=generate_answering.write_reply,
        source=GenerateSource,
        sink=GenerateSink,
        path=_generate_path,
        query="alt=sse",
    ),
}

CLIENTS: Mapping[WireProtocol, ClientCodec] = {
    **CODECS,
    WireProtocol.OPENAI_RESPONSES: ClientCodec(
        read_request=responses_reading.read_request,
        write_reply=responses_answering.write_reply,
        sink=ResponsesSink,
    ),
}
"""Those whose calls can be answered in another protocol. Who speaks responses also speaks chat, so nothing
is translated into them.
"""

SPEAKERS: Mapping[WireProtocol, Speaker] = {
    **CLIENTS,
    WireProtocol.OPENAI_COMPLETIONS: Speaker(
        write_reply=completions_saying.write_reply, sink=CompletionsSink
    ),
}
"""Those in which words of our own can be said."""
