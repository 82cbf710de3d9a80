"""Incidents of all five categories, with their events, as the watch answers about them."""

import msgspec

from leadline.control.console.cells import number
from leadline.vocabulary import (
    CausalSignals,
    Change,
    FailureCategory,
    FailureEvent,
    FailureKind,
    Incident,
    IncidentStatus,
    ProviderIdentifier,
    Severity,
    SeverityStep,
    TrafficClass,
    WireProtocol,
)

K, S = FailureKind, Severity
HOSTILE_TEXT = '<img src=x onerror="window.breached=1">**bold** \x1b[31mred\x1b[0m'
TARGETS = [
    (WireProtocol.OPENAI_CHAT, "openai", "gpt-4o"),
    (WireProtocol.OPENAI_CHAT, "openai", "gpt-4o-mini"),
    (WireProtocol.ANTHROPIC_MESSAGES, "anthropic", "claude-sonnet-4-5"),
    (WireProtocol.GEMINI_GENERATE, "google", "gemini-2.5-flash"),
]
FEATURES = ["support-chat", "report-summary", "invoice-extraction", "product-search"]
TENANTS = ["acme", "globex", "initech"]


def incidents(now: float) -> list[Incident]:
    """Of all five categories, three of them open, as of `now` (Unix seconds)."""
    return [
        _incident(
            "inc-01k9-openai",
            "PROVIDER:openai",
            now - 540,
            None,
            1184,
            {K.PROVIDER_OUTAGE: 1017, K.PROVIDER_TIMEOUT: 131, K.PROVIDER_THROTTLED: 36},
            ("hard", "error_rate"),
            ((0, S.HIGH, "classifier"), (200, S.CRITICAL, "classifier")),
            pages=2,
            samples=[
                _event(
                    "inc-01k9-openai",
                    now - 600 + 9 * n,
                    K.PROVIDER_OUTAGE,
                    S.HIGH,
                    TARGETS[n % 2],
                    CausalSignals(
                        http_status=503,
                        error_code="server_error",
                        latency_ms=212.4 + n,
                        selection="primary",
                        response_bytes=184,
                    ),
                )
                for n in range(6)
            ],
        ),
        _incident(
            "inc-01k9-summary",
            "QUALITY:anthropic/claude-sonnet-4-5",
            now - 1260,
            None,
            38,
            {K.QUALITY_HALLUCINATION: 38},
            ("hallucination",),
            ((0, S.MEDIUM, "classifier"), (900, S.HIGH, "escalation")),
            pages=1,
            samples=[
                _event(
                    "inc-01k9-summary",
                    now - 1400 + 60 * n,
                    K.QUALITY_HALLUCINATION,
                    S.MEDIUM,
                    TARGETS[2],
                    CausalSignals(
                        check="grounding",
                        score=0.31,
                        measure="failure_ratio",
                        measured=0.19,
                        threshold=0.12,
                        evidence=evidence,
                    ),
                )
                for n, evidence in enumerate(
                    [
                        "'$4.2 million' is not in the context",
                        "'Q3 2027' is not in the context",
                        HOSTILE_TEXT,
                    ]
                )
            ],
        ),
        _incident(
            "inc-01k9-invoice",
            "COST:invoice-extraction",
            now - 320,
            None,
            57,
            {K.COST_OUTPUT_BLOWUP: 41, K.COST_TOKEN_MISMATCH: 16},
            ("cost_rate",),
            ((0, S.MEDIUM, "classifier"),),
            pages=0,
            samples=[
                _event(
                    "inc-01k9-invoice",
                    now - 340 + 40 * n,
                    K.COST_OUTPUT_BLOWUP,
                    S.MEDIUM,
                    TARGETS[1],
                    CausalSignals(
                        check="token_surprise",
                        billed_tokens=9120,
                        counted_tokens=1804,
                        output_tokens=8192,
                        cost_usd=0.0931,
                        measure="usd_per_min",
                        measured=4.1,
                        threshold=1.2,
                        evidence="output 8,192 tokens, usually 640",
                    ),
                )
                for n in range(3)
            ],
        ),
        _incident(
            "inc-01k9-globex",
            "SECURITY:globex",
            now - 4300,
            now - 3400,
            12,
            {K.SECURITY_INJECTION: 11, K.SECURITY_PII_LEAK: 1},
            ("injection",),
            ((0, S.MEDIUM, "classifier"), (60, S.CRITICAL, "classifier")),
            pages=1,
            samples=[
                _event(
                    "inc-01k9-globex",
                    now - 4310 + 9 * n,
                    K.SECURITY_INJECTION,
                    S.MEDIUM,
                    TARGETS[3],
                    CausalSignals(
                        check="injection", score=0.97, evidence="asks to ignore all earlier instructions"
                    ),
                )
                for n in range(3)
            ],
        ),
        _incident(
            "inc-01k9-search",
            "DATA:product-search",
            now - 9100,
            now - 6900,
            23,
            {K.DATA_RETRIEVAL: 23},
            ("retrieval",),
            ((0, S.LOW, "classifier"), (240, S.MEDIUM, "classifier")),
            pages=0,
            samples=[
                _event(
                    "inc-01k9-search",
                    now - 9000 + 60 * n,
                    K.DATA_RETRIEVAL,
                    S.LOW,
                    TARGETS[3],
                    CausalSignals(measure="retrieval_score", measured=0.41, threshold=0.55),
                    request=False,
                )
                for n in range(3)
            ],
        ),
        _incident(
            "inc-01k8-google",
            "PROVIDER:google",
            now - 27_000,
            now - 25_900,
            210,
            {K.PROVIDER_SLOW: 210},
            ("latency",),
            ((0, S.MEDIUM, "classifier"),),
            pages=0,
            samples=[
                _event(
                    "inc-01k8-google",
                    now - 27_050 + 30 * n,
                    K.PROVIDER_SLOW,
                    S.MEDIUM,
                    TARGETS[3],
                    CausalSignals(
                        http_status=200,
                        latency_ms=9_320.0,
                        first_byte_ms=8_811.0,
                        measure="ms",
                        measured=9_320.0,
                        threshold=6_000.0,
                    ),
                )
                for n in range(3)
            ],
        ),
    ]


def _event(incident_id, at, kind, severity, target, signals, *, request=True) -> FailureEvent:
    _, provider, model = target
    return FailureEvent(
        event_id=f"{incident_id}-{at:.0f}",
        request_id=f"req-{kind.value}-{at:.0f}" if request else "",
        at=at,
        kind=kind,
        severity=severity,
        key=f"{kind.category.value.upper()}:{provider}",
        causal_signals=signals,
        tenant="acme",
        user="u-118",
        provider=ProviderIdentifier(provider=provider, model=model, region="us-east-1"),
        feature="report-summary",
        template="summary/quarterly-v3",
        traffic_class=TrafficClass.REVENUE,
    )


def _incident(  # noqa: PLR0913, PLR0917 - a table row, written as one
    incident_id, key, opened_at, resolved_at, count, kinds, subtypes, path, *, pages, samples
) -> Incident:
    thirds = {
        "model": {"gpt-4o": count * 2 // 3, "gpt-4o-mini": count - count * 2 // 3},
        "region": {"us-east-1": count * 4 // 5, "eu-west-1": count - count * 4 // 5},
        "feature": {f: count // (n + 2) for n, f in enumerate(FEATURES[:3])},
        "tenant": {t: count // (n + 2) for n, t in enumerate(TENANTS)},
    }
    return Incident(
        incident_id=incident_id,
        key=key,
        category=FailureCategory(key.split(":")[0].lower()),
        severity=path[-1][1],
        status=IncidentStatus.RESOLVED if resolved_at else IncidentStatus.OPEN,
        opened_at=opened_at,
        first_event_at=min(opened_at - 61, samples[0].at),
        last_event_at=resolved_at or opened_at + 300,
        resolved_at=resolved_at,
        count=count,
        kinds={kind.value: n for kind, n in kinds.items()},
        subtypes=subtypes,
        dimensions=thirds,
        samples=tuple(msgspec.structs.replace(event, key=key) for event in samples),
        pages=pages,
        severity_path=tuple(
            SeverityStep(opened_at + after, severity, cause) for after, severity, cause in path
        ),
        correlation_id="cor-7f3a" if "openai" in key or "invoice" in key else "",
        mitigation="97% of the failed requests were served by a fallback",
    )


def spread(incident: Incident) -> list[FailureEvent]:
    """Events over the incident's life, newest first, built on its samples."""
    end = incident.last_event_at
    step = (end - incident.first_event_at) / min(incident.count, 60)
    return [
        msgspec.structs.replace(
            incident.samples[n % len(incident.samples)],
            at=end - n * step,
            event_id=f"{incident.incident_id}-{n}",
        )
        for n in range(min(incident.count, 60))
    ]


def incident_row(incident: Incident) -> dict[str, object]:
    whole = msgspec.to_builtins(incident)
    left_out = {"dimensions", "samples", "severity_path", "mitigation", "schema_version"}
    return {name: value for name, value in whole.items() if name not in left_out}


def incident_whole(incident: Incident) -> dict[str, object]:
    updates: list[dict[str, object]] = [
        {
            "change": Change.OPENED if n == 0 else Change.ESCALATED,
            "at": step.at,
            "sequence": n + 1,
            "severity": step.severity,
            "page": step.severity.rank >= S.HIGH.rank and incident.pages > 0,
        }
        for n, step in enumerate(incident.severity_path)
    ]
    if incident.resolved_at:
        updates.append(
            {
                "change": Change.RESOLVED,
                "at": incident.resolved_at,
                "sequence": len(updates) + 1,
                "severity": incident.severity,
                "page": False,
            }
        )
    deliveries = [
        {
            "destination": name,
            "sequence": update["sequence"],
            "state": "pending" if name == "webhook" and incident.pages == 2 else "delivered",
            "tries": 3 if name == "webhook" and incident.pages == 2 else 1,
            "error": "answered 503" if name == "webhook" and incident.pages == 2 else "",
            "at": number(update["at"]) + 1.5,
            "next_at": number(update["at"]) + 40 if name == "webhook" and incident.pages == 2 else 0.0,
        }
        for update in updates
        for name in ("pagerduty", "webhook")
    ]
    return {
        "incident": msgspec.to_builtins(incident),
        "updates": updates,
        "deliveries": deliveries,
        "first_alert_at": incident.opened_at + 1.5,
        "mttd_s": incident.opened_at + 1.5 - incident.first_event_at,
    }


def event_row(event: FailureEvent) -> dict[str, object]:
    whole = msgspec.to_builtins(event)
    target = whole.pop("provider")
    return {**whole, **target, "category": event.category.value}
