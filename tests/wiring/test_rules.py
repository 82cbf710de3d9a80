"""From `watch.rules` and `watch.baseline` of a configuration to the numbers that triage goes by."""

import textwrap

import msgspec
import pytest

from leadline.configuration.reading import read
from leadline.configuration.shape import RulesSection
from leadline.triage.rules import Rules
from leadline.wiring.rules import rules_of
from leadline.wiring.watch import baseline_of

NAMES = [field for field in msgspec.structs.fields(Rules) if field.name != "time_scale"]


def configured(text):
    config = read(textwrap.dedent(text)).config
    assert config is not None
    return config


@pytest.mark.parametrize("rule", NAMES, ids=lambda rule: rule.name)
def test_every_rule_can_be_set_and_keeps_its_type(rule):
    """Twice as large, but for what opens with a share: half of it would be laxer than its clear limit."""
    value = float(rule.default) * (0.5 if "clear" in rule.name else 1.5 if rule.default < 0.6 else 1.0)
    value = round(value) if rule.type is int else value

    rules = rules_of(RulesSection(overrides={rule.name: float(value)}))

    assert getattr(rules, rule.name) == value
    assert type(getattr(rules, rule.name)) is rule.type


def test_a_scale_shrinks_durations_after_the_overrides():
    rules = rules_of(RulesSection(time_scale=0.1, overrides={"resolve_after_s": 600.0, "hard_min": 7.0}))

    assert (rules.resolve_after_s, rules.hard_min, rules.tick_s) == (60.0, 7.0, 1.0)


def test_what_is_normal_can_all_be_configured():
    baseline = baseline_of(
        configured("""\
        watch:
          baseline:
            quality: {hallucination: 0.02, refusal: 0.03}
            cost_per_min: {assistant: 0.4}
            retrieval: {kb: {usual: 0.82, threshold: 0.7}}
            p99: {openai/gpt-4o: 900ms}
            mitigation: {security: 0, quality: 1}
        """)
    )

    assert baseline.failure_rate("any", "refusal") == 0.03
    assert baseline.cost_per_min == {"assistant": 0.4}
    assert baseline.retrieval == {"kb": (0.82, 0.7)}
    assert baseline.p99_of("openai", "gpt-4o") == 900.0
    assert baseline.mitigation == {"SECURITY": 0, "QUALITY": 1}
