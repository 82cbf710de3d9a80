"""Anthropic."""

from collections.abc import Mapping
from typing import ClassVar

import msgspec

from leadline.providers import ClientRequest, Provider, Surface, by_protocol
from leadline.providers._forwarding import forwarded_headers, forwarded_query, passed_on
from leadline.providers.surfaces.anthropic_count_tokens import AnthropicCountTokens
from leadline.providers.surfaces.anthropic_messages import AnthropicMessages
from leadline.vocabulary import OutboundRequest, Question, Target, WireProtocol


class Anthropic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Anthropic: `POST {base_url}/v1/messages`, streamed or not.

    A client's `anthropic-version` and `anthropic-beta` go on as they are: a version decides which
    parameters the API refuses. Our key goes out as `x-api-key`, which all versions take.

    - `default_version`: the `anthropic-version` for a client that sends none.
    """

    default_base_url: ClassVar[str] = "https://api.anthropic.com"

    default_version: str = "2023-06-01"

    @property
    def surfaces(self) -> Mapping[WireProtocol, Surface]:
        return by_protocol(AnthropicMessages(), AnthropicCountTokens())

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        headers = forwarded_headers(request.headers)
        headers.setdefault("anthropic-version", self.default_version)
        headers["x-api-key"] = secret
        root, resource = _root(target.base_url), surface.resource(question)
        return OutboundRequest(
            url=f"{root}/v1/{resource}{forwarded_query(request.query)}",
            body=surface.spliced(request, question, target.identity.model),
            headers=headers,
        )

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        version = request.headers.get("anthropic-version", self.default_version)
        return passed_on(request, _root(target.base_url), {"x-api-key": secret, "anthropic-version": version})


def _root(base_url: str) -> str:
    """People write the base URL with or without its version."""
    return base_url.rstrip("/").removesuffix("/v1")


PLUG: type[Provider] = Anthropic
