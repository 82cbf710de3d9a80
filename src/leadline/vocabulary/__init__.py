"""The words every other package speaks: frozen types, no I/O, no clock, no randomness."""

from leadline.vocabulary.asking import (
    LONGEST_MESSAGE,
    Ask,
    Query,
    Told,
)
from leadline.vocabulary.audit import (
    Deed,
)
from leadline.vocabulary.blind_note import (
    BlindNote,
)
from leadline.vocabulary.breaker_hold import (
    BreakerHold,
)
from leadline.vocabulary.command import (
    LATEST_S,
    Command,
    Order,
    Silence,
)
from leadline.vocabulary.condition import (
    Condition,
)
from leadline.vocabulary.deep import (
    DeepFinding,
    Job,
)
from leadline.vocabulary.exchange import (
    Answer,
    Attempt,
    Caller,
    Exchange,
    FinishReason,
    Operation,
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
    SCHEMA_VERSION,
    AnyEvent,
    CausalSignals,
    FailureEvent,
    NewerEvent,
)
from leadline.vocabulary.feedback import (
    Complaint,
    FeedbackNote,
)
from leadline.vocabulary.finding import (
    Finding,
    Place,
)
from leadline.vocabulary.guardrail import (
    DRAFT,
    GuardPolicy,
    Guardrails,
    GuardRule,
    GuardSettings,
)
from leadline.vocabulary.incident import (
    Change,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    SeverityStep,
    Weighing,
)
from leadline.vocabulary.layout import (
    DataLayout,
)
from leadline.vocabulary.lost_sight import (
    LostSight,
)
from leadline.vocabulary.observation import (
    CapturedText,
    Heartbeat,
    Observation,
    SpoolRecord,
    TargetNews,
    TargetPulse,
)
from leadline.vocabulary.plan import (
    PLAN_SCHEMA,
    WATCH_LAG,
    CheckSettings,
    KeyGrant,
    Overlay,
    OverlayEntry,
    Plan,
    Price,
    Route,
    RungSettings,
    Target,
    Timeouts,
    TlsFiles,
)
from leadline.vocabulary.question import (
    Question,
)
from leadline.vocabulary.retrieval import (
    Retrieval,
    RetrievalNote,
    RetrievedChunk,
)
from leadline.vocabulary.review import (
    Held,
    HeldText,
    ReviewState,
)
from leadline.vocabulary.route_override import (
    RouteOverride,
    TargetChoice,
)
from leadline.vocabulary.row import (
    CheckOutcome,
    TelemetryRow,
)
from leadline.vocabulary.scan import (
    ScanAnswer,
    ScanJob,
    ScanSetup,
)
from leadline.vocabulary.sight import (
    DeepCheckSight,
    Reported,
    Sight,
    WorkerSight,
)
from leadline.vocabulary.signal import (
    Signal,
    Verdict,
    Word,
)
from leadline.vocabulary.system_state import (
    KeyState,
    SystemState,
)
from leadline.vocabulary.tally import (
    CheckCount,
    Counts,
    KeyTally,
    Samples,
    Stratum,
    Tally,
)
from leadline.vocabulary.taxonomy import (
    CONDITION_KINDS,
    HARD_KINDS,
    TRANSPORT_KINDS,
    FailureCategory,
    FailureClass,
    FailureKind,
    Origin,
    Severity,
    TrafficClass,
)
from leadline.vocabulary.tool_policy import (
    PolicyText,
    ToolAsker,
    ToolDecision,
    ToolPolicySettings,
)
from leadline.vocabulary.wire import (
    ClientError,
    Headers,
    OutboundRequest,
    UpstreamReply,
)

__all__ = [
    "CONDITION_KINDS",
    "DRAFT",
    "HARD_KINDS",
    "LATEST_S",
    "LONGEST_MESSAGE",
    "PLAN_SCHEMA",
    "SCHEMA_VERSION",
    "TRANSPORT_KINDS",
    "WATCH_LAG",
    "Answer",
    "AnyEvent",
    "Ask",
    "Attempt",
    "BlindNote",
    "BreakerHold",
    "Caller",
    "CapturedText",
    "CausalSignals",
    "Change",
    "CheckCount",
    "CheckOutcome",
    "CheckSettings",
    "ClientError",
    "Command",
    "Complaint",
    "Condition",
    "Counts",
    "DataLayout",
    "Deed",
    "DeepCheckSight",
    "DeepFinding",
    "Exchange",
    "FailureCategory",
    "FailureClass",
    "FailureEvent",
    "FailureKind",
    "FeedbackNote",
    "Finding",
    "FinishReason",
    "GuardPolicy",
    "GuardRule",
    "GuardSettings",
    "Guardrails",
    "Headers",
    "Heartbeat",
    "Held",
    "HeldText",
    "Incident",
    "IncidentStatus",
    "IncidentUpdate",
    "Job",
    "KeyGrant",
    "KeyState",
    "KeyTally",
    "LostSight",
    "NewerEvent",
    "Observation",
    "Operation",
    "Order",
    "Origin",
    "OutboundRequest",
    "Overlay",
    "OverlayEntry",
    "Place",
    "Plan",
    "PolicyText",
    "Price",
    "ProviderIdentifier",
    "Query",
    "Question",
    "Reported",
    "Retrieval",
    "RetrievalNote",
    "RetrievedChunk",
    "ReviewState",
    "Route",
    "RouteOverride",
    "RungSettings",
    "Samples",
    "ScanAnswer",
    "ScanJob",
    "ScanSetup",
    "Selection",
    "SelectionReason",
    "Severity",
    "SeverityStep",
    "Sight",
    "Signal",
    "Silence",
    "SpoolRecord",
    "Stratum",
    "SystemState",
    "Tally",
    "Target",
    "TargetChoice",
    "TargetNews",
    "TargetPulse",
    "TelemetryRow",
    "Timeouts",
    "Timings",
    "TlsFiles",
    "TokenUsage",
    "Told",
    "ToolAsker",
    "ToolCall",
    "ToolDecision",
    "ToolPolicySettings",
    "TrafficClass",
    "UpstreamFailure",
    "UpstreamReply",
    "Verdict",
    "Weighing",
    "WireProtocol",
    "Word",
    "WorkerSight",
]
