"""One file per upstream protocol. A provider only translates: bytes to facts, failures to kinds.

Each file serves both sides: the client that speaks the protocol and the upstream that does. A call whose
client and target share a protocol passes through; only what must differ is spliced.

To add one, copy `anthropic.py` with its three `_anthropic_*` files: what is asked, what comes back, what
the errors mean.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

import msgspec

from leadline.vocabulary import (
    Answer,
    ClientError,
    OutboundRequest,
    Question,
    Target,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)


class ClientRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it arrived. `path` is without the query; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class UnreadableRequest(ValueError):
    """The client's body is not this protocol; the message says what is wrong and where."""


class StreamReader(Protocol):
    """Reads the facts of one streamed answer while its bytes pass by. Any chunking gives the same facts."""

    @property
    def started(self) -> bool:
        """A whole event that is not an error has been seen, so the client may be given the stream."""

    @property
    def failure(self) -> UpstreamFailure | None:
        """The error that the stream itself carried, as soon as it was seen."""

    @property
    def gave_up(self) -> bool:
        """It reads and relays no more, for a `failure` that the client has not seen and has to be told."""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes; return those to relay now.

        All of them, but for an event that we asked for ourselves, and half an event, which waits for its end.
        """

    def finish(self) -> bytes:
        """The stream has ended: bytes still held back, if the answer is complete.

        Half an event at a cut is dropped, so that an error event can follow on its own line.
        """

    def outcome(self) -> Answer | UpstreamFailure:
        """The facts so far. After the end, an Answer that never got its terminal marker is not `complete`."""


class Provider(Protocol):
    protocol: ClassVar[WireProtocol]
    default_base_url: ClassVar[str]

    def matches(self, method: str, path: str, headers: Mapping[str, str]) -> bool:
        """Whether this is a generating call of this protocol."""

    def read_question(self, request: ClientRequest) -> Question:
        """Raises UnreadableRequest."""

    def outbound(
        self, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        """The upstream call: model spliced, our key in, the caller's key and our own headers out."""

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        """The facts of a whole response of any status, or why it is no answer. Never raises."""

    def stream_reader(self, question: Question) -> StreamReader: ...

    def error_reply(self, error: ClientError) -> UpstreamReply:
        """The error in the shape on which this protocol's own SDK raises."""

    def error_event(self, error: ClientError) -> bytes:
        """The error as an event inside a stream that has already begun."""

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:
        """The models list that this protocol's client asks for."""
