"""Gemini's count of tokens."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface, _gemini_errors
from leadline.providers._counting import read_count
from leadline.providers._gemini_contents import read_contents, renamed
from leadline.providers._gemini_words import GeminiWords
from leadline.providers._whole import Unread
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class GeminiCountTokens(GeminiWords, frozen=True, forbid_unknown_fields=True):
    """How many tokens contents, or a whole request, would have."""

    protocol: ClassVar[WireProtocol] = WireProtocol.GEMINI_COUNT_TOKENS
    operation: ClassVar[Operation] = Operation.COUNT_TOKENS
    endpoint: ClassVar[str] = "POST /v1beta/models/{model}:countTokens"
    verbs: ClassVar[tuple[str, ...]] = (":countTokens",)

    def read_question(self, request: ClientRequest) -> Question:
        return read_contents(request, "a countTokens request")

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "countTokens"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return renamed(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_count(reply, _gemini_errors.judge)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return Unread()


PLUG: type[Surface] = GeminiCountTokens
