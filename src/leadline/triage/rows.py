"""What the gateway saw, laid out as rows: one for each attempt of a request, one for each piece of news."""

from collections.abc import Sequence

import msgspec

from leadline.triage.columns import CONDITION, NEWS, VERDICT
from leadline.vocabulary import (
    Attempt,
    CheckOutcome,
    Condition,
    FailureKind,
    Observation,
    Origin,
    ProviderIdentifier,
    Signal,
    TargetNews,
    TelemetryRow,
    TokenUsage,
    Verdict,
)

_NO_USAGE = TokenUsage()
NOWHERE = ProviderIdentifier(provider="none", model="")
NEWS_KINDS = {
    "breaker": FailureKind.PROVIDER_SHORT_CIRCUITED,
    "headroom": FailureKind.PROVIDER_THROTTLED,
    "certificate": FailureKind.PROVIDER_TLS,
}
"""What news of a target is told as."""


def rows_of(record: Observation | TargetNews) -> list[TelemetryRow]:
    """In order of time."""
    return [_news_row(record)] if isinstance(record, TargetNews) else _attempts(record)


def verdict_row(observation: Observation, signals: Sequence[Signal]) -> TelemetryRow:
    """What deep checks found about one request, at the time of its end: nothing but their verdicts."""
    exchange = observation.exchange
    caller = exchange.caller
    last = exchange.attempts[-1] if exchange.attempts else None
    target = last.target if last else NOWHERE
    return TelemetryRow(
        t=exchange.ended_at,
        id=exchange.request_id,
        attempt=last.number if last else 0,
        provider=target.provider,
        model=target.model,
        region=target.region,
        key_alias=target.key_alias,
        route=VERDICT,
        route_reason="deep checks",
        status=exchange.status,
        tenant=caller.tenant,
        user=caller.user,
        feature=caller.feature,
        traffic_class=caller.traffic_class,
        template=exchange.template,
        served_model=last.served_model if last else None,
        rung=exchange.rung,
        weight=observation.weight,
        checks=tuple([_outcome(signal) for signal in signals]),
    )


def condition_row(condition: Condition) -> TelemetryRow:
    """No attempt: in no rate."""
    where = condition.where
    return TelemetryRow(
        t=condition.at,
        id=f"{condition.name}-{condition.at:.3f}",
        provider=where.provider,
        model=where.model,
        region=where.region,
        key_alias=where.key_alias,
        route=CONDITION,
        route_reason=condition.check,
        status=0,
        tenant=condition.tenant,
        feature=condition.feature,
        condition=condition,
        checks=(),
    )


def _attempts(observation: Observation) -> list[TelemetryRow]:
    """In order of attempts. The checks' verdicts stand on the row of the attempt that was answered with.

    `t` is the attempt's end in Unix seconds. A call that is not a user's has its origin as its route. What
    was simulated is no evidence, so it has no rows.
    """
    exchange = observation.exchange
    if exchange.origin is Origin.SIMULATED:
        return []
    attempts = exchange.attempts
    if not attempts:
        return _stopped(observation)
    last = len(attempts) - 1
    return [
        _row(observation, attempt, _checks(observation.signals, attempt, place == last), final=place == last)
        for place, attempt in enumerate(attempts)
    ]


def _stopped(observation: Observation) -> list[TelemetryRow]:
    """A question that a guardrail kept from every model: it asked no target, so it is in no rate."""
    found = [signal for signal in observation.signals if signal.policy]
    if not any(signal.verdict is Verdict.FAIL for signal in found):
        return []
    row = verdict_row(observation, found)
    return [msgspec.structs.replace(row, route_reason="stopped before any model was asked", blocked=True)]


def _checks(signals: tuple[Signal, ...], attempt: Attempt, final: bool) -> tuple[CheckOutcome, ...]:  # noqa: FBT001 - a private word
    """A withheld answer keeps its verdicts; what names no attempt is about the last one."""
    return tuple([_outcome(s) for s in signals if (s.attempt == attempt.number or (final and not s.attempt))])


def _row(
    observation: Observation, attempt: Attempt, checks: tuple[CheckOutcome, ...], *, final: bool
) -> TelemetryRow:
    exchange = observation.exchange
    caller = exchange.caller
    usage = attempt.usage or _NO_USAGE
    selection = attempt.selection
    known = attempt.usage is not None
    return TelemetryRow(
        t=attempt.ended_at,
        id=exchange.request_id,
        attempt=attempt.number,
        provider=attempt.target.provider,
        model=attempt.target.model,
        region=attempt.target.region,
        key_alias=attempt.target.key_alias,
        route=_route(observation, attempt),
        route_reason=selection.detail or selection.reason.value,
        status=_status(attempt),
        error=(attempt.failure.error_code or None) if attempt.failure else None,
        kind=attempt.failure.kind if attempt.failure else None,
        latency_ms=attempt.timings.total_ms,
        ttfb_ms=attempt.timings.first_byte_ms,
        tokens_in=usage.input_tokens if known else None,
        tokens_out=usage.output_tokens if known else None,
        cost_usd=attempt.cost_usd,
        retrieval_score=exchange.retrieval_score if final else None,
        tenant=caller.tenant,
        user=caller.user,
        feature=caller.feature,
        traffic_class=caller.traffic_class,
        template=exchange.template,
        served_model=attempt.served_model,
        caused_by=selection.caused_by,
        counted_tokens=exchange.counted_input_tokens,
        response_bytes=attempt.response_bytes,
        client_retries=exchange.client_retry_count,
        body_digest=exchange.body_digest,
        final=final,
        cancelled=attempt.cancelled,
        rung=exchange.rung,
        weight=observation.weight,
        checks=checks,
    )


def _news_row(news: TargetNews) -> TelemetryRow:
    """No attempt: in no rate. `error` says which change it is."""
    target = news.target
    kind = NEWS_KINDS.get(news.what, FailureKind.PROVIDER_SHORT_CIRCUITED)
    change = f"{news.before}>{news.after}" if news.before else news.what
    told = CheckOutcome(news.what, failed=True, kind=kind, score=news.measured, evidence=news.evidence)
    return TelemetryRow(
        t=news.at,
        id=f"{news.what}-{target.provider}-{target.model}-{target.region}-{target.key_alias}-{news.at:.3f}-"
        f"{change}",
        provider=target.provider,
        model=target.model,
        region=target.region,
        key_alias=target.key_alias,
        route=NEWS,
        route_reason=change,
        status=0,
        error=change,
        caused_by=news.cause,
        checks=(told,),
    )


def _route(observation: Observation, attempt: Attempt) -> str:
    origin = observation.exchange.origin
    return attempt.selection.reason.value if origin is Origin.USER else origin.value


def _status(attempt: Attempt) -> int:
    """A failure's own status counts where the attempt was cut before one was noted."""
    if attempt.status or attempt.failure is None:
        return attempt.status
    return attempt.failure.status or 0


def _outcome(signal: Signal) -> CheckOutcome:
    verdicts: dict[Verdict, bool] = {Verdict.PASS: False, Verdict.FAIL: True}
    kind: FailureKind | None = signal.kind
    return CheckOutcome(
        signal.check,
        verdicts.get(signal.verdict),
        kind,
        signal.score,
        signal.evidence,
        mitigated=signal.mitigated,
        asked=signal.asked,
    )
