"""Many failure events, one incident: counted, sampled, with a severity that only rises while open."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.failure_event import FailureEvent
from leadline.vocabulary.system_state import SystemState
from leadline.vocabulary.taxonomy import FailureCategory, Severity


class IncidentStatus(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class Weighing(msgspec.Struct, frozen=True, kw_only=True):
    """How the classifier came to a severity (`INCIDENTS.md` 4): the three parts of the score, each 0..3.

    `affected_share` (0..1) is behind `blast`, `served_share` behind a provider's `recoverability`.
    `ruled_by` is `score`, or the floor or cap that overruled it: `not_crossed`, `crossed`, `outage`,
    `no_way_out`, `confirmed_leak`, `no_business`.
    """

    blast: int
    recoverability: int
    business: int
    affected_share: float = 0.0
    served_share: float | None = None
    ruled_by: str = "score"

    @property
    def score(self) -> int:
        return self.blast + self.recoverability + self.business


class SeverityStep(msgspec.Struct, frozen=True):
    """`cause` is `classifier` or `escalation`. `weighing` is what the classifier saw at that tick; None in
    records of before it was kept, and where a person or the supervisor decided.
    """

    at: float
    severity: Severity
    cause: str
    weighing: Weighing | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One failure as people know it. All times are Unix seconds (scenario seconds in a replay).

    `dimensions` counts events by value: `{"model": {"gpt-4o": 12}, "region": {...}, ...}`.
    `samples` are whole events: the first three, the last three and up to four picked at random in between.
    `subtypes` are the conditions that were crossed (`hard`, `error_rate`, `latency`, `hallucination`, ...).
    `resolved_by` is empty when it resolved by the rules.
    """

    incident_id: str
    key: str
    category: FailureCategory
    severity: Severity
    status: IncidentStatus
    opened_at: float
    first_event_at: float
    last_event_at: float
    resolved_at: float | None = None
    count: int = 0
    kinds: dict[str, int] = {}
    subtypes: tuple[str, ...] = ()
    dimensions: dict[str, dict[str, int]] = {}
    samples: tuple[FailureEvent, ...] = ()
    severity_path: tuple[SeverityStep, ...] = ()
    reopens: int = 0
    pages: int = 0
    correlation_id: str = ""
    mitigation: str = ""
    acknowledged_at: float | None = None
    acknowledged_by: str = ""
    resolved_by: str = ""
    schema_version: int = 1

    @property
    def scope(self) -> str:
        """The part of the key behind the category: a provider, model, feature or tenant."""
        return self.key.split(":", 1)[1]


class Change(StrEnum):
    OPENED = "opened"
    ESCALATED = "escalated"
    REOPENED = "reopened"
    REPEATED = "repeated"
    OUTLIVED = "outlived"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class IncidentUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """What changed about an incident: the only thing a destination ever hears.

    `page` is True when a person must be woken (`INCIDENTS.md` 7). `sequence` counts the changes of one
    incident from 1, so (`incident_id`, `sequence`) names a change for good. `by` is the
    person whose decision it is, `note` their reason. A `silenced` change is recorded and told to nobody.
    """

    change: Change
    at: float
    sequence: int
    incident: Incident
    state: SystemState
    page: bool = False
    runbook: str = ""
    questions: tuple[str, ...] = ()
    by: str = ""
    note: str = ""
    silenced: bool = False
