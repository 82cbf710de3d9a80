"""Compares what a replay gave with what its file expects; every miss is one sentence."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadline.replay.player import Played
from leadline.replay.scenario import Scenario
from leadline.vocabulary import CausalSignals, FailureEvent, Incident

Block = Mapping[str, Any]
ALSO_CALLED = {"sparse_hard": "hard", "egress": "hard", "pii_leak": "leak", "secret_leak": "leak"}
"""Finer names of ours for what `INCIDENTS.md` 1 and 3 call so."""
_NO_CAUSE = CausalSignals()


def misses(scenario: Scenario, played: Played) -> list[str]:
    """Empty when everything was as expected."""
    expected = scenario.expected
    wanted = expected.get("incidents") or []
    told = _too_many(wanted, played.incidents)
    left = list(played.incidents)
    for block in wanted:
        incident = next((one for one in left if one.key == block["key"]), None)
        if incident is None:
            told.append(f"{block['key']}: no incident was opened")
        else:
            left.remove(incident)
            told += [f"{block['key']}: {sentence}" for sentence in _incident(block, incident)]
    told += _low_events(expected, played)
    told += _correlated(expected, played.incidents)
    told += _order(expected, played.incidents)
    told += _timing(scenario, played.incidents)
    told += _spend(scenario, played.incidents)
    return told + _payloads(played)


def _too_many(wanted: Sequence[Block], incidents: Sequence[Incident]) -> list[str]:
    """Anything not listed is an extra incident, and so is a second one of a listed key."""
    left = [block["key"] for block in wanted]
    extra = []
    for incident in incidents:
        if incident.key in left:
            left.remove(incident.key)
        else:
            extra.append(
                f"{incident.key}: an extra incident was opened at {incident.opened_at:g} s "
                f"({', '.join(incident.subtypes)})"
            )
    return extra


def _incident(block: Block, incident: Incident) -> list[str]:
    path = incident.severity_path
    initial = path[0].severity.name if path else "LOW"
    checks = (
        _within("opened", incident.opened_at, block.get("opened")),
        _equal("category", incident.category.name, block.get("category")),
        _one_of("initial severity", initial, block.get("severity_initial")),
        _one_of("initial severity", initial, block.get("severity_initial_any")),
        _one_of("final severity", incident.severity.name, block.get("severity_final")),
        _within("count", incident.count, block.get("count")),
        _within("pages", incident.pages, block.get("pages")),
        _within("reopens", incident.reopens, block.get("reopens")),
        _escalated(incident, block.get("escalated_at")),
        _resolved(incident, block.get("resolved")),
        _reopens(incident, block.get("max_reopens")),
        _subtypes(incident, block.get("subtypes")),
    )
    return [sentence for sentence in checks if sentence]


def _within(what: str, value: float, limits: Any) -> str | None:
    """`limits` is [min, max], one number, or absent."""
    if limits is None:
        return None
    low, high = limits if isinstance(limits, Sequence) else (limits, limits)
    return None if low <= value <= high else f"{what} {value:g} is not within {low:g} to {high:g}"


def _equal(what: str, value: str, wanted: Any) -> str | None:
    return None if wanted in (None, value) else f"{what} {value} is not {wanted}"


def _one_of(what: str, value: str, wanted: Any) -> str | None:
    if wanted is None:
        return None
    allowed = [wanted] if isinstance(wanted, str) else list(wanted)
    return None if value in allowed else f"{what} {value} is not {' or '.join(allowed)}"


def _escalated(incident: Incident, limits: Any) -> str | None:
    if limits is None:
        return None
    steps = [step.at for step in incident.severity_path if step.cause == "escalation"]
    return _within("escalation at", steps[0], limits) if steps else "it was never escalated"


def _resolved(incident: Incident, wanted: Any) -> str | None:
    if wanted is None:
        return None
    if wanted == "open":
        at = incident.resolved_at
        return None if at is None else f"it was resolved at {at:g} s, but should still be open"
    if incident.resolved_at is None:
        return f"it is still open, but should be resolved within {wanted[0]:g} to {wanted[1]:g} s"
    return _within("resolved", incident.resolved_at, wanted)


def _reopens(incident: Incident, most: Any) -> str | None:
    if most is None or incident.reopens <= most:
        return None
    return f"it was reopened {incident.reopens} times, at most {most} allowed"


def _subtypes(incident: Incident, wanted: Any) -> str | None:
    fired = {name for subtype in incident.subtypes for name in (subtype, ALSO_CALLED.get(subtype, subtype))}
    lacking = sorted(set(wanted or ()) - fired)
    return f"{', '.join(lacking)} never fired" if lacking else None


def _low_events(expected: Block, played: Played) -> list[str]:
    told = []
    for block in expected.get("low_events") or []:
        moments = [
            event.at
            for event in played.warnings
            if event.key == block["key"] and event.causal_signals.measure == block["kind"]
        ]
        low, high = block["t"]
        if not any(low <= at <= high for at in moments):
            told.append(f"{block['key']}: no {block['kind']} warning within {low:g} to {high:g} s")
    return told


def _correlated(expected: Block, incidents: Sequence[Incident]) -> list[str]:
    """Some incident of each key of the group has the id of the others."""
    told = []
    for group in expected.get("correlated") or []:
        ids = [{one.correlation_id for one in incidents if one.key == key} - {""} for key in group]
        if not set.intersection(*ids):
            told.append(f"{', '.join(group)} should share one correlation id")
    return told


def _order(expected: Block, incidents: Sequence[Incident]) -> list[str]:
    """Who opened first. Of those that opened at the same tick none was first."""
    wanted = list(expected.get("order") or [])
    placed = sorted(incidents, key=lambda one: (one.opened_at, *_place(one.key, wanted)))
    opened = [incident.key for incident in placed][: len(wanted)]
    if opened == wanted:
        return []
    return [f"the first incidents were {', '.join(opened) or 'none'}, not {', '.join(wanted)}"]


def _place(key: str, wanted: Sequence[str]) -> tuple[int, str]:
    return wanted.index(key) if key in wanted else len(wanted), key


def _timing(scenario: Scenario, incidents: Sequence[Incident]) -> list[str]:
    """How soon the first incident came: not too soon, in time, and before the provider's own page."""
    expected = scenario.expected
    if not incidents:
        return []
    told = []
    opened = min(incident.opened_at for incident in incidents)
    earliest = expected.get("no_incident_before")
    if earliest is not None and opened < earliest:
        told.append(f"an incident was opened at {opened:g} s, before {earliest:g} s")
    onset = scenario.meta.get("true_cross_s", scenario.meta.get("onset_s"))
    longest = expected.get("max_mttd_s")
    if longest is not None and onset is not None and opened - onset > longest:
        told.append(f"detection took {opened - onset:g} s, at most {longest:g} s allowed")
    posted, lead = scenario.meta.get("status_page_first_post_s"), expected.get("must_beat_status_page_s")
    if posted is not None and lead is not None and posted - opened < lead:
        told.append(f"it beat the status page by {posted - opened:g} s, not by {lead:g} s")
    least = expected.get("dedup_ratio_min")
    if least is not None:
        events = sum(incident.count for incident in incidents)
        told_times = sum(incident.pages for incident in incidents) or len(incidents)
        if events / told_times < least:
            told.append(f"{events / told_times:g} events for each page, at least {least:g} wanted")
    return told


def _spend(scenario: Scenario, incidents: Sequence[Incident]) -> list[str]:
    """What a runaway feature had cost by the time it was noticed."""
    most = scenario.expected.get("max_spend_before_detection_usd")
    onset = scenario.meta.get("onset_s", 0.0)
    if most is None:
        return []
    told = []
    for incident in incidents:
        if not incident.key.startswith("COST:"):
            continue
        spent = sum(
            row.cost_usd or 0.0
            for row in scenario.rows
            if row.feature == incident.scope and onset <= row.t <= incident.opened_at
        )
        if spent > most:
            told.append(f"{incident.key}: {spent:.2f} USD were spent before detection, {most} allowed")
    return told


def _payloads(played: Played) -> list[str]:
    """Each page carries what the person who is woken needs (`INCIDENTS.md` 8)."""
    told = []
    for update in played.updates:
        if not update.page:
            continue
        incident = update.incident
        samples = incident.samples
        lacking = [
            name
            for name, there in (
                ("a runbook", bool(update.runbook)),
                ("three questions", len(update.questions) == 3),
                ("the system state", incident.key in update.state.keys),
                ("samples", bool(samples)),
                ("causal signals", all(_has_cause(event) for event in samples)),
                ("provider identities", all(event.provider.provider for event in samples)),
                ("a severity path", bool(incident.severity_path)),
            )
            if not there
        ]
        if lacking:
            told.append(f"{incident.key}: the page at {update.at:g} s lacks {', '.join(lacking)}")
    return told


def _has_cause(event: FailureEvent) -> bool:
    """At least one measurement that shows the failure."""
    return event.causal_signals != _NO_CAUSE
