"""The incident book: which key has an open incident, when it opens, rises, calms down and closes."""

import msgspec

from leadline.triage.case import Case
from leadline.triage.conditions.blindness import OWN_KEY
from leadline.triage.correlation import correlate
from leadline.triage.key_events import KeyEvents
from leadline.triage.keys import category_of, incident_id
from leadline.triage.questions import questions
from leadline.triage.ranking import ranked_kinds
from leadline.triage.reading import Now, Reading
from leadline.triage.severity import classify, weigh
from leadline.triage.silencing import is_silenced
from leadline.vocabulary import (
    Change,
    FailureCategory,
    FailureKind,
    Incident,
    IncidentUpdate,
    KeyState,
    Reported,
    Severity,
    Silence,
    SystemState,
)

BREACHED, QUIET = "1", "0"
CLASSIFIER = "classifier"
ESCALATION = "escalation"
_WELL = KeyState()
_USUAL = {
    FailureCategory.PROVIDER: FailureKind.PROVIDER_OUTAGE,
    FailureCategory.QUALITY: FailureKind.QUALITY_REGRESSION,
    FailureCategory.COST: FailureKind.COST_RATE,
    FailureCategory.SECURITY: FailureKind.SECURITY_INJECTION,
    FailureCategory.DATA: FailureKind.DATA_RETRIEVAL,
}


class Evidence(msgspec.Struct, frozen=True):
    """All that the book decides on at one tick. Keys in `withheld` open no incident of their own;
    `reported` is an incident that people already know of.
    """

    now: Now
    readings: dict[str, list[Reading]]
    state: SystemState
    events: KeyEvents
    withheld: frozenset[str] = frozenset()
    reported: Reported | None = None
    silences: tuple[Silence, ...] = ()

    def breached(self, key: str) -> list[Reading]:
        return [reading for reading in self.readings.get(key, ()) if reading.breached]

    def clear(self, key: str) -> bool:
        """All rules of the key are clear. No rule left to say anything counts as clear."""
        return all(reading.clear and not reading.breached for reading in self.readings.get(key, ()))


class Book(msgspec.Struct):
    """`cases` are open or may still reopen. `history` has a letter per tick, newest last: breached or not.

    A text and not a number: the ninety ticks of an escalation are more bits than a msgpack integer holds.
    """

    cases: dict[str, Case] = {}
    history: dict[str, str] = {}
    silences: dict[str, Silence] = {}

    @property
    def open_keys(self) -> frozenset[str]:
        return frozenset(key for key, case in self.cases.items() if case.is_open)

    def settle(self, seen: Evidence) -> tuple[list[IncidentUpdate], list[Incident]]:
        """Bring every key up to this tick; return what to tell, and each incident that changed."""
        updates: list[IncidentUpdate] = []
        changed: dict[str, Case] = {}
        self._note_history(seen)
        self.silences = {name: one for name, one in self.silences.items() if one.until > seen.now.at}
        for key in sorted({*seen.readings, *self.open_keys}):
            case = self.cases.get(key)
            if case is not None and case.is_open:
                before = case.mark
                told = _continue(case, self.history.get(key, ""), seen)
                if case.mark == before and not told:
                    continue
            elif seen.breached(key) and key not in seen.withheld and not _is_dismissed(case, seen):
                case, told = _start(key, case, seen)
                self.cases[key] = case
            else:
                _note_calm(case, seen)
                continue
            changed[key] = case
            updates += told
        changed |= {case.key: case for case in correlate(list(self.cases.values()), seen.now)}
        self._forget(seen.now)
        incidents = {key: case.incident() for key, case in changed.items()}
        return [_with_final_state(update, incidents) for update in updates], list(incidents.values())

    def _note_history(self, seen: Evidence) -> None:
        longest = seen.now.rules.ticks(seen.now.rules.escalate_after_s)
        for key in {*self.history, *seen.readings}:
            ticks = (self.history.get(key, "") + (BREACHED if seen.breached(key) else QUIET))[-longest:]
            if BREACHED in ticks:
                self.history[key] = ticks
            else:
                self.history.pop(key, None)

    def _forget(self, now: Now) -> None:
        """A resolved incident is kept here while it may reopen or correlate; storage keeps it for good."""
        rules = now.rules
        longest = max(rules.reopen_within_s, rules.dismiss_hold_s, rules.correlation_slack_s)
        for key, case in list(self.cases.items()):
            if case.resolved_at is not None and now.at - case.resolved_at > longest:
                del self.cases[key]


def _start(key: str, former: Case | None, seen: Evidence) -> tuple[Case, list[IncidentUpdate]]:
    """Open an incident, or reopen the one that was resolved a short while ago."""
    now = seen.now
    attach_from = now.tick - now.rules.ticks(now.rules.attach_s)
    known = seen.reported if key == OWN_KEY else None
    if former is not None and known is None and _may_reopen(former, now):
        attach_from = max(attach_from, round((former.resolved_at or now.at) / now.rules.tick_s))
        return former, _reopen(former, attach_from, seen)
    case = Case(
        incident_id=known.incident_id if known else incident_id(key, now.at),
        key=key,
        opened_at=known.opened_at if known else now.at,
        first_event_at=now.at,
        last_event_at=now.at,
        started_at=now.at,
    )
    _take(case, attach_from, seen)
    _rise(case, _severity(key, seen), CLASSIFIER, seen)
    return case, [_told(case, Change.OPENED, seen, page=_is_page(case.severity))]


def _may_reopen(former: Case, now: Now) -> bool:
    recent = former.resolved_at is not None and now.at - former.resolved_at <= now.rules.reopen_within_s
    return recent or former.dismissed_at is not None


def _is_dismissed(case: Case | None, seen: Evidence) -> bool:
    """A person resolved it and it has not been calm since: their word holds for a while."""
    if case is None or case.dismissed_at is None:
        return False
    return _elapsed(case.dismissed_at, seen.now) < seen.now.rules.ticks(seen.now.rules.dismiss_hold_s)


def _note_calm(case: Case | None, seen: Evidence) -> None:
    """Once calm, what was dismissed is over like any other incident."""
    if case is not None and seen.clear(case.key):
        case.dismissed_at = None


def _reopen(case: Case, attach_from: int, seen: Evidence) -> list[IncidentUpdate]:
    now = seen.now
    outlasted = case.dismissed_at is not None
    case.resolved_at = case.calm_at = case.dismissed_at = case.acknowledged_at = None
    case.resolved_by = case.acknowledged_by = ""
    case.reopens += 1
    case.started_at = now.at
    _take(case, attach_from, seen)
    rose = _rise(case, _severity(case.key, seen), CLASSIFIER, seen)
    return [_told(case, Change.REOPENED, seen, page=(rose or outlasted) and _is_page(case.severity))]


def _continue(case: Case, history: str, seen: Evidence) -> list[IncidentUpdate]:
    """One more tick of an open incident: count, rise, remind, or resolve."""
    now = seen.now
    _take(case, now.tick - 1, seen)
    told = []
    if _rise(case, _severity(case.key, seen), CLASSIFIER, seen):
        told.append(_told(case, Change.ESCALATED, seen, page=_is_page(case.severity)))
    if _has_lasted(case, history, seen) and _rise(case, Severity.HIGH, ESCALATION, seen):
        told.append(_told(case, Change.ESCALATED, seen, page=True))
    if _is_unheard(case, seen):
        case.muted = False
        told.append(_told(case, Change.REPEATED, seen, page=_is_page(case.severity)))
    elif _is_forgotten(case, now):
        told.append(_told(case, Change.REPEATED, seen, page=True))
    if _calmed(case, seen):
        case.resolved_at = now.at
        told.append(_told(case, Change.RESOLVED, seen, page=False))
    elif not case.outlived and _elapsed(case.started_at, now) >= now.rules.ticks(now.rules.outlived_after_s):
        case.outlived = True
        told.append(_told(case, Change.OUTLIVED, seen, page=False))
    return told


def _is_unheard(case: Case, seen: Evidence) -> bool:
    """A silence that kept something back is over, and the incident is not."""
    return case.muted and not is_silenced(case, seen.silences, seen.now.at)


def _is_forgotten(case: Case, now: Now) -> bool:
    """Paged long ago, still open, and nobody has taken it."""
    if case.paged_at is None or case.acknowledged_at is not None:
        return False
    return _elapsed(case.paged_at, now) >= now.rules.ticks(now.rules.repeat_page_s)


def _take(case: Case, after_tick: int, seen: Evidence) -> None:
    for tally in seen.events.since(case.key, after_tick):
        case.take(tally, seen.now.rules.dimension_values)
    for reading in seen.breached(case.key):
        if reading.subtype not in case.subtypes:
            case.subtypes.append(reading.subtype)
    if case.key in seen.state.keys:
        case.mitigation = mitigation(category_of(case.key), seen.state.keys[case.key])


def _has_lasted(case: Case, history: str, seen: Evidence) -> bool:
    """A MEDIUM escalates when it lasts, is breached now and was so most of the time, and has fresh events."""
    now, rules = seen.now, seen.now.rules
    if case.severity is not Severity.MEDIUM or case.medium_at is None or not history.endswith(BREACHED):
        return False
    span = rules.ticks(rules.escalate_after_s)
    recent = seen.events.count_since(case.key, now.tick - rules.ticks(rules.escalate_recent_s))
    return (
        _elapsed(case.medium_at, now) >= span
        and recent >= rules.escalate_recent_events
        and history.count(BREACHED) >= rules.escalate_breached_share * span
    )


def _calmed(case: Case, seen: Evidence) -> bool:
    """Clear and not breached at every tick for long enough."""
    now = seen.now
    if not seen.clear(case.key):
        case.calm_at = None
        return False
    if case.calm_at is None:
        case.calm_at = now.at
    return _elapsed(case.calm_at, now) >= now.rules.ticks(now.rules.resolve_after_s)


def _elapsed(since: float, now: Now) -> int:
    return round((now.at - since) / now.rules.tick_s)


def _rise(case: Case, severity: Severity, cause: str, seen: Evidence) -> bool:
    """With what the classifier saw: a postmortem asks for it when the windows have long forgotten."""
    if severity.rank <= case.severity.rank:
        return False
    state = seen.state.keys.get(case.key, _WELL)
    return case.rise(severity, seen.now.at, cause, weigh(category_of(case.key), state, seen.now.rules))


def _severity(key: str, seen: Evidence) -> Severity:
    return classify(category_of(key), seen.state.keys.get(key, _WELL), seen.now.rules)


def _is_page(severity: Severity) -> bool:
    return severity.rank >= Severity.HIGH.rank


def _told(case: Case, change: Change, seen: Evidence, *, page: bool) -> IncidentUpdate:
    silenced = is_silenced(case, seen.silences, seen.now.at)
    case.muted = case.muted or silenced
    page = page and not silenced
    case.sequence += 1
    if page:
        case.pages += 1
        case.paged_at = seen.now.at
    incident = case.incident()
    crossed = {key: state for key, state in seen.state.keys.items() if state.crossed or key == case.key}
    return IncidentUpdate(
        change=change,
        at=seen.now.at,
        sequence=case.sequence,
        incident=incident,
        state=SystemState(at=seen.state.at, keys=crossed),
        page=page,
        runbook=runbook(incident),
        questions=questions(incident),
        silenced=silenced,
    )


def _with_final_state(update: IncidentUpdate, incidents: dict[str, Incident]) -> IncidentUpdate:
    """Correlation is known only after all keys are settled."""
    name = incidents[update.incident.key].correlation_id
    if update.incident.correlation_id == name:
        return update
    return msgspec.structs.replace(
        update, incident=msgspec.structs.replace(update.incident, correlation_id=name)
    )


def runbook(incident: Incident) -> str:
    """The page of the kind that it goes by; before any event, that of the category's usual kind."""
    kinds = incident.kinds or {_USUAL[incident.category].value: 0}
    return f"docs/runbooks/{ranked_kinds(kinds, incident.subtypes)[0]}.md"


def mitigation(category: FailureCategory, state: KeyState) -> str:
    """What already softens the failure, in words."""
    if category is FailureCategory.PROVIDER and state.served_share is not None:
        return f"{state.served_share:.0%} of the failed requests were served in the end"
    words = ("blocked or automatic", "degraded: a fallback is in place", "manual", "none")
    return words[state.mitigation] if state.mitigation is not None else "unknown"
