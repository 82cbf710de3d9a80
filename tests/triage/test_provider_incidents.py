"""A provider that fails: opened, graded, counted once, and closed only on evidence."""

import pytest
from tests.triage.streams import START, Walk, outage, row, stream

from leadline.triage.rules import Rules
from leadline.vocabulary import Change, FailureKind, IncidentStatus, Severity


def well(since, until, per_s=1.0, **columns):
    return stream(since, until, per_s, lambda _: columns)


def failing(since, until, per_s=1.0, **columns):
    return stream(since, until, per_s, lambda _: {"status": 503, **columns}, name="f")


def test_an_outage_with_working_failover_is_high_and_never_critical():
    walk = Walk().through([*well(0, 600), *outage(600, 1500, 1.0, served=True)], until=1510)

    incident = walk.incident
    assert incident.key == "PROVIDER:openai"
    assert incident.severity is Severity.HIGH
    assert incident.opened_at - START <= 630
    assert incident.pages == 1
    assert incident.mitigation == "100% of the failed requests were served in the end"


def test_an_outage_without_a_working_fallback_is_critical():
    walk = Walk().through([*well(0, 600), *outage(600, 1200, 1.0, served=False)], until=1210)

    assert {i.key: i.severity for i in walk.incidents} == {
        "PROVIDER:openai": Severity.CRITICAL,
        "PROVIDER:anthropic": Severity.CRITICAL,
    }


def test_an_outage_of_experimental_traffic_is_at_most_medium():
    rows = [*well(0, 600), *failing(600, 1200, traffic_class="experimental")]

    assert Walk().through(rows, until=1210).incident.severity_path[-1].severity is Severity.MEDIUM


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_hundred_thousand_failures_are_one_incident_and_one_page():
    rows = [*well(0, 600), *failing(600, 1100, per_s=200.0)]

    walk = Walk().through(rows, until=1200)

    assert walk.incident.count == 100_000
    assert [change for change, _, page in walk.changes() if page] == [Change.OPENED]
    assert len(walk.incident.samples) == 10


def test_the_count_is_by_model_region_and_key_inside_one_incident():
    def shape(n):
        return {"status": 503, "model": f"gpt-{n % 3}", "region": ("us", "eu")[n % 2], "key_alias": "main"}

    incident = Walk().through(stream(0, 60, 2.0, shape), until=120).incident

    assert incident.count == 120
    assert incident.dimensions["model"] == {"gpt-0": 40, "gpt-1": 40, "gpt-2": 40}
    assert incident.dimensions["region"] == {"us": 60, "eu": 60}


def test_events_of_the_five_minutes_before_the_opening_are_attached():
    rows = [*well(0, 600), *failing(350, 353), *failing(600, 640)]

    walk = Walk().through(rows, until=660)

    assert walk.incident.count == 43
    assert walk.incident.first_event_at == START + 350.5


def test_a_failure_rate_between_clear_and_breach_keeps_the_incident_open():
    """18 % is below the 20 % that open it and above the 16 % that let it close."""
    rules = Rules(error_rate_ratio=0.9, error_rate_clear_ratio=0.89, target_ratio=0.9)

    def eighteen_percent(n):
        return {"status": 503} if n % 50 in (0, 6, 11, 17, 22, 28, 33, 39, 44) else {}

    rows = [*well(0, 300), *failing(300, 360), *stream(360, 2000, 1.0, eighteen_percent)]

    incident = Walk(rules).through(rows, until=2000).incident

    assert incident.status is IncidentStatus.OPEN


def test_a_failure_rate_below_the_clear_limit_lets_it_close():
    rules = Rules(error_rate_ratio=0.9, error_rate_clear_ratio=0.89)
    rows = [
        *well(0, 300),
        *failing(300, 360),
        *stream(360, 2000, 1.0, lambda n: {"status": 503} if n % 7 == 0 else {}),
    ]

    assert Walk(rules).through(rows, until=2000).incident.status is IncidentStatus.RESOLVED


def test_a_recovery_resolves_after_the_windows_forgot_and_five_calm_minutes():
    rows = [*well(0, 600), *failing(600, 900), *well(900, 2000)]

    walk = Walk().through(rows, until=2000)

    assert 1200 <= walk.at(Change.RESOLVED) <= 1600
    assert walk.incident.resolved_at is not None


def test_silence_is_not_recovery():
    walk = Walk().through([*well(0, 600), *failing(600, 900)], until=6000)

    assert walk.incident.status is IncidentStatus.OPEN


def test_probes_are_evidence_enough_to_resolve_but_no_traffic():
    probes = stream(900, 2000, 1 / 15, lambda _: {"route": "probe"})

    walk = Walk().through([*well(0, 600), *failing(600, 900), *probes], until=2000)

    assert walk.incident.status is IncidentStatus.RESOLVED


def test_a_failing_probe_reaches_no_user():
    rows = stream(0, 600, 0.1, lambda _: {"route": "probe", "status": 503})

    walk = Walk().through(rows, until=600)

    state = walk.results[-1].state.keys["PROVIDER:openai"]
    assert state.crossed
    assert state.affected_share == 0.0


def test_a_breach_within_fifteen_minutes_reopens_without_a_new_page():
    rows = [*well(0, 600), *failing(600, 900), *well(900, 1800), *failing(1800, 1900), *well(1900, 2000)]

    walk = Walk().through(rows, until=2000)

    assert walk.incident.reopens == 1
    reopened = next(entry for entry in walk.changes() if entry[0] is Change.REOPENED)
    assert reopened[2] is False
    assert walk.incident.status is IncidentStatus.OPEN


def test_a_breach_an_hour_later_is_a_new_incident():
    rows = [*well(0, 600), *failing(600, 900), *well(900, 5000), *failing(5000, 5100)]

    walk = Walk().through(rows, until=5110)

    assert [incident.reopens for incident in walk.incidents] == [0, 0]
    assert len({incident.incident_id for incident in walk.incidents}) == 2


def test_a_working_breaker_does_not_hide_the_outage():
    def steered_away(n):
        if n % 20 == 0:
            return {"status": 503, "final": False}
        avoided = {"route": "short_circuited", "status": 0, "caused_by": FailureKind.PROVIDER_OUTAGE}
        return {**avoided, "final": False}

    rows = [*well(0, 600), *stream(600, 1200, 1.0, steered_away, name="s")]

    walk = Walk().through(rows, until=1210)

    assert walk.incident.kinds == {"provider.outage": 30, "provider.short_circuited": 570}
    assert walk.incident.severity is Severity.HIGH


def test_three_failures_over_two_minutes_are_enough_when_there_is_hardly_any_traffic():
    rows = [*well(0, 300, per_s=0.01), *[row(at, f"x{at}", status=503) for at in (400, 470, 540)]]

    walk = Walk().through(rows, until=560)

    assert walk.incident.subtypes == ("sparse_hard",)
    assert walk.at(Change.OPENED) == 540


def test_a_success_between_them_breaks_the_row_of_three():
    rows = [row(at, f"x{at}", status=status) for at, status in ((0, 503), (70, 503), (100, 200), (150, 503))]

    assert Walk().through(rows, until=200).incidents == []


def test_one_dead_key_with_two_percent_of_the_traffic_is_found():
    def shape(n):
        return {"key_alias": "old", "status": 401} if n % 50 == 0 else {"key_alias": "main"}

    walk = Walk().through(stream(0, 600, 2.0, shape), until=600)

    assert walk.incident.subtypes == ("auth",)
    assert set(walk.incident.dimensions["key_alias"]) == {"old"}


def test_one_sick_region_is_told_as_such():
    def shape(n):
        return {"region": "us", "status": 503} if n % 40 == 0 else {"region": "eu"}

    walk = Walk().through(stream(0, 600, 2.0, shape), until=600)

    assert walk.incident.subtypes == ("regional",)
    assert walk.incident.kinds["provider.regional"] >= 1


def test_throttling_opens_a_throttle_incident():
    rows = stream(0, 300, 1.0, lambda n: {"status": 429} if n % 8 == 0 else {})

    assert Walk().through(rows, until=300).incident.subtypes == ("throttle",)


def test_spent_quota_is_no_rate_limit():
    rows = stream(0, 60, 1.0, lambda _: {"status": 429, "error": "insufficient_quota"})

    walk = Walk().through(rows, until=60)

    assert "hard" in walk.incident.subtypes
    assert set(walk.incident.kinds) == {"provider.quota"}


def test_cut_streams_open_an_incident_although_every_status_is_200():
    rows = stream(0, 300, 1.0, lambda n: {"kind": FailureKind.PROVIDER_TRUNCATED} if n % 5 == 0 else {})

    assert Walk().through(rows, until=300).incident.subtypes == ("broken",)


def test_attempts_that_the_client_cancelled_are_in_no_denominator():
    rows = [
        *stream(0, 300, 1.0, lambda _: {"cancelled": True, "status": 0}, name="c"),
        *stream(0, 300, 0.1, lambda n: {"status": 503} if n % 3 == 0 else {}),
    ]

    walk = Walk().through(rows, until=300)

    assert walk.incident.count == 10
    assert walk.incident.subtypes == ("error_rate",)


def test_weights_of_thinned_successes_count_in_the_ratio():
    """Ten failures among ninety rows that stand for 360: 2.7 %, not 10 %."""
    rows = stream(0, 100, 1.0, lambda n: {"status": 503} if n % 10 == 0 else {"weight": 4.0})

    assert Walk().through(rows, until=100).incidents == []


def test_a_slow_model_is_medium_then_high_by_escalation_without_any_error_code():
    slow = stream(300, 2000, 1.0, lambda n: {"latency_ms": 5000.0 if n % 20 == 0 else 900.0})

    walk = Walk().through([*well(0, 300), *slow], until=2000)

    path = [(step.severity, step.cause) for step in walk.incident.severity_path]
    assert path == [(Severity.MEDIUM, "classifier"), (Severity.HIGH, "escalation")]
    opened, escalated = (step.at for step in walk.incident.severity_path)
    assert escalated - opened == 900
    assert walk.incident.pages == 1


def test_a_rising_p99_warns_before_it_crosses():
    rows = stream(0, 600, 1.0, lambda n: {"latency_ms": 1500.0 + 4.0 * n})

    walk = Walk().through(rows, until=600)

    warnings = [event for event in walk.events if event.causal_signals.measure == "latency_trend"]
    assert [event.severity for event in warnings] == [Severity.LOW]
    assert walk.incidents == []


def test_too_few_answers_say_nothing_about_latency():
    rows = stream(0, 300, 0.15, lambda _: {"latency_ms": 9000.0})

    assert Walk().through(rows, until=300).incidents == []


def both_on_transport(since, until):
    return [
        *stream(since, until, 1.0, lambda _: {"status": 0}, name="a"),
        *stream(
            since, until, 0.5, lambda _: {"status": 0, "provider": "anthropic", "model": "claude"}, name="b"
        ),
    ]


def both_well(since, until):
    return [
        *stream(since, until, 1.0),
        *stream(since, until, 0.5, lambda _: {"provider": "anthropic", "model": "claude"}, name="w"),
    ]


def test_all_providers_down_on_transport_are_one_incident_of_our_own_side():
    rows = [*both_well(0, 600), *both_on_transport(600, 1200), *both_well(1200, 2400)]

    walk = Walk().through(rows, until=2400)

    assert walk.incident.key == "PROVIDER:*"
    assert walk.incident.severity is Severity.CRITICAL
    assert walk.incident.kinds["provider.connection"] == 900
    assert walk.incident.status is IncidentStatus.RESOLVED


def test_a_provider_that_stays_down_after_the_others_came_back_is_ill_by_itself():
    rows = [
        *both_well(0, 600),
        *both_on_transport(600, 900),
        *stream(900, 1500, 1.0, lambda _: {"status": 0}, name="a"),
        *stream(900, 1500, 0.5, lambda _: {"provider": "anthropic", "model": "claude"}, name="w"),
    ]

    assert {i.key for i in Walk().through(rows, until=1500).incidents} == {"PROVIDER:*", "PROVIDER:openai"}
