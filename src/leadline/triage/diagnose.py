"""From one row to its typed failure events: what failed, with the measurements that show it."""

import msgspec

from leadline.triage.columns import OWN_CALLS, VERDICT, is_attempt, outcomes, provider_kind
from leadline.triage.keys import CATEGORY, EGRESS_KEY, key_of
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    TRANSPORT_KINDS,
    CausalSignals,
    CheckOutcome,
    FailureCategory,
    FailureEvent,
    FailureKind,
    ProviderIdentifier,
    Severity,
    TelemetryRow,
)


class Standing(msgspec.Struct, frozen=True):
    """What the last tick concluded, for the events of the next one.

    `severities` by incident key, absent = LOW. `without_egress` holds the providers whose transport failures
    belong to `PROVIDER:*`, because every provider is down at once and the fault is on our side.
    """

    severities: dict[str, Severity] = {}
    without_egress: frozenset[str] = frozenset()


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One failure of one row, before it has a key and a severity."""

    kind: FailureKind
    check: CheckOutcome | None = None
    threshold: float | None = None


def diagnose(row: TelemetryRow, sla_ms: float | None, rules: Rules, standing: Standing) -> list[FailureEvent]:
    """Every failure of the row: none for a row that is well or that says nothing of its target."""
    if not is_attempt(row):
        return []
    checks = row.checks if row.checks is not None else outcomes(row, rules)
    found = [] if row.route == VERDICT else provider_findings(row, provider_kind(row), sla_ms)
    if row.route not in OWN_CALLS:
        found += [Finding(check.kind, check) for check in checks if check.failed and check.kind]
    return [event_of(row, finding, standing) for finding in found]


def provider_findings(row: TelemetryRow, kind: FailureKind | None, sla_ms: float | None) -> list[Finding]:
    if kind is not None:
        return [Finding(kind)]
    if row.status == 200 and sla_ms is not None and row.latency_ms > sla_ms:
        return [Finding(FailureKind.PROVIDER_SLOW, threshold=sla_ms)]
    return []


def event_of(row: TelemetryRow, finding: Finding, standing: Standing) -> FailureEvent:
    kind = finding.kind
    key = key_of(CATEGORY[kind], row)
    ours = row.provider in standing.without_egress and is_transport(kind, row)
    if ours or kind is FailureKind.PROVIDER_EGRESS:
        key = EGRESS_KEY
    return FailureEvent(
        event_id=f"{row.id}/{row.attempt}/{kind.value}",
        request_id=row.id,
        at=row.t,
        kind=kind,
        severity=standing.severities.get(key, Severity.LOW),
        provider=ProviderIdentifier(
            provider=row.provider, model=row.model, region=row.region, key_alias=row.key_alias
        ),
        key=key,
        causal_signals=_causes(row, finding),
        tenant=row.tenant,
        user=row.user,
        feature=row.feature,
        template=row.template,
        traffic_class=row.traffic_class,
        weight=row.weight,
    )


def news_of(row: TelemetryRow) -> list[FailureEvent]:
    """An early warning (LOW) for a row that tells of a change; it opens nothing and counts nowhere."""
    told = [event_of(row, Finding(check.kind, check), Standing()) for check in row.checks or () if check.kind]
    return [msgspec.structs.replace(event, request_id="") for event in told]


def is_transport(kind: FailureKind, row: TelemetryRow) -> bool:
    """A call steered away from a target counts as what first broke that target."""
    return (row.caused_by if kind is FailureKind.PROVIDER_SHORT_CIRCUITED else kind) in TRANSPORT_KINDS


def is_mitigated(finding: Finding, row: TelemetryRow) -> bool:
    """Whether what was found reached nobody."""
    return row.blocked or (finding.check is not None and finding.check.mitigated)


def is_confirmed_leak(finding: Finding, row: TelemetryRow) -> bool:
    """What people type in themselves has not leaked."""
    leaked = finding.kind in (FailureKind.SECURITY_PII_LEAK, FailureKind.SECURITY_SECRET_LEAK)
    asked = finding.check is not None and finding.check.asked
    return leaked and not asked and not is_mitigated(finding, row)


def _causes(row: TelemetryRow, finding: Finding) -> CausalSignals:
    check = finding.check
    slow = finding.threshold is not None
    return CausalSignals(
        http_status=row.status,
        error_code=row.error,
        latency_ms=row.latency_ms,
        first_byte_ms=row.ttfb_ms,
        check=check.check if check else None,
        score=check.score if check else None,
        billed_tokens=row.tokens_in,
        counted_tokens=row.counted_tokens if row.counted_tokens is not None else row.predicted_tokens,
        output_tokens=row.tokens_out,
        cost_usd=row.cost_usd,
        response_bytes=row.response_bytes,
        served_model=row.served_model,
        selection=f"{row.route}: {row.route_reason}",
        caused_by=row.caused_by.value if row.caused_by else None,
        measure="latency_ms" if slow else None,
        measured=row.latency_ms if slow else None,
        threshold=finding.threshold,
        evidence=check.evidence if check else "",
    )


def is_quality(kind: FailureKind | None) -> bool:
    return kind is not None and CATEGORY[kind] is FailureCategory.QUALITY
