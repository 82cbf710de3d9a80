"""A believable afternoon, seeded: traffic, typed incidents of all five categories, and their evidence."""

import random

import msgspec

from leadline.control.console.cells import number
from leadline.vocabulary import (
    Answer,
    Attempt,
    Caller,
    CausalSignals,
    Change,
    Exchange,
    FailureCategory,
    FailureEvent,
    FailureKind,
    FinishReason,
    Incident,
    IncidentStatus,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Severity,
    SeverityStep,
    Signal,
    Timings,
    TokenUsage,
    TrafficClass,
    UpstreamFailure,
    Verdict,
    WireProtocol,
)

K, S = FailureKind, Severity
PRIMARY = Selection(reason=SelectionReason.PRIMARY)
HOSTILE_TEXT = '<img src=x onerror="window.breached=1">**bold** \x1b[31mred\x1b[0m'
TARGETS = [
    (WireProtocol.OPENAI_CHAT, "openai", "gpt-4o"),
    (WireProtocol.OPENAI_CHAT, "openai", "gpt-4o-mini"),
    (WireProtocol.ANTHROPIC_MESSAGES, "anthropic", "claude-sonnet-4-5"),
    (WireProtocol.GEMINI_GENERATE, "google", "gemini-2.5-flash"),
]
FEATURES = ["support-chat", "report-summary", "invoice-extraction", "product-search"]
TEMPLATES = ["support/reply-v7", "summary/quarterly-v3", "invoice/extract-v2", "auto-9f31c2"]
TENANTS = ["acme", "globex", "initech"]


class Sample:
    """Rows for every named query, as of `now` (Unix seconds)."""

    def __init__(self, now: float, seed: int = 7, requests: int = 240) -> None:
        self.now = now
        self._random = random.Random(seed)  # noqa: S311 - samples, not secrets
        self.incidents = self._incidents()
        self.exchanges = [self._exchange(i, now - 3.7 * i - 1) for i in range(requests)]
        self.exchanges += [self._shown_exchange(e) for i in self.incidents for e in i.samples if e.request_id]

    def rows(self) -> dict[str, list[dict[str, object]]]:
        return {
            "incidents": [_incident_row(incident) for incident in self.incidents],
            "incident": [_incident_whole(incident) for incident in self.incidents],
            "events": [
                {**_event_row(e), "incident_id": i.incident_id} for i in self.incidents for e in _spread(i)
            ],
            "requests": sorted((_request_row(*one) for one in self.exchanges), key=_at, reverse=True),
            "request": [
                self._request_whole(*one[:2])
                for one in sorted(self.exchanges, key=lambda one: -one[0].started_at)
            ],
            "latency": self._latency(),
            "traffic": self._traffic(),
            "health": [self._health()],
            "silences": [],
            "destinations": self._destinations(),
            "audit": [],
        }

    def _incidents(self) -> list[Incident]:
        now = self.now
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

    def _exchange(self, number: int, at: float) -> tuple[Exchange, tuple[Signal, ...], float | None]:
        draw = self._random.random()
        protocol, provider, model = self._random.choice(TARGETS)
        first_ms = self._random.lognormvariate(5.9, 0.45)
        total_ms = first_ms + self._random.lognormvariate(6.8, 0.5)
        attempts = [_attempt(1, (provider, model), at, first_ms, total_ms, fresh=number % 5 == 0)]
        status = 200
        if draw < 0.12:
            failed = _failed_attempt(at, (provider, model))
            caused = Selection(
                reason=SelectionReason.FALLBACK,
                detail="next target of the route",
                caused_by=K.PROVIDER_OUTAGE,
                caused_by_attempt=1,
            )
            attempts = [
                failed,
                _attempt(
                    2, ("anthropic", "claude-sonnet-4-5"), at + 0.23, first_ms, total_ms, selection=caused
                ),
            ]
        elif draw < 0.15:
            attempts, status = [_failed_attempt(at, (provider, model))], 503
        elif draw < 0.16:
            attempts = [msgspec.structs.replace(attempts[0], cancelled=True)]
            status = 499
        exchange = self._whole(f"req-{number:05d}-{int(at)}", at, protocol, model, attempts, status)
        return exchange, self._signals(status), 0.0042

    def _shown_exchange(self, event: FailureEvent) -> tuple[Exchange, tuple[Signal, ...], float | None]:
        place = (event.provider.provider, event.provider.model)
        hard = event.kind.category is FailureCategory.PROVIDER and event.kind is not K.PROVIDER_SLOW
        attempts = (
            [_failed_attempt(event.at, place)] if hard else [_attempt(1, place, event.at, 420.0, 2410.0)]
        )
        protocol = next(p for p, provider, _ in TARGETS if provider == place[0])
        signals = (
            ()
            if hard
            else (
                Signal(
                    check=event.causal_signals.check or "grounding",
                    verdict=Verdict.FAIL,
                    kind=event.kind,
                    score=event.causal_signals.score,
                    evidence=event.causal_signals.evidence,
                    took_us=412,
                ),
            )
        )
        status = 503 if hard else 200
        exchange = self._whole(event.request_id, event.at, protocol, event.provider.model, attempts, status)
        return exchange, signals, 0.0093

    def _whole(self, request_id, at, protocol, alias, attempts, status) -> Exchange:
        last = attempts[-1]
        where = self._random.randrange(len(FEATURES))
        return Exchange(
            request_id=request_id,
            started_at=at,
            ended_at=last.ended_at,
            protocol=protocol,
            alias=alias,
            streaming=self._random.random() < 0.6,
            status=status,
            attempts=tuple(attempts),
            caller=Caller(
                key_alias="backend",
                tenant=self._random.choice(TENANTS),
                user="u-118",
                feature=FEATURES[where],
                traffic_class=TrafficClass.REVENUE,
            ),
            template=TEMPLATES[where],
            counted_input_tokens=612,
            output_limit=1024,
            overhead_ms=1.3,
            first_chunk_ms=last.timings.first_byte_ms,
            plan_generation=3,
            answer=None
            if status != 200
            else Answer(
                text_chars=1830,
                finish_reason=FinishReason.STOP,
                finish_raw="stop",
                usage=last.usage,
                served_model=f"{last.target.model}-2026-08-06",
            ),
        )

    def _signals(self, status: int) -> tuple[Signal, ...]:
        if status != 200:
            return ()
        bad = self._random.random() < 0.06
        grounded = (
            Signal(
                check="grounding",
                verdict=Verdict.FAIL,
                kind=K.QUALITY_HALLUCINATION,
                score=0.33,
                evidence=HOSTILE_TEXT,
                took_us=640,
            )
            if bad
            else Signal(check="grounding", verdict=Verdict.PASS, score=0.96, took_us=580)
        )
        return (
            Signal(check="json_schema", verdict=Verdict.NOT_APPLICABLE, evidence="no schema was asked for"),
            Signal(check="token_surprise", verdict=Verdict.PASS, score=1.02, took_us=31),
            grounded,
        )

    def _request_whole(self, exchange, signals) -> dict[str, object]:
        failed = [s for s in signals if s.verdict is Verdict.FAIL]
        events = [e for i in self.incidents for e in i.samples if e.request_id == exchange.request_id]
        text = (
            {
                "prompt": "Summarise the quarterly report.",
                "context": "Revenue rose to $3.1 million.",
                "answer": f"Revenue was $4.2 million. {HOSTILE_TEXT}",
                "keep": True,
            }
            if failed
            else None
        )
        return {
            "request_id": exchange.request_id,
            "exchange": msgspec.to_builtins(exchange),
            "signals": [msgspec.to_builtins(s) for s in signals],
            "events": [_event_row(e) for e in events],
            "text": text,
        }

    def _latency(self) -> list[dict[str, object]]:
        return [
            {
                "provider": provider,
                "model": model,
                "requests": 400 - 70 * n,
                "failed": 3 * n,
                "p50_ms": 900.0,
                "p95_ms": 2400.0,
                "p99_ms": 3900.0 + n,
                "ttft_p50_ms": 320.0,
                "ttft_p95_ms": 800.0,
                "tokens_per_s": 61.5,
            }
            for n, (_, provider, model) in enumerate(TARGETS)
        ]

    def _traffic(self) -> list[dict[str, object]]:
        start = int(self.now // 15) * 15
        return [
            {
                "at": float(start - 15 * n),
                "requests": 300 + self._random.randrange(90),
                "failed": 60 if 4 < n < 18 else self._random.randrange(4),
                "flagged": self._random.randrange(5),
                "input_tokens": 182_000,
                "output_tokens": 91_000,
                "cost_usd": 1.31,
            }
            for n in range(60)
        ]

    def _destinations(self) -> list[dict[str, object]]:
        """The mail is refused, the pager takes all."""
        now = self.now
        untold = {
            "incident_id": "inc-01k9-openai",
            "sequence": 2,
            "change": "escalated",
            "tries": 4,
            "at": now - 20,
        }
        waiting = {**untold, "state": "pending", "error": "answered 503", "next_at": now + 11}
        dead = {**untold, "state": "failed", "error": "answered 400; look at its settings", "next_at": 0.0}
        return [
            {
                "destination": "mail",
                "delivered": 3,
                "pending": 1,
                "failed": 1,
                "last_delivered_at": now - 4000,
                "failing_since": now - 340,
                "next_at": now + 11,
                "error": "answered 503",
                "untold": [waiting, dead],
            },
            {
                "destination": "pagerduty",
                "delivered": 11,
                "pending": 0,
                "failed": 0,
                "last_delivered_at": now - 60,
                "failing_since": None,
                "next_at": None,
                "error": "",
                "untold": [],
            },
        ]

    def _health(self) -> dict[str, object]:
        workers = [
            {
                "type": "heartbeat",
                "host": "node-1",
                "worker": n,
                "pid": 4000 + n,
                "at": self.now - 0.4,
                "plan_generation": 1,
                "in_flight": 3,
                "requests": 9120,
                "recorded": 9120,
                "dropped": 0,
                "drop_reason": "",
                "spool_bytes": 81_234,
                "checks_skipped": 0,
            }
            for n in range(2)
        ]
        return {
            "lag_s": 0.3,
            "backlog_bytes": 0,
            "cursors": {"recorder": 120, "triage": 120},
            "workers": workers,
            "dropped": 0,
            "bad_records": 0,
            "newer_records": 0,
            "disk_full": False,
            "at": self.now,
            "targets": [_target("anthropic", "closed", self.now), _target("openai", "open", self.now)],
        }


def _target(provider, breaker, now) -> dict[str, object]:
    turned = breaker != "closed"
    return {
        "provider": provider,
        "model": "m",
        "region": "global",
        "key_alias": "default",
        "breaker": breaker,
        "since": now - 31 if turned else None,
        "cause": "provider.outage" if turned else None,
        "held": False,
        "remaining_requests": None,
        "remaining_tokens": None if turned else 4000.0,
        "exhausted_in_s": None if turned else 11.0,
    }


def _attempt(number, place, at, first_ms, total_ms, *, fresh=False, selection=PRIMARY) -> Attempt:
    provider, model = place
    set_up = {"dns_ms": 2.1, "connect_ms": 11.8, "tls_ms": 24.6} if fresh else {}
    return Attempt(
        number=number,
        target=ProviderIdentifier(provider=provider, model=model, region="eu-west-1"),
        selection=selection,
        started_at=at,
        ended_at=at + total_ms / 1000,
        status=200,
        timings=Timings(total_ms=total_ms, first_byte_ms=first_ms, transfer_ms=total_ms - first_ms, **set_up),
        response_bytes=4_811,
        usage=TokenUsage(input_tokens=618, output_tokens=311, cached_read_tokens=128),
        cost_usd=0.0042,
        served_model=f"{model}-2026-08-06",
        upstream_request_id="req_9a1",
    )


def _failed_attempt(at, place) -> Attempt:
    provider, model = place
    return Attempt(
        number=1,
        target=ProviderIdentifier(provider=provider, model=model, region="us-east-1"),
        selection=Selection(reason=SelectionReason.PRIMARY),
        started_at=at,
        ended_at=at + 0.221,
        status=503,
        failure=UpstreamFailure(
            kind=K.PROVIDER_OUTAGE,
            status=503,
            error_code="server_error",
            message="The server is currently unable to handle the request.",
            fail_over=True,
        ),
        timings=Timings(total_ms=221.0, first_byte_ms=215.0, transfer_ms=6.0),
        response_bytes=184,
    )


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


def _spread(incident: Incident) -> list[FailureEvent]:
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


def _incident_row(incident: Incident) -> dict[str, object]:
    whole = msgspec.to_builtins(incident)
    left_out = {"dimensions", "samples", "severity_path", "mitigation", "schema_version"}
    return {name: value for name, value in whole.items() if name not in left_out}


def _incident_whole(incident: Incident) -> dict[str, object]:
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


def _event_row(event: FailureEvent) -> dict[str, object]:
    whole = msgspec.to_builtins(event)
    target = whole.pop("provider")
    return {**whole, **target, "category": event.category.value}


def _request_row(exchange: Exchange, signals: tuple[Signal, ...], cost: float | None) -> dict[str, object]:
    last = exchange.attempts[-1]
    outcome = "cancelled" if last.cancelled else "ok" if exchange.status == 200 else "failed"
    failures = [attempt.failure.kind for attempt in exchange.attempts if attempt.failure]
    return {
        "request_id": exchange.request_id,
        "at": exchange.started_at,
        "protocol": exchange.protocol.value,
        "alias": exchange.alias,
        "provider": last.target.provider,
        "model": last.target.model,
        "served_model": last.served_model,
        "region": last.target.region,
        "key_alias": exchange.caller.key_alias,
        "tenant": exchange.caller.tenant,
        "user": exchange.caller.user,
        "feature": exchange.caller.feature,
        "template": exchange.template,
        "streaming": exchange.streaming,
        "status": exchange.status,
        "outcome": outcome,
        "failure_kind": failures[0] if failures else None,
        "selection": last.selection.reason.value,
        "attempts": len(exchange.attempts),
        "fallback_triggered": len(exchange.attempts) > 1,
        "rung": exchange.rung,
        "input_tokens": last.usage.input_tokens if last.usage else None,
        "output_tokens": last.usage.output_tokens if last.usage else None,
        "cost_usd": cost if last.usage else None,
        "wasted_usd": exchange.wasted_usd,
        "latency_ms": (exchange.ended_at - exchange.started_at) * 1000,
        "first_byte_ms": last.timings.first_byte_ms,
        "overhead_ms": exchange.overhead_ms,
        "finish_reason": exchange.answer.finish_reason.value
        if exchange.answer and exchange.answer.finish_reason
        else None,
        "failed_checks": [s.check for s in signals if s.verdict is Verdict.FAIL],
        "quality_score": None,
        "weight": 1.0,
    }


def _at(row: dict[str, object]) -> float:
    at = row["at"]
    assert isinstance(at, float)
    return at
