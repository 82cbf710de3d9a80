"""Anthropic's messages."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._anthropic_reply import AnthropicStream, read_reply
from leadline.providers._anthropic_request import read_question
from leadline.providers._anthropic_words import AnthropicWords
from leadline.providers._forwarding import with_model
from leadline.providers._vertex_form import asks_messages
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class AnthropicMessages(AnthropicWords, frozen=True, forbid_unknown_fields=True):
    """Messages, streamed or not."""

    protocol: ClassVar[WireProtocol] = WireProtocol.ANTHROPIC_MESSAGES
    operation: ClassVar[Operation] = Operation.CHAT
    endpoint: ClassVar[str] = "POST /v1/messages"
    paths: ClassVar[frozenset[str]] = frozenset({"/v1/messages", "/anthropic/v1/messages"})

    def matches(self, path: str) -> bool:
        return asks_messages(path)

    def read_question(self, request: ClientRequest) -> Question:
        return read_question(request.body)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "messages"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return with_model(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return AnthropicStream()


PLUG: type[Surface] = AnthropicMessages
