"""Rules with one deliberate mistake each: the shipped scenarios must notice every one of them."""

from collections.abc import Callable
from functools import cache

import msgspec
import pytest

from leadline.replay import shipped
from leadline.replay.player import play
from leadline.replay.scenario import Scenario
from leadline.replay.verdict import misses
from leadline.triage import blast, diagnose, fold, severity
from leadline.triage.columns import provider_kind
from leadline.triage.conditions import latency, provider
from leadline.triage.rules import Rules
from leadline.vocabulary import FailureCategory

RIGHT = Rules()
NEVER = 10.0**9


@cache
def scenario(name: str) -> Scenario:
    return shipped.scenario(name)


def caught_by(name: str, rules: Rules = RIGHT) -> list[str]:
    played = play(scenario(name).rows, rules, scenario(name).baseline, scenario(name).ends_at)
    return misses(scenario(name), played)


BY_RULES: dict[str, tuple[str, dict[str, float]]] = {
    "a window of an hour forgets too late": ("p6_two_waves", {"error_rate_window_s": 3600.0}),
    "a latency window of a minute knows too little": ("c1_gradual_latency", {"latency_window_s": 60.0}),
    "nothing escalates": ("c1_gradual_latency", {"escalate_after_s": NEVER}),
    "escalation at once": ("p4_wrong_server_pool", {"escalate_after_s": 60.0}),
    "clear is the same as not breached": ("r1_half_a_recovery", {"cost_clear_factor": 3.0}),
    "resolved at the first good moment": ("c3_injection_cost_quality", {"resolve_after_s": 10.0}),
    "every wave is a new incident": ("p6_two_waves", {"reopen_within_s": 1.0}),
    "events before the opening are lost": ("c2_tripled_hallucination", {"attach_s": 10.0}),
    "everybody's outage is each provider's": ("p3_way_out_is_gone", {"egress_transport_share": 2.0}),
    "a sure outage has no floor": ("p6_two_waves", {"outage_ticks": 10**9}),
    "too nervous a CUSUM": ("r4_quiet_day", {"quality_h": 1.0}),
    "too lazy a CUSUM": ("c2_tripled_hallucination", {"quality_h": 100.0}),
    "a CUSUM without a cap": ("r5_experiment_goes_wrong", {"quality_cap_factor": 1000.0}),
    "the cost rate is not looked at": ("r6_runaway_agent", {"cost_factor": NEVER}),
    "little traffic is not looked at": ("r3_night_with_little_traffic", {"sparse_hard_rows": 10**9}),
    "a single flag is an attack": ("r4_quiet_day", {"security_min": 1}),
    "no warning before the limit": ("c1_gradual_latency", {"latency_trend_factor": 100.0}),
}


@pytest.mark.parametrize("mistake", BY_RULES)
def test_a_wrong_number_is_noticed(mistake):
    name, change = BY_RULES[mistake]

    assert caught_by(name, msgspec.structs.replace(RIGHT, **change))


def one_key_for_all(_category: FailureCategory, row) -> str:
    return f"PROVIDER:{row.provider}"


def without_short_circuits(original) -> Callable[..., object]:
    return lambda row: None if row.route == "short_circuited" else original(row)


def by_score_alone(original) -> Callable[..., object]:
    return lambda _category, state, rules=RIGHT: original(FailureCategory.DATA, state, rules)


def without_the_rule_of_silence(original) -> Callable[..., object]:
    return lambda *given: [reading for reading in original(*given) if reading.subtype != "sparse_hard"]


BY_CODE = {
    # what makes a key, counts a row or caps a severity is no number, so it is patched where it is looked up
    "a working breaker hides the outage": (
        "p1_control_plane_overload",
        lambda patch: patch.setattr(fold, "provider_kind", without_short_circuits(provider_kind)),
    ),
    "silence resolves a provider": (
        "r2_silence_is_no_recovery",
        lambda patch: patch.setattr(
            provider, "_provider_readings", without_the_rule_of_silence(provider._provider_readings)
        ),
    ),
    "a leak is scored like anything else": (
        "p5_somebody_elses_data",
        lambda patch: patch.setattr("leadline.triage.book.classify", by_score_alone(severity.classify)),
    ),
    "the median stands for the slowest": (
        "c1_gradual_latency",
        lambda patch: patch.setattr(latency, "SHARE", 0.5),
    ),
    "an experiment counts like revenue": (
        "r5_experiment_goes_wrong",
        lambda patch: patch.setattr(severity, "business", lambda _shares, _rules: 2),
    ),
    "a fallback that works is not seen": (
        "p2_regions_recover_apart",
        lambda patch: patch.setattr(blast, "_served", lambda _key, _reach, _requests: 0.0),
    ),
}


def test_categories_cannot_share_an_incident(monkeypatch):
    """An event under another category's key cannot even be made."""
    monkeypatch.setattr(diagnose, "key_of", one_key_for_all)

    with pytest.raises(ValueError, match="cannot belong to PROVIDER:"):
        caught_by("c3_injection_cost_quality")


@pytest.mark.parametrize("mistake", BY_CODE)
def test_a_wrong_step_is_noticed(mistake, monkeypatch):
    name, change = BY_CODE[mistake]
    change(monkeypatch)

    assert caught_by(name)


@pytest.mark.parametrize("name", sorted({name for name, _ in (*BY_RULES.values(), *BY_CODE.values())}))
def test_without_a_mistake_each_of_them_passes(name):
    assert caught_by(name) == []
