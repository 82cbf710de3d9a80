"""Anthropic's count of tokens."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface, _anthropic_errors
from leadline.providers._anthropic_request import read_question
from leadline.providers._anthropic_words import AnthropicWords
from leadline.providers._counting import read_count
from leadline.providers._forwarding import with_model
from leadline.providers._vertex_form import asks_count
from leadline.providers._whole import Unread
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class AnthropicCountTokens(AnthropicWords, frozen=True, forbid_unknown_fields=True):
    """How many tokens a messages request would have."""

    protocol: ClassVar[WireProtocol] = WireProtocol.ANTHROPIC_COUNT_TOKENS
    operation: ClassVar[Operation] = Operation.COUNT_TOKENS
    endpoint: ClassVar[str] = "POST /v1/messages/count_tokens"
    paths: ClassVar[frozenset[str]] = frozenset(
        {"/v1/messages/count_tokens", "/anthropic/v1/messages/count_tokens"}
    )

    def matches(self, path: str) -> bool:
        return asks_count(path)

    def read_question(self, request: ClientRequest) -> Question:
        return read_question(request.body)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "messages/count_tokens"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return with_model(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_count(reply, _anthropic_errors.judge)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return Unread()


PLUG: type[Surface] = AnthropicCountTokens
