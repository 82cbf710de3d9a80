"""Google's Gemini API."""

import re
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

import msgspec

from leadline.providers import ClientRequest, Provider, Surface, by_protocol
from leadline.providers._forwarding import forwarded_headers, forwarded_query, passed_on
from leadline.providers._gemini_words import path_parts
from leadline.providers.surfaces.gemini_batch_embed import GeminiBatchEmbed
from leadline.providers.surfaces.gemini_count_tokens import GeminiCountTokens
from leadline.providers.surfaces.gemini_embed import GeminiEmbed
from leadline.providers.surfaces.gemini_generate import GeminiGenerate
from leadline.vocabulary import OutboundRequest, Question, Target, WireProtocol

_VERSIONED = re.compile(r"/v1(?:alpha|beta)?\Z")


class Gemini(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Gemini: `POST {base_url}/{version}/models/{model}:generateContent` and its sisters.

    The client's own version of the API goes on; a `base_url` that ends in a version pins it.

    - `default_version`: the version for a client whose path has none.
    """

    default_base_url: ClassVar[str] = "https://generativelanguage.googleapis.com"

    default_version: str = "v1beta"

    @property
    def surfaces(self) -> Mapping[WireProtocol, Surface]:
        return by_protocol(GeminiGenerate(), GeminiCountTokens(), GeminiEmbed(), GeminiBatchEmbed())

    def outbound(
        self, surface: Surface, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        version, _, _ = path_parts(request.path)
        base_url = target.base_url.rstrip("/")
        root = base_url if _VERSIONED.search(base_url) else f"{base_url}/{version or self.default_version}"
        model = target.identity.model.removeprefix("models/")
        headers = forwarded_headers(request.headers)
        headers["x-goog-api-key"] = secret
        verb, query = surface.resource(question), forwarded_query(request.query)
        return OutboundRequest(
            url=f"{root}/models/{quote(model, safe='/')}:{verb}{query}",
            body=surface.spliced(request, question, model),
            headers=headers,
        )

    def passed_on(self, request: ClientRequest, target: Target, secret: str) -> OutboundRequest:
        root = _VERSIONED.sub("", target.base_url.rstrip("/"))
        return passed_on(request, root, {"x-goog-api-key": secret})


PLUG: type[Provider] = Gemini
