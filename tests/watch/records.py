"""Observations as a gateway would write them, for tests of whatever reads them."""

from pathlib import Path
from typing import Any

from leadline.vocabulary import (
    Answer,
    Attempt,
    Caller,
    CapturedText,
    CausalSignals,
    Change,
    Exchange,
    FailureEvent,
    FailureKind,
    FinishReason,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    Observation,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Severity,
    Signal,
    SystemState,
    TokenUsage,
    UpstreamFailure,
    Verdict,
    WireProtocol,
)
from leadline.vocabulary.spool import SegmentName, encode

NOON = 1_800_014_400.0
"""2027-01-15 12:00 UTC."""


def observation(request_id, at=NOON, *, failed=False, checks=(), model="gpt-4o", keep=False, **exchange):
    """An answer of 100 in and 50 out, or a 503; `checks` are (name, failed) pairs."""
    target = ProviderIdentifier(provider="openai", model=model)
    usage = TokenUsage(input_tokens=100, output_tokens=50)
    failure = UpstreamFailure(kind=FailureKind.PROVIDER_OUTAGE, status=503) if failed else None
    status = 503 if failed else 200
    answer = Answer(
        text="the words",
        finish_reason=FinishReason.STOP,
        usage=usage,
        served_model=f"{model}-2026",
    )
    attempt = Attempt(
        number=1,
        target=target,
        selection=Selection(reason=SelectionReason.PRIMARY),
        started_at=at - 0.5,
        ended_at=at,
        status=status,
        failure=failure,
        usage=None if failed else usage,
        cost_usd=None if failed else 0.01,
    )
    signals = tuple(
        Signal(
            check=name,
            verdict=Verdict.FAIL if bad else Verdict.PASS,
            kind=FailureKind.QUALITY_FORMAT if bad else None,
            evidence="a figure",
            took_us=40,
        )
        for name, bad in checks
    )
    known: dict[str, Any] = {
        "protocol": WireProtocol.OPENAI_CHAT,
        "alias": "smart",
        "streaming": False,
        "caller": Caller(key_alias="web", tenant="acme", feature="search"),
        "status": status,
        "attempts": (attempt,),
        "template": "summary",
        "answer": None if failed else answer,
        "overhead_ms": 0.4,
        "counted_input_tokens": 80,
    }
    return Observation(
        exchange=Exchange(request_id=request_id, started_at=at - 0.5, ended_at=at, **(known | exchange)),
        signals=signals,
        text=CapturedText(prompt="ask", context="given", answer="the words", keep=keep),
    )


def event(event_id, at=NOON, kind=FailureKind.PROVIDER_OUTAGE, key="PROVIDER:openai"):
    return FailureEvent(
        event_id=event_id,
        request_id=event_id,
        at=at,
        kind=kind,
        severity=Severity.HIGH,
        provider=ProviderIdentifier(provider="openai", model="gpt-4o"),
        key=key,
        causal_signals=CausalSignals(http_status=503, evidence="HTTP <b>503</b>"),
        tenant="acme",
    )


def incident(incident_id="prv-1", severity=Severity.HIGH, status=IncidentStatus.OPEN, at=NOON, **more):
    return Incident(
        incident_id=incident_id,
        key="PROVIDER:openai",
        category=FailureKind.PROVIDER_OUTAGE.category,
        severity=severity,
        status=status,
        opened_at=at,
        first_event_at=at - 5,
        last_event_at=at + 5,
        resolved_at=at + 5 if status is IncidentStatus.RESOLVED else None,
        count=12,
        subtypes=("hard",),
        samples=(event("e1", at),),
        **more,
    )


def update(change=Change.OPENED, sequence=1, *, page=True, of=None, at=NOON):
    return IncidentUpdate(
        change=change,
        at=at,
        sequence=sequence,
        incident=of or incident(),
        state=SystemState(at=at),
        page=page,
        runbook="https://example.com/runbooks/provider.outage",
        questions=("Is the provider's status page red?",),
    )


class SegmentWriter:
    """A gateway worker's hand: appends frames to its current segment."""

    def __init__(self, folder: Path, worker=0, boot="b1", host="h"):
        self.name = SegmentName(host, boot, worker, 0)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def path(self):
        return self._folder / self.name.file_name

    def write(self, *records):
        self.write_bytes(b"".join(encode(record) for record in records))

    def write_bytes(self, data):
        with self.path.open("ab") as segment:
            segment.write(data)

    def next_segment(self):
        self.name = SegmentName(self.name.host, self.name.boot, self.name.worker, self.name.sequence + 1)
        self.path.touch()
