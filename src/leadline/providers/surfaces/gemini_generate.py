"""Google's Gemini generateContent."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._gemini_reply import GeminiStream, read_reply
from leadline.providers._gemini_request import read_question
from leadline.providers._gemini_words import GeminiWords, path_parts
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol

_WHOLE, _STREAMED = "generateContent", "streamGenerateContent"


class GeminiGenerate(GeminiWords, frozen=True, forbid_unknown_fields=True):
    """`:generateContent`, and `:streamGenerateContent` in both framings: events (`alt=sse`, as SDKs ask) and
    the JSON array that comes otherwise.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.GEMINI_GENERATE
    operation: ClassVar[Operation] = Operation.GENERATE_CONTENT
    endpoint: ClassVar[str] = "POST /v1beta/models/{model}:generateContent"
    verbs: ClassVar[tuple[str, ...]] = (f":{_WHOLE}", f":{_STREAMED}")

    def read_question(self, request: ClientRequest) -> Question:
        _, model, verb = path_parts(request.path)
        return read_question(request.body, model, streaming=verb == _STREAMED)

    def resource(self, question: Question) -> str:
        return _STREAMED if question.streaming else _WHOLE

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:  # noqa: ARG002
        return request.body

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return GeminiStream()


PLUG: type[Surface] = GeminiGenerate
