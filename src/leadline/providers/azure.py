"""Azure OpenAI."""

from collections.abc import Mapping
from typing import ClassVar, Literal

import msgspec

from leadline.providers import ClientRequest, Provider, Surface, by_protocol
from leadline.providers._forwarding import forwarded_headers, forwarded_query, passed_on
from leadline.providers._openai_words import without_api_version
from leadline.providers.surfaces.openai_chat import OpenAIChat
from leadline.providers.surfaces.openai_completions import OpenAICompletions
from leadline.providers.surfaces.openai_embeddings import OpenAIEmbeddings
from leadline.providers.surfaces.openai_responses import OpenAIResponses
from leadline.vocabulary import OutboundRequest, Question, Target, WireProtocol


class Azure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Azure OpenAI: a target's `model` is the name of the deployment, `base_url` the resource's address
    (`https://NAME.openai.azure.com`, or `.services.ai.azure.com`).

    - `api_version`: such as `2024-10-21`, for `/openai/deployments/{deployment}/...?api-version=`. Without
      one, the v1 API is called: `/openai/v1/...`, the deployment in the body.
    - `key_header`: `api-key`, or `authorization` for an Entra ID token (as `Bearer`).
    - `asks_stream_usage`: as for `openai`.
    """

    default_base_url: ClassVar[str] = ""

    api_version: str | None = None
    key_header: Literal["api-key", "authorization"] = "api-key"
    asks_stream_usage: bool = True

    @property
    def surfaces(self) -> Mapping[WireProtocol, Surface]:
        asks = self.asks_stream_usage
        return by_protocol(
            OpenAIChat(asks_stream_usage=asks),
            OpenAIResponses(),
            OpenAICompletions(asks_stream_usage=asks),
            OpenAIEmbeddings(),
        )

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        return OutboundRequest(
            url=f"{_root(target)}/openai/{self._path(surface, question, target)}{self._query(request.query)}",
            body=surface.spliced(request, question, target.identity.model),
            headers={**forwarded_headers(request.headers), **self._credentials(secret)},
        )

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        return passed_on(request, _root(target), self._credentials(secret))

    def _credentials(self, secret: str) -> dict[str, str]:
        return {self.key_header: f"Bearer {secret}" if self.key_header == "authorization" else secret}

    def _path(self, surface: Surface, question: Question, target: Target) -> str:
        resource = surface.resource(question)
        if self.api_version is None:
            return f"v1/{resource}"
        if surface.protocol is WireProtocol.OPENAI_RESPONSES:
            return resource  # the one operation that Azure never put under a deployment
        return f"deployments/{target.identity.model}/{resource}"

    def _query(self, query: str) -> str:
        given = forwarded_query(without_api_version(query))
        if self.api_version is None:
            return given
        return f"{given}{'&' if given else '?'}api-version={self.api_version}"


def _root(target: Target) -> str:
    """People write the address with or without what all paths begin with."""
    return target.base_url.rstrip("/").removesuffix("/v1").removesuffix("/openai")


PLUG: type[Provider] = Azure
