"""OpenAI's chat completions, and any host that speaks them."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._openai_reply import OpenAIStream, read_reply
from leadline.providers._openai_request import read_question
from leadline.providers._openai_words import OpenAIWords, adds_usage, with_usage
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class OpenAIChat(OpenAIWords, frozen=True, forbid_unknown_fields=True):
    """Chat completions, streamed or not.

    - `asks_stream_usage`: ask a stream for its usage when the client did not, and hide that one chunk from
      the client.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.OPENAI_CHAT
    operation: ClassVar[Operation] = Operation.CHAT
    endpoint: ClassVar[str] = "POST /v1/chat/completions"
    deployed: ClassVar[str] = "chat/completions"
    paths: ClassVar[frozenset[str]] = frozenset(
        {
            "/v1/chat/completions",
            "/chat/completions",
            "/openai/v1/chat/completions",
            "/models/chat/completions",
        }
    )

    asks_stream_usage: bool = True

    def read_question(self, request: ClientRequest) -> Question:
        return read_question(request.body)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "chat/completions"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return with_usage(request.body, question, model, asks=self.asks_stream_usage)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:
        return OpenAIStream(hides_usage=adds_usage(question, asks=self.asks_stream_usage))


PLUG: type[Surface] = OpenAIChat
