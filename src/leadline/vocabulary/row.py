"""One line of telemetry: an attempt with everything triage may decide on, live or replayed."""

import msgspec

from leadline.vocabulary.condition import Condition
from leadline.vocabulary.taxonomy import FailureKind, TrafficClass


class CheckOutcome(msgspec.Struct, frozen=True, gc=False):
    """One check's verdict on the answer of this row. `failed` None = skipped or not applicable. `mitigated`:
    a guardrail kept what was found from its reader. `asked`: it stood in the question.
    """

    check: str
    failed: bool | None = None
    kind: FailureKind | None = None
    score: float | None = None
    evidence: str = ""
    mitigated: bool = False
    asked: bool = False


class TelemetryRow(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename={"traffic_class": "class"}):
    """The columns of `leadline-replay-v1` (`INCIDENTS.md` 8), and below the line what live rows add.

    `t` is seconds: Unix time of the attempt's completion when live, scenario time in a replay.
    `status` 0 = transport failure. `checks` None = a replay row, judged by its columns.

    `route` is primary, fallback, canary or short_circuited for traffic; probe, judge, shadow or eval for our
    own calls; `verdict` for a deep check's late finding, which brings nothing but its `checks`, and
    `condition` for one about a window of answers, which brings nothing but its `condition`.
    `client_retries` counts the tries of the client's SDK before this one; `body_digest` is the same for the
    same body, None = not known.
    `final` marks the attempt that decided the request. `blocked` = policy stopped the answer. `rung` names
    the rung of the fallback ladder that answered in the end.
    """

    t: float
    id: str
    attempt: int = 1
    provider: str
    model: str
    region: str = "global"
    route: str = "primary"
    route_reason: str = "primary"
    status: int
    error: str | None = None
    kind: FailureKind | None = None
    latency_ms: float = 0.0
    ttfb_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    predicted_tokens: int | None = None
    cost_usd: float | None = None
    schema_valid: bool | None = None
    entity_support: float | None = None
    similarity: float | None = None
    retrieval_score: float | None = None
    injection: bool = False
    pii_leak: bool = False
    tenant: str = "default"
    user: str = ""
    feature: str = "other"
    traffic_class: TrafficClass = TrafficClass.STANDARD
    # live only
    key_alias: str = "default"
    template: str = "other"
    served_model: str | None = None
    caused_by: FailureKind | None = None
    counted_tokens: int | None = None
    response_bytes: int | None = None
    client_retries: int = 0
    body_digest: int | None = None
    final: bool = True
    cancelled: bool = False
    blocked: bool = False
    rung: str = ""
    weight: float = 1.0
    checks: tuple[CheckOutcome, ...] | None = None
    condition: Condition | None = None
