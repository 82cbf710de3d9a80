"""A believable afternoon of traffic: exchanges that went well, fell back, failed or were left."""

import random

import msgspec
from tests.control.sample_incidents import FEATURES, HOSTILE_TEXT, TARGETS, TENANTS

from leadline.vocabulary import (
    Answer,
    Attempt,
    Caller,
    Exchange,
    FailureCategory,
    FailureEvent,
    FailureKind,
    FinishReason,
    ProviderIdentifier,
    Retrieval,
    Selection,
    SelectionReason,
    Signal,
    Timings,
    TokenUsage,
    TrafficClass,
    UpstreamFailure,
    Verdict,
)

PRIMARY = Selection(reason=SelectionReason.PRIMARY)
TEMPLATES = ["support/reply-v7", "summary/quarterly-v3", "invoice/extract-v2", "auto-9f31c2"]
Made = tuple[Exchange, tuple[Signal, ...], float | None]
"""An exchange with its signals and its cost in US dollars."""


class Traffic:
    """Draws exchanges."""

    def __init__(self, draw: random.Random) -> None:
        self._random = draw

    def exchange(self, number: int, at: float) -> Made:
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
                caused_by=FailureKind.PROVIDER_OUTAGE,
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

    def shown_by(self, event: FailureEvent) -> Made:
        place = (event.provider.provider, event.provider.model)
        hard = event.kind.category is FailureCategory.PROVIDER and event.kind is not FailureKind.PROVIDER_SLOW
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
            retrieval=Retrieval(index="kb", n=5, score=0.82, age_s=900.0),
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
                kind=FailureKind.QUALITY_HALLUCINATION,
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
            kind=FailureKind.PROVIDER_OUTAGE,
            status=503,
            error_code="server_error",
            message="The server is currently unable to handle the request.",
            fail_over=True,
        ),
        timings=Timings(total_ms=221.0, first_byte_ms=215.0, transfer_ms=6.0),
        response_bytes=184,
    )


def request_row(exchange: Exchange, signals: tuple[Signal, ...], cost: float | None) -> dict[str, object]:
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
