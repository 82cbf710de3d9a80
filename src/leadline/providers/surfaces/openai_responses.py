"""OpenAI's responses."""

from typing import ClassVar

import msgspec

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._forwarding import with_model
from leadline.providers._openai_words import OpenAIWords, error_object
from leadline.providers._responses_reply import ResponsesStream, error_event, read_reply
from leadline.providers._responses_request import read_question
from leadline.vocabulary import (
    Answer,
    ClientError,
    Operation,
    Question,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)


class OpenAIResponses(OpenAIWords, frozen=True, forbid_unknown_fields=True):
    """Responses, streamed, whole or in the background.

    A question that goes on from an earlier response can be answered only by the account that keeps it.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.OPENAI_RESPONSES
    operation: ClassVar[Operation] = Operation.CHAT
    endpoint: ClassVar[str] = "POST /v1/responses"
    paths: ClassVar[frozenset[str]] = frozenset(
        {"/v1/responses", "/responses", "/openai/v1/responses", "/openai/responses"}
    )

    def read_question(self, request: ClientRequest) -> Question:
        return read_question(request.body)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "responses"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return with_model(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return ResponsesStream()

    def error_event(self, error: ClientError) -> bytes:
        return error_event(msgspec.json.encode({"error": error_object(error)}))


PLUG: type[Surface] = OpenAIResponses
