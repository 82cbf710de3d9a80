"""How bad is it? A pure function of the incident key's category and its state at a tick."""

from collections.abc import Iterator, Mapping

from leadline.triage.rules import Rules
from leadline.vocabulary import FailureCategory, KeyState, Severity, TrafficClass, Weighing

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
    return _judged(category, state, rules)[0]


def weigh(category: FailureCategory, state: KeyState, rules: Rules = DEFAULT_RULES) -> Weighing:
    """What `classify` goes by, so that it can be told afterwards."""
    return _judged(category, state, rules)[1]


def _judged(category: FailureCategory, state: KeyState, rules: Rules) -> tuple[Severity, Weighing]:
    radius = blast(state.affected_share, rules)
    recovery = recoverability(category, state, rules)
    impact = business(state.class_shares, rules)
    rank = _by_score(radius + recovery + impact, rules)
    ruled_by = "score"
    for name, ruled in _overruled(category, state, rules, (rank, recovery, impact)):
        if ruled != rank:
            rank, ruled_by = ruled, name
    weighing = Weighing(
        blast=radius,
        recoverability=recovery,
        business=impact,
        affected_share=state.affected_share,
        served_share=state.served_share if category is FailureCategory.PROVIDER else None,
        ruled_by=ruled_by,
    )
    return _SEVERITIES[rank], weighing


def _overruled(
    category: FailureCategory, state: KeyState, rules: Rules, figures: tuple[int, int, int]
) -> Iterator[tuple[str, int]]:
    """The floors and caps that hold here, each with the rank it leaves, in order."""
    rank, recovery, impact = figures
    if not state.crossed:
        yield "not_crossed", 0
        return
    rank = max(rank, _MEDIUM)
    yield "crossed", rank
    if category is FailureCategory.SECURITY:
        yield "confirmed_leak", _CRITICAL if state.confirmed_leak else rank
        return
    if category is FailureCategory.PROVIDER and state.outage_ticks >= rules.outage_ticks and impact > 0:
        rank = max(rank, _CRITICAL if recovery == 3 else _HIGH)
        yield "no_way_out" if recovery == 3 else "outage", rank
    yield "no_business", rank if impact > 0 else min(rank, _MEDIUM)


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
