"""One incident while it lives: it counts, samples, rises, calms down and may come back."""

import msgspec

from leadline.triage.keys import category_of
from leadline.triage.merging import summed
from leadline.triage.samples import merged_samples, shown
from leadline.vocabulary import Incident, IncidentStatus, Severity, SeverityStep, Weighing
from leadline.vocabulary.tally import KeyTally, Samples


class Case(msgspec.Struct):
    """The mutable side of an `Incident`. Times are seconds; `None` = has not happened.

    `dismissed_at`: a person resolved it while the failure went on. `muted`: a silence kept something back.
    """

    incident_id: str
    key: str
    opened_at: float
    first_event_at: float
    last_event_at: float
    severity: Severity = Severity.LOW
    count: int = 0
    kinds: dict[str, int] = {}
    subtypes: list[str] = []
    dimensions: dict[str, dict[str, int]] = {}
    samples: Samples = Samples()
    path: list[SeverityStep] = []
    resolved_at: float | None = None
    reopens: int = 0
    pages: int = 0
    correlation_id: str = ""
    mitigation: str = ""
    sequence: int = 0
    started_at: float = 0.0
    medium_at: float | None = None
    calm_at: float | None = None
    paged_at: float | None = None
    outlived: bool = False
    acknowledged_at: float | None = None
    acknowledged_by: str = ""
    resolved_by: str = ""
    dismissed_at: float | None = None
    muted: bool = False

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def mark(self) -> tuple[int, int, int]:
        """Differs when the incident has something new to show."""
        return self.count, self.severity.rank, len(self.subtypes)

    def take(self, tally: KeyTally, most_values: int) -> None:
        """Add events. A dimension holds so many values; further ones count as `other`."""
        known = self.count > 0
        self.first_event_at = min(self.first_event_at, tally.first_at) if known else tally.first_at
        self.last_event_at = max(self.last_event_at, tally.last_at) if known else tally.last_at
        self.count += tally.count
        self.kinds = summed(self.kinds, tally.kinds)
        self.samples = merged_samples(self.samples, tally.samples)
        for name, values in tally.dimensions.items():
            held = self.dimensions.setdefault(name, {})
            for value in sorted(values):
                place = value if value in held or len(held) < most_values else "other"
                held[place] = held.get(place, 0) + values[value]

    def rise(self, severity: Severity, at: float, cause: str, weighing: Weighing | None = None) -> bool:
        """Severity only rises while the incident is open; says whether it did."""
        if severity.rank <= self.severity.rank:
            return False
        self.severity = severity
        self.path.append(SeverityStep(at, severity, cause, weighing))
        if severity is Severity.MEDIUM:
            self.medium_at = at
        return True

    def incident(self) -> Incident:
        return Incident(
            incident_id=self.incident_id,
            key=self.key,
            category=category_of(self.key),
            severity=self.severity,
            status=IncidentStatus.OPEN if self.is_open else IncidentStatus.RESOLVED,
            opened_at=self.opened_at,
            first_event_at=self.first_event_at,
            last_event_at=self.last_event_at,
            resolved_at=self.resolved_at,
            count=self.count,
            kinds=dict(self.kinds),
            subtypes=tuple(self.subtypes),
            dimensions={name: dict(values) for name, values in self.dimensions.items()},
            samples=shown(self.samples),
            severity_path=tuple(self.path),
            reopens=self.reopens,
            pages=self.pages,
            correlation_id=self.correlation_id,
            mitigation=self.mitigation,
            acknowledged_at=self.acknowledged_at,
            acknowledged_by=self.acknowledged_by,
            resolved_by=self.resolved_by,
        )
