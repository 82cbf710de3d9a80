"""The incident rules of the configuration: the defaults of triage, single numbers overridden, then scaled."""

import msgspec

from leadline.configuration.reading import near
from leadline.configuration.shape import RulesSection
from leadline.triage.rules import Rules


def rules_of(section: RulesSection) -> Rules:
    """Raises ValueError when an override names no rule; `leadline check` has told so before."""
    for _, sentence in rule_mistakes(section.overrides):
        raise ValueError(sentence)
    rules: Rules = msgspec.structs.replace(Rules(), **section.overrides)
    return rules.scaled(section.time_scale)


def rule_mistakes(overrides: dict[str, float]) -> list[tuple[str, str]]:
    """(name, sentence) for each override that is no rule."""
    known = [field.name for field in msgspec.structs.fields(Rules)]
    return [
        (name, f"there is no rule {name!r}. {near(name, known)}".strip())
        for name in overrides
        if name not in known
    ]
