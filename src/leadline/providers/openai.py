"""OpenAI, and any host that speaks its protocols."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from leadline.providers import ClientRequest, Provider, Surface, by_protocol
from leadline.providers._forwarding import forwarded_headers, forwarded_query, passed_on
from leadline.providers.surfaces.openai_chat import OpenAIChat
from leadline.providers.surfaces.openai_completions import OpenAICompletions
from leadline.providers.surfaces.openai_embeddings import OpenAIEmbeddings
from leadline.providers.surfaces.openai_responses import OpenAIResponses
from leadline.vocabulary import OutboundRequest, Question, Target, WireProtocol

OpenAIOperation = Literal["chat", "responses", "completions", "embeddings"]


class OpenAI(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """OpenAI: `POST {base_url}/chat/completions` and its sisters, streamed or not.

    Works for api.openai.com, for Azure OpenAI's v1 endpoint (`key_header: api-key`) and for the many hosts
    that speak the protocol; give a `base_url` with its version, as SDKs do.

    - `key_header`: where the key goes, `authorization` (as `Bearer`) or `api-key`.
    - `asks_stream_usage`: ask a stream for its usage when the client did not, and hide that one chunk from
      the client. Switch it off for a host that refuses `stream_options`; its streams then cost unknown.
    - `operations`: those that this host has, of `chat`, `responses`, `completions` and `embeddings`.
    """

    default_base_url: ClassVar[str] = "https://api.openai.com/v1"

    key_header: Literal["authorization", "api-key"] = "authorization"
    asks_stream_usage: bool = True
    operations: tuple[OpenAIOperation, ...] = ("chat", "responses", "completions", "embeddings")

    @property
    def surfaces(self) -> Mapping[WireProtocol, Surface]:
        asks = self.asks_stream_usage
        known: dict[str, Surface] = {
            "chat": OpenAIChat(asks_stream_usage=asks),
            "responses": OpenAIResponses(),
            "completions": OpenAICompletions(asks_stream_usage=asks),
            "embeddings": OpenAIEmbeddings(),
        }
        return by_protocol(*[known[operation] for operation in self.operations])

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        root, resource = target.base_url.rstrip("/"), surface.resource(question)
        return OutboundRequest(
            url=f"{root}/{resource}{forwarded_query(request.query)}",
            body=surface.spliced(request, question, target.identity.model),
            headers={**forwarded_headers(request.headers), **self._credentials(secret)},
        )

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        root = target.base_url.rstrip("/")
        if root.endswith("/v1"):
            root = root.removesuffix("/v1") if request.path.startswith("/v1/") else root
        return passed_on(request, root, self._credentials(secret))

    def _credentials(self, secret: str) -> dict[str, str]:
        return {self.key_header: f"Bearer {secret}" if self.key_header == "authorization" else secret}


PLUG: type[Provider] = OpenAI
