"""The incident rules of the configuration: the defaults of triage, single numbers overridden, then scaled."""

import msgspec

from leadline.configuration.reading import near
from leadline.configuration.shape import RulesSection
from leadline.triage.rules import Rules


def rules_of(section: RulesSection) -> Rules:
    """Raises ValueError when an override names no rule or is not above zero."""
    for _, sentence in rule_mistakes(section.overrides):
        raise ValueError(sentence)
    rules: Rules = msgspec.structs.replace(Rules(), **section.overrides)
    return rules.scaled(section.time_scale)


def rule_mistakes(overrides: dict[str, float]) -> list[tuple[str, str]]:
    """(name, sentence) for each override that is no rule, or no possible value of one."""
    known = [field.name for field in msgspec.structs.fields(Rules) if field.name != "time_scale"]
    unknown = [(n, f"there is no rule {n!r}. {near(n, known)}".strip()) for n in overrides if n not in known]
    senseless = [
        (name, f"the rule {name} is {value:g}; it must be above zero.")
        for name, value in overrides.items()
        if name in known and not value > 0
    ]
    return unknown + senseless
