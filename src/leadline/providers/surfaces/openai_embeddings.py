"""OpenAI's embeddings, and any host that speaks them."""

from typing import ClassVar

from leadline.providers import ClientRequest, StreamReader, Surface
from leadline.providers._embeddings_reply import read_openai
from leadline.providers._forwarding import with_model
from leadline.providers._openai_prompt import read_embedding
from leadline.providers._openai_words import OpenAIWords
from leadline.providers._whole import Unread
from leadline.vocabulary import Answer, Operation, Question, UpstreamFailure, UpstreamReply, WireProtocol


class OpenAIEmbeddings(OpenAIWords, frozen=True, forbid_unknown_fields=True):
    """Embeddings: floats or base64, as the client asks."""

    protocol: ClassVar[WireProtocol] = WireProtocol.OPENAI_EMBEDDINGS
    operation: ClassVar[Operation] = Operation.EMBEDDINGS
    endpoint: ClassVar[str] = "POST /v1/embeddings"
    deployed: ClassVar[str] = "embeddings"
    paths: ClassVar[frozenset[str]] = frozenset({"/v1/embeddings", "/embeddings", "/openai/v1/embeddings"})

    def read_question(self, request: ClientRequest) -> Question:
        return read_embedding(request.body)

    def resource(self, question: Question) -> str:  # noqa: ARG002
        return "embeddings"

    def spliced(self, request: ClientRequest, question: Question, model: str) -> bytes:
        return with_model(request.body, question, model)

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_openai(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return Unread()


PLUG: type[Surface] = OpenAIEmbeddings
