"""Gemini's embedding of one content."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._embeddings_reply import read_gemini
from leadline.providers._gemini_contents import read_contents, renamed
from leadline.providers._gemini_words import GeminiWords
from leadline.providers._whole import Unread
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class GeminiEmbed(GeminiWords, frozen=True, forbid_unknown_fields=True):
    """One content, one embedding."""

    protocol: ClassVar[WireProtocol] = WireProtocol.GEMINI_EMBED
    operation: ClassVar[Operation] = Operation.EMBEDDINGS
    endpoint: ClassVar[str] = "POST /v1beta/models/{model}:embedContent"
    verbs: ClassVar[tuple[str, ...]] = (":embedContent",)

    def read_question(self, request: ClientRequest) -> Question:
        return read_contents(request, f"a request of {self.verbs[0]}")

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return self.verbs[0].removeprefix(":")

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return renamed(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_gemini(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return Unread()


PLUG: type[Surface] = GeminiEmbed
