"""The typed failure event. Bump SCHEMA_VERSION and add a migration when its shape changes."""

import msgspec

from leadline.vocabulary.exchange import ProviderIdentifier
from leadline.vocabulary.taxonomy import FailureCategory, FailureKind, Severity, TrafficClass

SCHEMA_VERSION = 1


class CausalSignals(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """The measurements behind the verdict, carried along so that nobody has to look them up.

    `measured` and `threshold` are in the unit that `measure` names (ratio, ms, usd_per_min, score).
    """

    http_status: int | None = None
    error_code: str | None = None
    latency_ms: float | None = None
    first_byte_ms: float | None = None
    check: str | None = None
    score: float | None = None
    billed_tokens: int | None = None
    counted_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    response_bytes: int | None = None
    served_model: str | None = None
    selection: str | None = None
    caused_by: str | None = None
    measure: str | None = None
    measured: float | None = None
    threshold: float | None = None
    evidence: str = ""


class FailureEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One failure of one request, or one condition of one window (then `request_id` is empty).

    `key` is the incident it belongs to (`INCIDENTS.md` section 2). `at` is Unix seconds of the row that
    showed it. `severity` is that of the last tick's snapshot and is never rewritten.
    """

    event_id: str
    request_id: str
    at: float
    kind: FailureKind
    severity: Severity
    provider: ProviderIdentifier
    key: str
    causal_signals: CausalSignals
    tenant: str = ""
    user: str = ""
    feature: str = ""
    template: str = ""
    traffic_class: TrafficClass = TrafficClass.STANDARD
    weight: float = 1.0
    schema_version: int = SCHEMA_VERSION

    @property
    def category(self) -> FailureCategory:
        return self.kind.category
