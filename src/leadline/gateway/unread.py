"""An account and a surface of which nothing is read but errors, for calls that pass as they are."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from leadline.providers import ClientRequest, Provider, StreamReader, Surface
from leadline.vocabulary import (
    Answer,
    ClientError,
    FailureKind,
    Operation,
    OutboundRequest,
    Question,
    Target,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)


class UnreadProvider:
    """A provider of which nothing is read; stands in the targets of such calls."""

    default_base_url: ClassVar[str] = ""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        like = next(iter(provider.surfaces.values()))
        self.surfaces: Mapping[WireProtocol, Surface] = {WireProtocol.PASSTHROUGH: UnreadSurface(like)}

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        del surface, question
        return self._provider.passed_on(request, target, secret)

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        return self._provider.passed_on(request, target, secret)


class UnreadSurface:
    """Errors are read and said as the provider does; nothing else is."""

    protocol: ClassVar[WireProtocol] = WireProtocol.PASSTHROUGH
    operation: ClassVar[Operation] = Operation.PASSTHROUGH
    endpoint: ClassVar[str] = "/{provider}/..."
    paths: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, like: Surface) -> None:
        self._like = like

    def matches(self, path: str) -> bool:  # noqa: ARG002 - the Protocol's shape, here and below
        return False

    def canonical(self, request: ClientRequest) -> ClientRequest:
        return request

    def read_question(self, request: ClientRequest) -> Question:  # noqa: ARG002
        return Question(model="", countable=False)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return ""

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:  # noqa: ARG002
        return request.body

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        if reply.status < 400:
            return Answer()
        found = self._like.read_reply(reply)
        if isinstance(found, UpstreamFailure) and found.kind is FailureKind.PROVIDER_MODEL_GONE:
            # what is not found here is a file or a batch
            return msgspec.structs.replace(found, kind=None, fail_over=False)
        return found

    def stream_reader(self, question: Question) -> StreamReader:
        return self._like.stream_reader(question)

    def error_reply(self, error: ClientError) -> UpstreamReply:
        return self._like.error_reply(error)

    def error_event(self, error: ClientError) -> bytes:
        return self._like.error_event(error)

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:
        return self._like.models_reply(aliases, created_at)
