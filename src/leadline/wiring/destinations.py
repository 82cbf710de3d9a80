"""Builds the destinations and their routes from the configuration, with secrets in place."""

from collections.abc import Mapping
from datetime import UTC
from typing import cast
from zoneinfo import ZoneInfo

import msgspec

from leadline import plugs
from leadline.configuration.loading import BadConfiguration
from leadline.configuration.secrets import MissingSecret, Secrets
from leadline.configuration.shape import Config, RouteSection
from leadline.destinations import Destination
from leadline.watch.telling import When

DESTINATIONS = "leadline.destinations"


def destinations_of(config: Config, secrets: Secrets) -> dict[str, Destination]:
    """All of them. A secret that is missing ends the start with a sentence: raises BadConfiguration."""
    return {
        name: destination(name, with_links(config, fields), secrets)
        for name, fields in config.destinations.items()
    }


def with_links(config: Config, fields: Mapping[str, object]) -> dict[str, object]:
    """A destination's settings, where it has no links of its own with those of the whole house."""
    return {**config.links.model_dump(), **fields}


def destination(name: str, fields: Mapping[str, object], secrets: Secrets) -> Destination:
    """Raises BadConfiguration."""
    try:
        settings = {key: _resolved(value, secrets) for key, value in fields.items()}
        return cast("Destination", plugs.build(DESTINATIONS, settings))
    except (MissingSecret, plugs.UnknownPlug, msgspec.ValidationError) as error:
        raise BadConfiguration("", problem=f"destinations.{name}: {error}") from error


def routes_of(config: Config) -> dict[str, tuple[When, ...]]:
    """The ways to each destination that has conditions."""
    return {name: tuple(_route(section) for section in sections) for name, sections in config.routing.items()}


def _route(section: RouteSection) -> When:
    given = {} if section.hours is None else {"hours": section.hours}
    return When(
        categories=frozenset(section.categories),
        at_least=section.at_least,
        features=frozenset(section.features),
        days=frozenset().union(*section.days),
        zone=UTC if section.timezone == "UTC" else ZoneInfo(section.timezone),
        **given,
    )


def _resolved(value: object, secrets: Secrets) -> object:
    """References wherever they stand, in a list or a mapping of headers too."""
    if isinstance(value, str) and value.startswith(("env:", "file:")):
        return secrets(value)
    if isinstance(value, Mapping):
        return {key: _resolved(one, secrets) for key, one in value.items()}
    if isinstance(value, list):
        return [_resolved(one, secrets) for one in value]
    return value
