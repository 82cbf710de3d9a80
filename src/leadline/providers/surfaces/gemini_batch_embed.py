"""Gemini's embedding of several contents at once."""

from typing import ClassVar

from leadline.providers import Surface
from leadline.providers.surfaces.gemini_embed import GeminiEmbed
from leadline.vocabulary import WireProtocol


class GeminiBatchEmbed(GeminiEmbed, frozen=True, forbid_unknown_fields=True):
    """Several contents, an embedding for each."""

    protocol: ClassVar[WireProtocol] = WireProtocol.GEMINI_BATCH_EMBED
    endpoint: ClassVar[str] = "POST /v1beta/models/{model}:batchEmbedContents"
    verbs: ClassVar[tuple[str, ...]] = (":batchEmbedContents",)


PLUG: type[Surface] = GeminiBatchEmbed
