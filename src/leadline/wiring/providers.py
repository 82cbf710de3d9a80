"""Builds providers by their type, and the surfaces that clients may speak."""

from collections.abc import Mapping
from typing import cast

import msgspec

from leadline import plugs
from leadline.providers import Provider, Surface
from leadline.providers.hosts import HOSTS
from leadline.vocabulary import WireProtocol

PROVIDERS, SURFACES = "leadline.providers", "leadline.providers.surfaces"


def kinds() -> list[str]:
    """All types of providers: a file each, and the rows of hosts."""
    return sorted([*plugs.names(PROVIDERS), *HOSTS])


def plug_of(kind: str) -> str:
    """The file behind a type: for a host's row that of OpenAI."""
    return "openai" if kind in HOSTS else kind


def provider(kind: str, settings: Mapping[str, object]) -> Provider:
    """Raises plugs.UnknownPlug, msgspec.ValidationError."""
    host = HOSTS.get(kind)
    usual = host.settings if host is not None else {}
    return cast("Provider", plugs.build(PROVIDERS, {**usual, **settings, "type": plug_of(kind)}))


def default_base_url(kind: str) -> str:
    """Empty where each account has an address of its own. Raises plugs.UnknownPlug."""
    if kind in HOSTS:
        return HOSTS[kind].base_url
    found = cast("type[Provider]", plugs.plug(PROVIDERS, kind))
    return found.default_base_url


def spoken_by(kind: str) -> frozenset[WireProtocol]:
    """What an account of that type speaks, its settings left aside. Raises plugs.UnknownPlug."""
    host = HOSTS.get(kind)
    found = cast("type[msgspec.Struct]", plugs.plug(PROVIDERS, plug_of(kind)))
    needed = {field.name: "" for field in msgspec.structs.fields(found) if field.required}
    return frozenset(provider(kind, {**needed, **(host.settings if host else {})}).surfaces)


def surfaces() -> tuple[Surface, ...]:
    """As clients see them: with defaults, whatever hosts depart from."""
    return tuple([cast("Surface", plugs.build(SURFACES, {"type": name})) for name in plugs.names(SURFACES)])
