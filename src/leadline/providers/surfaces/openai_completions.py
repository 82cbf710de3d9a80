"""OpenAI's legacy completions, which many open-weight hosts still serve."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._openai_prompt import read_completion
from leadline.providers._openai_reply import OpenAIStream, read_reply
from leadline.providers._openai_words import OpenAIWords, adds_usage, with_usage
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class OpenAICompletions(OpenAIWords, frozen=True, forbid_unknown_fields=True):
    """Text completions, streamed or not.

    - `asks_stream_usage`: as for chat completions.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.OPENAI_COMPLETIONS
    operation: ClassVar[Operation] = Operation.TEXT_COMPLETION
    endpoint: ClassVar[str] = "POST /v1/completions"
    deployed: ClassVar[str] = "completions"
    paths: ClassVar[frozenset[str]] = frozenset({"/v1/completions", "/completions", "/openai/v1/completions"})

    asks_stream_usage: bool = True

    def read_question(self, request: ClientRequest) -> Question:
        return read_completion(request.body)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "completions"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return with_usage(request.body, question, model, asks=self.asks_stream_usage)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:
        return OpenAIStream(hides_usage=adds_usage(question, asks=self.asks_stream_usage))


PLUG: type[Surface] = OpenAICompletions
