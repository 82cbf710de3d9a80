"""The guardrails of the configuration as the plan holds them."""

from collections.abc import Iterable

from leadline import plugs
from leadline.configuration.policy_shape import GuardPolicySection, GuardrailsSection, GuardRuleSection
from leadline.gateway.guarding.ready import newest
from leadline.vocabulary import DRAFT, GuardPolicy, Guardrails, GuardRule, GuardSettings

GUARDS = "leadline.checks.guards"


def guardrails_of(section: GuardrailsSection) -> Guardrails:
    policies = {title: _policy(title, one) for title, one in section.policies.items()}
    used = {rule.guard for policy in policies.values() for rule in policy.rules}
    return Guardrails(
        guards={name: settings_of(name, section) for name in sorted(used)},
        policies=policies,
        everywhere=titles_of(section.everywhere, section),
        features={name: titles_of(named, section) for name, named in section.features.items()},
        token_key=section.token_key or "",
        deadline_s=section.deadline,
        longest_text=section.longest_text,
        processes=section.processes,
        hold_s=section.hold_for,
    )


def settings_of(name: str, section: GuardrailsSection) -> GuardSettings:
    """Of the guard of that name: what is written down, else the file of that name with its defaults."""
    fields = section.guards.get(name, {"type": name})
    settings = {key: value for key, value in fields.items() if key != "type"}
    return GuardSettings(str(fields.get("type", name)), settings)


def titles_of(named: Iterable[str], section: GuardrailsSection) -> tuple[str, ...]:
    """Each with its version; those that lead nowhere are left out, and told by `leadline check`."""
    found = [title for one in named if (title := title_of(one, section)) is not None]
    return tuple(dict.fromkeys(found))


def title_of(name: str, section: GuardrailsSection) -> str | None:
    """The title that a policy is meant by; None = there is none."""
    return newest(name, section.policies)


def window_of(stream: str | None) -> int | None:
    """Characters held back: 0 = all, None = none."""
    if stream is None or stream == "hold":
        return 0
    return None if stream == "detect_after" else int(stream.removeprefix("buffer "))


def is_guard(name: str, section: GuardrailsSection) -> bool:
    return name in section.guards or name in plugs.names(GUARDS)


def _policy(title: str, section: GuardPolicySection) -> GuardPolicy:
    name, _, version = title.rpartition("@")
    return GuardPolicy(
        name=name,
        version=version,
        enforced=section.mode == "enforce" and version != DRAFT,
        window=window_of(section.stream),
        rules=tuple([_rule(rule) for rule in section.rules]),
        fails_open=section.on_error == "pass",
        passes_long=section.over_cap == "pass",
        passes_unread=section.on_unread == "pass",
    )


def _rule(section: GuardRuleSection) -> GuardRule:
    return GuardRule(
        guard=section.guard,
        places=tuple(section.places),
        word=section.word,
        threshold=section.threshold,
        labels=tuple(section.labels),
        tokens=section.redaction == "tokens",
    )
