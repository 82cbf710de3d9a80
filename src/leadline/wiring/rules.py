"""The incident rules of the configuration: the defaults of triage, single numbers overridden, then scaled."""

from collections.abc import Mapping

import msgspec

from leadline.configuration.reading import near
from leadline.configuration.shape import RulesSection
from leadline.triage.rules import Rules

_DEFAULTS = msgspec.structs.asdict(Rules())
_TYPES = {field.name: field.type for field in msgspec.structs.fields(Rules) if field.name != "time_scale"}


def rules_of(section: RulesSection) -> Rules:
    """Raises ValueError when an override names no rule or gives it no possible value."""
    for _, sentence in rule_mistakes(section.overrides):
        raise ValueError(sentence)
    typed = {name: _TYPES[name](value) for name, value in section.overrides.items()}
    rules: Rules = msgspec.structs.replace(Rules(), **typed)
    return rules.scaled(section.time_scale)


def rule_mistakes(overrides: Mapping[str, float]) -> list[tuple[str, str]]:
    """(name, sentence) for each override that is no rule, or no possible value of one."""
    return [(name, sentence) for name in overrides if (sentence := _mistake(name, overrides))]


def _mistake(name: str, overrides: Mapping[str, float]) -> str:
    if name not in _TYPES:
        return f"there is no rule {name!r}. {_hint(name)}"
    value = overrides[name]
    if not value > 0:
        return f"the rule {name} is {value:g}; it must be above zero."
    if _TYPES[name] is int and value != int(value):
        return f"the rule {name} is {value:g}; it counts whole things."
    if name.endswith(("_ratio", "_share")) and value > 1:
        return f"the rule {name} is {value:g}; it is a share, from 0 to 1 (0.2 for 20 %)."
    return _too_lax(name, {**_DEFAULTS, **overrides})


def _hint(name: str) -> str:
    hint = near(name, list(_TYPES))
    return hint if hint.startswith("Did you mean") else "docs/reference/rules.md has them all."


def _too_lax(name: str, figures: Mapping[str, float]) -> str:
    """What is clear must not be breached: else an incident would open and end in one tick."""
    if "_clear_" in name:
        opens, clears = name.replace("_clear_", "_"), name
    else:
        stem, _, last = name.rpartition("_")
        opens, clears = name, f"{stem}_clear_{last}"
    if opens not in figures or clears not in figures or figures[clears] <= figures[opens]:
        return ""
    return (
        f"the rule {clears} is {figures[clears]:g}, above {opens} with {figures[opens]:g}: an incident would "
        "end while it is breached; set both."
    )
