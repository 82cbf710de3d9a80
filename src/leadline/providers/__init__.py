"""Who answers, and in which languages: one file per kind of account, one per surface in `surfaces/`.

A *surface* is one operation of one protocol: how it is asked, answered and refused, the same at every host
that has it. A *provider* is where it goes: address and key. A call whose client and target share a surface
passes through; only what must differ is spliced.

To add a provider, copy `anthropic.py`; a surface, `surfaces/anthropic_messages.py` with its three
`_anthropic_*` files: what is asked, what comes back, what the errors mean.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

import msgspec

from leadline.vocabulary import (
    Answer,
    ClientError,
    Operation,
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
        """An event about the answer (text, a call, a thought) has been seen: the client gets the stream."""

    @property
    def opened(self) -> bool:
        """A whole event that is not an error has been seen, be it one that says nothing of the answer yet."""

    @property
    def failure(self) -> UpstreamFailure | None:
        """The error that the stream itself carried, as soon as it was seen."""

    @property
    def error_body(self) -> bytes:
        """That error as the body of a whole reply of the upstream's protocol; empty where it has none."""

    @property
    def gave_up(self) -> bool:
        """It reads and relays no more, for a `failure` that the client has not seen and has to be told."""

    @property
    def sdks_raise(self) -> bool:
        """Whether clients of this framing raise on an error event; for others the connection is cut too."""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes; return those to relay now.

        All but an event that we asked for ourselves; half an event, which waits for its end; the terminal
        marker, which waits for a finish; and an error on which SDKs do not raise, which is rewritten.
        """

    def finish(self) -> bytes:
        """The stream has ended: bytes still held back, if the answer is complete.

        Half an event at a cut is dropped, so that an error event can follow on its own line.
        """

    def closing(self, event: bytes) -> bytes:
        """An error event of ours in the framing of this stream, to follow what was relayed."""

    def outcome(self) -> Answer | UpstreamFailure:
        """The facts so far. After the end, an Answer that never got its terminal marker is not `complete`."""


class Surface(Protocol):
    """One operation of one protocol. Its fields say how a host departs from it; clients see the defaults."""

    protocol: ClassVar[WireProtocol]
    operation: ClassVar[Operation]
    endpoint: ClassVar[str]
    """Method and path, as people are told."""
    paths: ClassVar[frozenset[str]]
    """Where a client POSTs to. Those that hold a name are left to `matches`."""

    def matches(self, path: str) -> bool:
        """Whether a POST to this path, which is none of `paths`, is meant for this surface."""

    def canonical(self, request: ClientRequest) -> ClientRequest:
        """The request in the protocol's own form: what Azure or Vertex put elsewhere is moved home.

        Raises UnreadableRequest.
        """

    def read_question(self, request: ClientRequest) -> Question:
        """Of a canonical request. Raises UnreadableRequest."""

    def resource(self, question: Question) -> str:
        """What is called upstream: a path behind the version (`chat/completions`), Google's is a verb."""

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        """The body for an upstream that calls the model `model`."""

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        """The facts of a whole response of any status, or why it is no answer. Never raises."""

    def stream_reader(self, question: Question) -> StreamReader: ...

    def error_reply(self, error: ClientError) -> UpstreamReply:
        """The error in the shape on which this protocol's own SDK raises."""

    def error_event(self, error: ClientError) -> bytes:
        """The error as an event inside a stream that has already begun."""

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:
        """The models list that this protocol's client asks for."""


class Provider(Protocol):
    """A kind of account. Its fields are its settings."""

    default_base_url: ClassVar[str]

    @property
    def surfaces(self) -> Mapping[WireProtocol, Surface]:
        """What can be asked of it."""

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        """The upstream call: model spliced, our key in, the caller's key and our own headers out.

        `surface` is one of `surfaces`, `request` canonical.
        """

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        """The same call, whatever it asks, at this account: method, path, query and body as they are."""


def by_protocol(*surfaces: Surface) -> Mapping[WireProtocol, Surface]:
    return {surface.protocol: surface for surface in surfaces}
