"""Builds providers by their type, and the surfaces that clients may speak."""

from collections.abc import Mapping
from typing import cast

from leadline import plugs
from leadline.providers import Provider, Surface

PROVIDERS, SURFACES = "leadline.providers", "leadline.providers.surfaces"


def provider(kind: str, settings: Mapping[str, object]) -> Provider:
    """Raises plugs.UnknownPlug, msgspec.ValidationError."""
    return cast("Provider", plugs.build(PROVIDERS, {**settings, "type": kind}))


def default_base_url(kind: str) -> str:
    """Raises plugs.UnknownPlug."""
    found = cast("type[Provider]", plugs.plug(PROVIDERS, kind))
    return found.default_base_url


def surfaces() -> tuple[Surface, ...]:
    """As clients see them: with defaults, whatever hosts depart from."""
    return tuple([cast("Surface", plugs.build(SURFACES, {"type": name})) for name in plugs.names(SURFACES)])
