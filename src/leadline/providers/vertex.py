"""Google Cloud's Vertex AI: Gemini, and Anthropic's models as a partner's."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

import msgspec

from leadline.providers import ClientRequest, Provider, Surface, by_protocol
from leadline.providers._forwarding import forwarded_headers, forwarded_query, members_of, passed_on, written
from leadline.providers.surfaces.anthropic_count_tokens import AnthropicCountTokens
from leadline.providers.surfaces.anthropic_messages import AnthropicMessages
from leadline.providers.surfaces.gemini_count_tokens import GeminiCountTokens
from leadline.providers.surfaces.gemini_embed import GeminiEmbed
from leadline.providers.surfaces.gemini_generate import GeminiGenerate
from leadline.vocabulary import OutboundRequest, Question, Target, WireProtocol

_ANTHROPIC = (WireProtocol.ANTHROPIC_MESSAGES, WireProtocol.ANTHROPIC_COUNT_TOKENS)
_FIRST_VERSION = "2023-06-01"
"""Anthropic's own; Vertex calls it `vertex-2023-10-16`."""


class Vertex(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Vertex AI: `.../publishers/google/models/{model}:generateContent`, and for Claude
    `.../publishers/anthropic/models/{model}:rawPredict` with the model out of the body.

    The key is an OAuth access token and goes out as `Bearer`. It lives for an hour: keep it fresh in a file
    (`api_key: file:PATH`) and reload.

    - `project`: the Google Cloud project.
    - `location`: a region such as `europe-west4`, or `global`; the host follows it unless `base_url` is set.
    - `version`: of the API, `v1` or `v1beta1`.
    - `anthropic_version`: the body's, for clients that ask in Anthropic's first version.
    """

    default_base_url: ClassVar[str] = "https://aiplatform.googleapis.com"

    project: str
    location: str = "global"
    version: str = "v1"
    anthropic_version: str = "vertex-2023-10-16"

    @property
    def surfaces(self) -> Mapping[WireProtocol, Surface]:
        return by_protocol(
            GeminiGenerate(),
            GeminiCountTokens(),
            GeminiEmbed(),
            AnthropicMessages(),
            AnthropicCountTokens(),
        )

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        headers = forwarded_headers(request.headers)
        headers["authorization"] = f"Bearer {secret}"
        body = surface.spliced(request, question, target.identity.model)
        if surface.protocol in _ANTHROPIC:
            members = members_of(body)
            members["anthropic_version"] = written(self._anthropic_version(headers))
            if surface.protocol is WireProtocol.ANTHROPIC_MESSAGES:
                del members["model"]
            body = msgspec.json.encode(members)
        return OutboundRequest(
            url=f"{self._root(target)}/{_place(surface, question, target)}{forwarded_query(request.query)}",
            body=body,
            headers=headers,
        )

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        return passed_on(request, self._host(target), {"authorization": f"Bearer {secret}"})

    def _host(self, target: Target) -> str:
        base_url = target.base_url.rstrip("/")
        if base_url == self.default_base_url and self.location != "global":
            return f"https://{self.location}-aiplatform.googleapis.com"
        return base_url

    def _root(self, target: Target) -> str:
        place = f"projects/{self.project}/locations/{self.location}"
        return f"{self._host(target)}/{self.version}/{place}/publishers"

    def _anthropic_version(self, headers: dict[str, str]) -> str:
        asked = headers.pop("anthropic-version", _FIRST_VERSION)
        return self.anthropic_version if asked == _FIRST_VERSION else asked


def _place(surface: Surface, question: Question, target: Target) -> str:
    model = quote(target.identity.model.rsplit("/", 1)[-1], safe="@")
    if surface.protocol is WireProtocol.ANTHROPIC_COUNT_TOKENS:
        return "anthropic/models/count-tokens:rawPredict"
    if surface.protocol is WireProtocol.ANTHROPIC_MESSAGES:
        return f"anthropic/models/{model}:{'streamRawPredict' if question.streaming else 'rawPredict'}"
    return f"google/models/{model}:{surface.resource(question)}"


PLUG: type[Provider] = Vertex
