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

    def __post_init__(self) -> None:
        """Raises TypeError, ValueError: an event without its essentials helps nobody at night."""
        if not (isinstance(self.severity, Severity) and isinstance(self.provider, ProviderIdentifier)):
            raise TypeError(f"the event {self.event_id} needs a severity and a provider")
        if not self.key.startswith(_PREFIXES[self.kind]):
            raise ValueError(f"an event of {self.kind} cannot belong to {self.key}")

    @property
    def category(self) -> FailureCategory:
        return self.kind.category


_PREFIXES = {kind: f"{kind.category.value.upper()}:" for kind in FailureKind}


class NewerEvent(msgspec.Struct, frozen=True):
    """An event that a later Leadline wrote: kept as it is until somebody can read it."""

    schema_version: int
    at: float
    payload: bytes


AnyEvent = FailureEvent | NewerEvent


class _Version(msgspec.Struct):
    schema_version: int = 1
    at: float = 0.0


_event = msgspec.json.Decoder(FailureEvent)
_version = msgspec.json.Decoder(_Version)


def encode_event(event: FailureEvent) -> bytes:
    """JSON, as it is stored."""
    return msgspec.json.encode(event)


def decode_event(body: bytes) -> AnyEvent:
    """An event of this or any earlier version. Raises msgspec.DecodeError on damage.

    A version that changes the shape in a way that defaults cannot bridge is brought up to date here.
    """
    seen = _version.decode(body)
    if seen.schema_version > SCHEMA_VERSION:
        return NewerEvent(seen.schema_version, seen.at, body)
    return _event.decode(body)
