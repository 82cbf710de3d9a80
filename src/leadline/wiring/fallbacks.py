"""From the fallback ladders of the configuration to those of the plan."""

from leadline.configuration.shape import FallbackSection
from leadline.vocabulary import RungSettings


def fallback_of(section: FallbackSection) -> dict[str, tuple[RungSettings, ...]]:
    """By failure mode; a mode that is not named is absent."""
    given: dict[str, list[dict[str, object]]] = section.model_dump(exclude_none=True)
    return {mode: tuple(_rung(rung) for rung in rungs) for mode, rungs in given.items()}


def _rung(rung: dict[str, object]) -> RungSettings:
    return RungSettings(str(rung["type"]), {name: value for name, value in rung.items() if name != "type"})
