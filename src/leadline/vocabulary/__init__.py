"""The words every other package speaks: frozen types, no I/O, no clock, no randomness."""

from leadline.vocabulary.asking import (
    Ask,
    LONGEST_MESSAGE,
    Query,
    Told,
)
from leadline.vocabulary.exchange import (
    Answer,
    Attempt,
    Caller,
    Exchange,
    FinishReason,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Timings,
    TokenUsage,
    ToolCall,
    UpstreamFailure,
    WireProtocol,
)
from leadline.vocabulary.failure_event import (
    CausalSignals,
    FailureEvent,
    SCHEMA_VERSION,
)
from leadline.vocabulary.incident import (
    Change,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    SeverityStep,
)
from leadline.vocabulary.layout import (
    DataLayout,
)
from leadline.vocabulary.observation import (
    CapturedText,
    Heartbeat,
    Observation,
    SpoolRecord,
)
from leadline.vocabulary.plan import (
    CheckSettings,
    KeyGrant,
    Overlay,
    OverlayEntry,
    PLAN_SCHEMA,
    Plan,
    Price,
    Route,
    Target,
    Timeouts,
)
from leadline.vocabulary.question import (
    Question,
)
from leadline.vocabulary.row import (
    CheckOutcome,
    TelemetryRow,
)
from leadline.vocabulary.signal import (
    Signal,
    Verdict,
)
from leadline.vocabulary.system_state import (
    KeyState,
    SystemState,
)
from leadline.vocabulary.taxonomy import (
    CONDITION_KINDS,
    FailureCategory,
    FailureClass,
    FailureKind,
    HARD_KINDS,
    Origin,
    Severity,
    TRANSPORT_KINDS,
    TrafficClass,
)
from leadline.vocabulary.wire import (
    ClientError,
    Headers,
    OutboundRequest,
    UpstreamReply,
)

__all__ = [
    "Answer",
    "Ask",
    "Attempt",
    "CONDITION_KINDS",
    "Caller",
    "CapturedText",
    "CausalSignals",
    "Change",
    "CheckOutcome",
    "CheckSettings",
    "ClientError",
    "DataLayout",
    "Exchange",
    "FailureCategory",
    "FailureClass",
    "FailureEvent",
    "FailureKind",
    "FinishReason",
    "HARD_KINDS",
    "Headers",
    "Heartbeat",
    "Incident",
    "IncidentStatus",
    "IncidentUpdate",
    "KeyGrant",
    "KeyState",
    "LONGEST_MESSAGE",
    "Observation",
    "Origin",
    "OutboundRequest",
    "Overlay",
    "OverlayEntry",
    "PLAN_SCHEMA",
    "Plan",
    "Price",
    "ProviderIdentifier",
    "Query",
    "Question",
    "Route",
    "SCHEMA_VERSION",
    "Selection",
    "SelectionReason",
    "Severity",
    "SeverityStep",
    "Signal",
    "SpoolRecord",
    "SystemState",
    "TRANSPORT_KINDS",
    "Target",
    "TelemetryRow",
    "Timeouts",
    "Timings",
    "TokenUsage",
    "Told",
    "ToolCall",
    "TrafficClass",
    "UpstreamFailure",
    "UpstreamReply",
    "Verdict",
    "WireProtocol",
]
