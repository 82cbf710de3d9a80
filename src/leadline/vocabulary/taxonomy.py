"""The five-category taxonomy. A kind names its category, so a mismatched pair cannot be written down."""

from enum import StrEnum


class FailureCategory(StrEnum):
    PROVIDER = "provider"
    QUALITY = "quality"
    COST = "cost"
    SECURITY = "security"
    DATA = "data"


class FailureClass(StrEnum):
    """How much one occurrence means on its own."""

    HARD = "hard"
    """The target gave nothing usable: fail over at once."""
    SOFT = "soft"
    """Needs a window of occurrences before it means anything."""
    CONDITION = "condition"
    """Found over a window; no single request is the culprit."""


class FailureKind(StrEnum):
    PROVIDER_CONNECTION = "provider.connection"
    PROVIDER_DNS = "provider.dns"
    PROVIDER_TLS = "provider.tls"
    PROVIDER_TIMEOUT = "provider.timeout"
    PROVIDER_OUTAGE = "provider.outage"
    PROVIDER_OVERLOADED = "provider.overloaded"
    PROVIDER_AUTH = "provider.auth"
    PROVIDER_QUOTA = "provider.quota"
    PROVIDER_MODEL_GONE = "provider.model_gone"
    PROVIDER_SHORT_CIRCUITED = "provider.short_circuited"
    PROVIDER_THROTTLED = "provider.throttled"
    PROVIDER_SLOW = "provider.slow"
    PROVIDER_TRUNCATED = "provider.truncated"
    PROVIDER_MALFORMED = "provider.malformed"
    PROVIDER_REGIONAL = "provider.regional"
    PROVIDER_OSCILLATING = "provider.oscillating"
    PROVIDER_EGRESS = "provider.egress"
    QUALITY_HALLUCINATION = "quality.hallucination"
    QUALITY_REGRESSION = "quality.regression"
    QUALITY_FORMAT = "quality.format"
    QUALITY_COHERENCE = "quality.coherence"
    QUALITY_REFUSAL = "quality.refusal"
    QUALITY_EMPTY = "quality.empty"
    COST_TOKEN_MISMATCH = "cost.token_mismatch"
    COST_OUTPUT_BLOWUP = "cost.output_blowup"
    COST_CONTEXT_STUFFING = "cost.context_stuffing"
    COST_RATE = "cost.rate"
    COST_RETRY_STORM = "cost.retry_storm"
    COST_BUDGET = "cost.budget"
    SECURITY_INJECTION = "security.injection"
    SECURITY_INDIRECT_INJECTION = "security.indirect_injection"
    SECURITY_JAILBREAK = "security.jailbreak"
    SECURITY_PII_LEAK = "security.pii_leak"
    SECURITY_SECRET_LEAK = "security.secret_leak"
    SECURITY_DATA_EXTRACTION = "security.data_extraction"
    SECURITY_EXFILTRATION = "security.exfiltration"
    SECURITY_TOOL_DENIED = "security.tool_denied"
    DATA_EMBEDDING_DRIFT = "data.embedding_drift"
    DATA_STALE_CONTEXT = "data.stale_context"
    DATA_RETRIEVAL = "data.retrieval"
    DATA_GROUND_TRUTH_CORRUPTION = "data.ground_truth_corruption"
    DATA_BLIND_SPOT = "data.blind_spot"

    @property
    def category(self) -> FailureCategory:
        return FailureCategory(self.value.split(".", 1)[0])

    @property
    def failure_class(self) -> FailureClass:
        if self in HARD_KINDS:
            return FailureClass.HARD
        return FailureClass.CONDITION if self in CONDITION_KINDS else FailureClass.SOFT


HARD_KINDS = frozenset(
    {
        FailureKind.PROVIDER_CONNECTION,
        FailureKind.PROVIDER_DNS,
        FailureKind.PROVIDER_TLS,
        FailureKind.PROVIDER_TIMEOUT,
        FailureKind.PROVIDER_OUTAGE,
        FailureKind.PROVIDER_OVERLOADED,
        FailureKind.PROVIDER_AUTH,
        FailureKind.PROVIDER_QUOTA,
        FailureKind.PROVIDER_MODEL_GONE,
        FailureKind.PROVIDER_SHORT_CIRCUITED,
    }
)
TRANSPORT_KINDS = frozenset(
    {
        FailureKind.PROVIDER_CONNECTION,
        FailureKind.PROVIDER_DNS,
        FailureKind.PROVIDER_TLS,
        FailureKind.PROVIDER_TIMEOUT,
    }
)
CONDITION_KINDS = frozenset(
    {
        FailureKind.PROVIDER_REGIONAL,
        FailureKind.PROVIDER_OSCILLATING,
        FailureKind.PROVIDER_EGRESS,
        FailureKind.QUALITY_REGRESSION,
        FailureKind.COST_CONTEXT_STUFFING,
        FailureKind.COST_RATE,
        FailureKind.COST_RETRY_STORM,
        FailureKind.COST_BUDGET,
        FailureKind.DATA_EMBEDDING_DRIFT,
        FailureKind.DATA_STALE_CONTEXT,
        FailureKind.DATA_RETRIEVAL,
        FailureKind.DATA_GROUND_TRUTH_CORRUPTION,
        FailureKind.DATA_BLIND_SPOT,
    }
)


class Severity(StrEnum):
    """Words on the wire; `rank` gives the order, worst highest."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return _SEVERITY_ORDER.index(self)


_SEVERITY_ORDER = tuple(Severity)


class TrafficClass(StrEnum):
    """What a request is worth to the business, set on the key, worst to lose last."""

    EXPERIMENTAL = "experimental"
    INTERNAL = "internal"
    STANDARD = "standard"
    REVENUE = "revenue"
    COMPLIANCE = "compliance"


class Origin(StrEnum):
    """Who caused the call. Only `user` counts as traffic; `simulated` is no evidence of anything."""

    USER = "user"
    PROBE = "probe"
    JUDGE = "judge"
    SHADOW = "shadow"
    EVAL = "eval"
    SIMULATED = "simulated"
