"""Gemini's embedding of several contents at once."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._embeddings_reply import read_gemini
from leadline.providers._gemini_contents import read_contents, renamed
from leadline.providers._gemini_words import GeminiWords
from leadline.providers._whole import Unread
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class GeminiBatchEmbed(GeminiWords, frozen=True, forbid_unknown_fields=True):
    """Several contents, an embedding for each."""

    protocol: ClassVar[WireProtocol] = WireProtocol.GEMINI_BATCH_EMBED
    operation: ClassVar[Operation] = Operation.EMBEDDINGS
    endpoint: ClassVar[str] = "POST /v1beta/models/{model}:batchEmbedContents"
    verbs: ClassVar[tuple[str, ...]] = (":batchEmbedContents",)

    def read_question(self, request: ClientRequest) -> Question:
        return read_contents(request, "a batchEmbedContents request")

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "batchEmbedContents"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return renamed(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_gemini(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return Unread()


PLUG: type[Surface] = GeminiBatchEmbed
