"""How bad is it? A pure function of the incident key's category and its state at a tick."""

from collections.abc import Mapping

from leadline.triage.rules import Rules
from leadline.vocabulary import FailureCategory, KeyState, Severity, TrafficClass

DEFAULT_RULES = Rules()
STANDARD_IMPACT = 1
_IMPACT = {
    TrafficClass.EXPERIMENTAL.value: 0,
    TrafficClass.INTERNAL.value: 0,
    TrafficClass.STANDARD.value: STANDARD_IMPACT,
    TrafficClass.REVENUE.value: 2,
    TrafficClass.COMPLIANCE.value: 3,
}
_LIVE_MITIGATION = 2


def classify(category: FailureCategory, state: KeyState, rules: Rules = DEFAULT_RULES) -> Severity:
    """Blast radius + recoverability + business impact, then floors and caps (`INCIDENTS.md` 4)."""
    if not state.crossed:
        return Severity.LOW
    impact = business(state.class_shares, rules)
    recovery = recoverability(category, state, rules)
    floor = max(_by_score(blast(state.affected_share, rules) + recovery + impact, rules), _MEDIUM)
    if category is FailureCategory.PROVIDER and state.outage_ticks >= rules.outage_ticks and impact > 0:
        floor = max(floor, _CRITICAL if recovery == 3 else _HIGH)
    if category is FailureCategory.SECURITY:
        return _SEVERITIES[_CRITICAL if state.confirmed_leak else floor]
    return _SEVERITIES[floor if impact > 0 else min(floor, _MEDIUM)]


def blast(share: float, rules: Rules) -> int:
    if share < rules.blast_minor:
        return 0
    if share < rules.blast_major:
        return 1
    return 2 if share < rules.blast_most else 3


def recoverability(category: FailureCategory, state: KeyState, rules: Rules) -> int:
    """0 automatic, 1 degraded, 2 manual, 3 none. A provider's follows from what became of its requests."""
    known = _LIVE_MITIGATION if state.mitigation is None else state.mitigation
    if category is not FailureCategory.PROVIDER:
        return known
    if state.latency_only:
        return 2
    if state.served_share is None:
        return known
    if state.served_share >= rules.served_well:
        return 1
    return 3 if state.served_share < rules.served_badly else 2


def business(class_shares: Mapping[str, float], rules: Rules) -> int:
    """The highest class with a fair share of the affected; standard when nobody is known to be."""
    found = [_IMPACT[name] for name, share in class_shares.items() if share >= rules.class_share]
    return max(found, default=STANDARD_IMPACT)


_SEVERITIES = tuple(Severity)
_MEDIUM, _HIGH, _CRITICAL = Severity.MEDIUM.rank, Severity.HIGH.rank, Severity.CRITICAL.rank


def _by_score(score: int, rules: Rules) -> int:
    if score >= rules.score_critical:
        return _CRITICAL
    if score >= rules.score_high:
        return _HIGH
    return _MEDIUM if score >= rules.score_medium else 0
