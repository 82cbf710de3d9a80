"""The incident that says: the watch is blind. Made by the supervisor, because nobody else can."""

import msgspec

from leadline.triage.book import runbook
from leadline.triage.conditions.blindness import OWN_KEY, OWN_NAME
from leadline.triage.keys import incident_id
from leadline.triage.questions import questions
from leadline.vocabulary import (
    CausalSignals,
    Change,
    FailureCategory,
    FailureEvent,
    FailureKind,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    KeyState,
    ProviderIdentifier,
    Severity,
    SeverityStep,
    SystemState,
)

_PART = "watch-process"
_CAUSE = "supervisor"


def opening(reason: str, at: float, known: Incident | None) -> IncidentUpdate:
    """`known` is the watch's own open incident of this trouble, which then only gets worse.

    Its sequence is a time, beyond all those that the watch will count.
    """
    event = _event(reason, at)
    if known is None:
        return _update(Change.OPENED, _new(event, at), at, sequence=1)
    path = (*known.severity_path, SeverityStep(at, Severity.HIGH, _CAUSE))
    worse: Incident = msgspec.structs.replace(
        known,
        severity=max(known.severity, Severity.HIGH, key=lambda severity: severity.rank),
        severity_path=path,
        samples=(*known.samples, event),
        last_event_at=at,
    )
    return _update(Change.ESCALATED, worse, at, sequence=int(at))


def ending(incident: Incident, at: float) -> IncidentUpdate:
    """For the case that the watch came back and knows nothing of it."""
    over: Incident = msgspec.structs.replace(incident, status=IncidentStatus.RESOLVED, resolved_at=at)
    return _update(Change.RESOLVED, over, at, sequence=int(at))


def remembered(name: str, opened_at: float, reason: str) -> Incident:
    """The incident as a note keeps it, for a supervisor that was started again."""
    incident: Incident = msgspec.structs.replace(_new(_event(reason, opened_at), opened_at), incident_id=name)
    return incident


def _new(event: FailureEvent, at: float) -> Incident:
    return Incident(
        incident_id=incident_id(OWN_KEY, at),
        key=OWN_KEY,
        category=FailureCategory.DATA,
        severity=Severity.HIGH,
        status=IncidentStatus.OPEN,
        opened_at=at,
        first_event_at=at,
        last_event_at=at,
        count=1,
        kinds={event.kind.value: 1},
        subtypes=("watch_down",),
        dimensions={"provider": {OWN_NAME: 1}, "model": {_PART: 1}},
        samples=(event,),
        severity_path=(SeverityStep(at, Severity.HIGH, _CAUSE),),
        pages=1,
        mitigation="callers are served as usual; what they get is not judged",
    )


def _event(reason: str, at: float) -> FailureEvent:
    return FailureEvent(
        event_id=f"{OWN_KEY}/{_CAUSE}/{at:.3f}",
        request_id="",
        at=at,
        kind=FailureKind.DATA_BLIND_SPOT,
        severity=Severity.HIGH,
        provider=ProviderIdentifier(provider=OWN_NAME, model=_PART),
        key=OWN_KEY,
        causal_signals=CausalSignals(
            check=_CAUSE, measure="reported", measured=1.0, threshold=1.0, evidence=reason[:200]
        ),
        feature=OWN_NAME,
    )


def _update(change: Change, incident: Incident, at: float, *, sequence: int) -> IncidentUpdate:
    over = change is Change.RESOLVED
    state = KeyState(crossed=not over, affected_share=0.0 if over else 1.0)
    return IncidentUpdate(
        change=change,
        at=at,
        sequence=sequence,
        incident=incident,
        state=SystemState(at=at, keys={OWN_KEY: state}),
        page=not over,
        runbook=runbook(incident),
        questions=questions(incident),
    )
