"""What the gateway saw, as rows; and what a row says by itself."""

import pytest
from tests.triage.streams import row

from leadline.triage.columns import outcomes, provider_kind
from leadline.triage.diagnose import Standing, diagnose
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    Attempt,
    Caller,
    Exchange,
    FailureKind,
    Observation,
    Origin,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Severity,
    Signal,
    Timings,
    TokenUsage,
    TrafficClass,
    UpstreamFailure,
    Verdict,
    WireProtocol,
)

RULES = Rules()


def attempt(number: int, provider: str, **fields: object) -> Attempt:
    usual: dict[str, object] = {
        "target": ProviderIdentifier(provider=provider, model="m", key_alias="main"),
        "selection": Selection(reason=SelectionReason.PRIMARY),
        "started_at": 100.0 + number,
        "ended_at": 101.0 + number,
        "status": 200,
    }
    return Attempt(number=number, **(usual | fields))  # type: ignore[arg-type]


def observation(*attempts: Attempt, origin: Origin = Origin.USER) -> Observation:
    caller = Caller(
        key_alias="k", tenant="acme", user="u", feature="chat", traffic_class=TrafficClass.REVENUE
    )
    exchange = Exchange(
        request_id="r1",
        started_at=101.0,
        ended_at=103.0,
        protocol=WireProtocol.OPENAI_CHAT,
        alias="fast",
        streaming=False,
        caller=caller,
        status=200,
        attempts=attempts,
        origin=origin,
        template="report",
        counted_input_tokens=120,
        retrieval_score=0.8,
    )
    signals = (
        Signal(
            check="entities", verdict=Verdict.FAIL, kind=FailureKind.QUALITY_HALLUCINATION, evidence="412"
        ),
        Signal(check="json_schema", verdict=Verdict.NOT_APPLICABLE),
    )
    return Observation(exchange=exchange, signals=signals, weight=2.0)


FAILED = attempt(
    1, "openai", status=0, failure=UpstreamFailure(kind=FailureKind.PROVIDER_TIMEOUT, error_code="first_byte")
)
SERVED = attempt(
    2,
    "anthropic",
    selection=Selection(
        reason=SelectionReason.FALLBACK, detail="primary failed", caused_by=FailureKind.PROVIDER_TIMEOUT
    ),
    timings=Timings(total_ms=900.0, first_byte_ms=300.0),
    usage=TokenUsage(input_tokens=130, output_tokens=40),
    cost_usd=0.002,
    served_model="m-2026-10",
)


def test_each_attempt_is_a_row_and_the_answering_one_carries_the_checks():
    first, last = rows_of(observation(FAILED, SERVED))

    assert (first.t, first.kind, first.error, first.final, first.checks) == (
        102.0,
        FailureKind.PROVIDER_TIMEOUT,
        "first_byte",
        False,
        (),
    )
    assert (last.t, last.route, last.route_reason, last.final) == (103.0, "fallback", "primary failed", True)
    assert (last.tokens_in, last.tokens_out, last.cost_usd, last.served_model) == (
        130,
        40,
        0.002,
        "m-2026-10",
    )
    assert (last.retrieval_score, first.retrieval_score) == (0.8, None)
    assert last.checks is not None
    assert [(check.check, check.failed) for check in last.checks] == [
        ("entities", True),
        ("json_schema", None),
    ]
    assert {found.weight for found in (first, last)} == {2.0}


def test_a_call_of_our_own_is_no_traffic():
    assert [found.route for found in rows_of(observation(SERVED, origin=Origin.PROBE))] == ["probe"]


def test_a_request_that_was_refused_before_any_attempt_has_no_row():
    assert rows_of(observation()) == []


def test_a_cancelled_attempt_is_marked_and_gives_no_event():
    (cancelled,) = rows_of(observation(attempt(1, "openai", cancelled=True, status=0)))

    assert cancelled.cancelled
    assert diagnose(cancelled, 1.0, RULES, Standing()) == []


def test_the_callers_own_error_is_not_the_providers_failure():
    failure = UpstreamFailure(kind=None, status=400, error_code="invalid_request_error")
    (refused,) = rows_of(observation(attempt(1, "openai", status=400, failure=failure)))

    assert provider_kind(refused) is None


def test_an_event_says_who_what_and_why():
    _, last = rows_of(observation(FAILED, SERVED))

    standing = Standing({"QUALITY:anthropic/m": Severity.HIGH})
    (event,) = diagnose(last, None, RULES, standing)

    assert event.kind is FailureKind.QUALITY_HALLUCINATION
    assert event.severity is Severity.HIGH
    assert event.provider.key_alias == "main"
    assert (event.tenant, event.feature, event.template) == ("acme", "chat", "report")
    causes = event.causal_signals
    assert (causes.check, causes.evidence, causes.counted_tokens) == ("entities", "412", 120)
    assert (causes.selection, causes.caused_by) == ("fallback: primary failed", "provider.timeout")


def test_a_slow_answer_says_its_limit():
    (event,) = diagnose(row(1, "r", latency_ms=4100.0), 4000.0, RULES, Standing())

    assert event.kind is FailureKind.PROVIDER_SLOW
    assert (event.causal_signals.measured, event.causal_signals.threshold) == (4100.0, 4000.0)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (200, None, None),
        (0, "connect_timeout", FailureKind.PROVIDER_CONNECTION),
        (400, None, None),
        (401, None, FailureKind.PROVIDER_AUTH),
        (402, None, FailureKind.PROVIDER_QUOTA),
        (429, "rate_limit_exceeded", FailureKind.PROVIDER_THROTTLED),
        (429, "insufficient_quota", FailureKind.PROVIDER_QUOTA),
        (500, None, FailureKind.PROVIDER_OUTAGE),
        (522, None, FailureKind.PROVIDER_OUTAGE),
        (529, None, FailureKind.PROVIDER_OVERLOADED),
    ],
)
def test_a_replay_row_without_a_kind_is_judged_by_status_and_code(status, error, kind):
    assert provider_kind(row(1, "r", status=status, error=error)) is kind


def test_a_column_that_is_null_was_not_checked():
    assert outcomes(row(1, "r"), RULES) == []


@pytest.mark.parametrize(
    ("columns", "kind"),
    [
        ({"entity_support": 0.49}, FailureKind.QUALITY_HALLUCINATION),
        ({"similarity": 0.69}, FailureKind.QUALITY_COHERENCE),
        ({"schema_valid": False}, FailureKind.QUALITY_FORMAT),
        ({"injection": True}, FailureKind.SECURITY_INJECTION),
        ({"pii_leak": True}, FailureKind.SECURITY_PII_LEAK),
        ({"tokens_in": 500, "tokens_out": 600, "predicted_tokens": 900}, FailureKind.COST_OUTPUT_BLOWUP),
        ({"tokens_in": 900, "tokens_out": 200, "predicted_tokens": 900}, FailureKind.COST_TOKEN_MISMATCH),
    ],
)
def test_a_column_beyond_its_limit_is_a_failing_verdict(columns, kind):
    assert [check.kind for check in outcomes(row(1, "r", **columns), RULES)] == [kind]


@pytest.mark.parametrize(
    "columns",
    [
        {"entity_support": 0.5},
        {"similarity": 0.7},
        {"schema_valid": True},
        {"tokens_in": 500, "tokens_out": 535, "predicted_tokens": 900},
    ],
)
def test_a_column_at_its_limit_passes(columns):
    assert not [check for check in outcomes(row(1, "r", **columns), RULES) if check.failed]
