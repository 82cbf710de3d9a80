"""An incident that says of itself that it is none: for trying out a destination."""

from leadline.triage.questions import questions
from leadline.vocabulary import (
    CausalSignals,
    Change,
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

SAMPLE_ID = "leadline-test"
"""Always the same, so that tests do not pile up where incidents are told apart by their id."""
_KEY = "PROVIDER:leadline-test"


def sample(now: float, *, resolve: bool) -> IncidentUpdate:
    """An incident that says of itself that it is none. It is sent and stored nowhere."""
    status = IncidentStatus.RESOLVED if resolve else IncidentStatus.OPEN
    incident = Incident(
        incident_id=SAMPLE_ID,
        key=_KEY,
        category=FailureKind.PROVIDER_OUTAGE.category,
        severity=Severity.HIGH,
        status=status,
        opened_at=now,
        first_event_at=now,
        last_event_at=now,
        resolved_at=now if resolve else None,
        count=1,
        kinds={FailureKind.PROVIDER_OUTAGE.value: 1},
        subtypes=("hard",),
        dimensions={"provider": {"leadline-test": 1}},
        samples=(_event(now),),
        severity_path=(SeverityStep(now, Severity.HIGH, "classifier"),),
        mitigation="this is a test of `leadline notify test`: nothing has failed",
    )
    return IncidentUpdate(
        change=Change.RESOLVED if resolve else Change.OPENED,
        at=now,
        sequence=int(now),
        incident=incident,
        state=SystemState(at=now, keys={_KEY: KeyState(crossed=True)}),
        page=not resolve,
        runbook="docs/runbooks/provider.outage.md",
        questions=questions(incident),
    )


def _event(now: float) -> FailureEvent:
    return FailureEvent(
        event_id=SAMPLE_ID,
        request_id="",
        at=now,
        kind=FailureKind.PROVIDER_OUTAGE,
        severity=Severity.HIGH,
        provider=ProviderIdentifier(provider="leadline-test", model="no-model"),
        key=_KEY,
        causal_signals=CausalSignals(evidence="a test: nothing has failed"),
    )
