"""Distinct incidents that share a cause in time get one correlation id, and stay distinct."""

from collections.abc import Iterable, Mapping, Sequence

from leadline.triage.case import Case
from leadline.triage.reading import Now

Dimensions = Mapping[str, Mapping[str, int]]
SHARED = ("provider", "feature", "tenant", "user")
_NAMELESS = frozenset({"", "other", "default"})


def correlate(cases: Sequence[Case], now: Now) -> list[Case]:
    """Give each related group the id of its oldest member; return the cases whose id changed."""
    active = sorted(
        (case for case in cases if _is_active(case, now)), key=lambda case: (case.opened_at, case.incident_id)
    )
    if len(active) < 2:
        return []
    changed = []
    for group in _groups(active, now.rules.correlation_slack_s):
        if len(group) < 2:
            continue
        name = next((case.correlation_id for case in group if case.correlation_id), "")
        name = name or f"cor-{group[0].incident_id}"
        for case in group:
            if case.correlation_id != name:
                case.correlation_id = name
                changed.append(case)
    return changed


def _is_active(case: Case, now: Now) -> bool:
    return case.resolved_at is None or now.at - case.resolved_at <= now.rules.correlation_slack_s


def _groups(cases: Sequence[Case], slack_s: float) -> Iterable[list[Case]]:
    """Connected groups, each oldest first."""
    groups: list[list[Case]] = []
    for case in cases:
        touching = [group for group in groups if any(_related(case, other, slack_s) for other in group)]
        joined = [member for group in touching for member in group]
        groups = [group for group in groups if group not in touching]
        groups.append([*joined, case])
    return groups


def _related(one: Case, other: Case, slack_s: float) -> bool:
    for earlier, later in ((one, other), (other, one)):
        if earlier.resolved_at is not None and later.opened_at > earlier.resolved_at + slack_s:
            return False
    return bool(shared(one.dimensions, other.dimensions))


def shared(one: Dimensions, other: Dimensions) -> dict[str, frozenset[str]]:
    """What two incidents have in common, by dimension; names that mean nobody in particular do not count."""
    both = {name: frozenset(one.get(name, ())) & frozenset(other.get(name, ())) for name in SHARED}
    return {name: values - _NAMELESS for name, values in both.items() if values - _NAMELESS}
