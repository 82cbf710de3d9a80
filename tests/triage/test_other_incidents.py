"""Quality, cost, security and data: all of them with status 200."""

from itertools import pairwise

from tests.triage.streams import BASELINE, START, Walk, outage, row, stream

from leadline.triage.baseline import Baseline
from leadline.triage.rules import Rules
from leadline.vocabulary import Change, CheckOutcome, FailureKind, IncidentStatus, Severity

WRONG = CheckOutcome("entities", failed=True, kind=FailureKind.QUALITY_HALLUCINATION, evidence="412 is new")
RIGHT = CheckOutcome("entities", failed=False)


def quality(since, until, every, per_s=1.0, **columns):
    return stream(
        since,
        until,
        per_s,
        lambda n: {"entity_support": 0.2 if n % every == 0 else 0.9, **columns},
        name="q",
    )


def test_a_tripled_failure_rate_of_a_check_opens_one_quality_incident():
    walk = Walk().through([*quality(0, 600, every=25), *quality(600, 1500, every=8)], until=1500)

    assert walk.incident.key == "QUALITY:openai/gpt-4o"
    assert walk.incident.subtypes == ("hallucination",)
    assert 600 < walk.at(Change.OPENED) < 900


def test_the_usual_failure_rate_opens_nothing():
    assert Walk().through(quality(0, 3000, every=25), until=3000).incidents == []


def test_quality_is_over_when_the_fired_check_is_well_again():
    rows = [*quality(0, 300, every=25), *quality(300, 600, every=4), *quality(600, 2400, every=25)]

    walk = Walk().through(rows, until=2400)

    assert walk.incident.status is IncidentStatus.RESOLVED


def test_quality_is_not_over_because_nobody_asks():
    rows = [*quality(0, 300, every=25), *quality(300, 600, every=4)]

    assert Walk().through(rows, until=3000).incident.status is IncidentStatus.OPEN


def test_with_few_answers_quality_clears_over_the_last_thirty():
    rows = [
        *quality(0, 300, every=25),
        *quality(300, 600, every=4),
        *quality(600, 9000, every=50, per_s=0.02),
    ]

    assert Walk().through(rows, until=9000).incident.status is IncidentStatus.RESOLVED


def test_a_regression_in_one_template_is_found_beneath_a_healthy_total():
    def shape(n):
        ill = n % 10 == 0
        wrong = n % 20 == 0 if ill else n % 27 == 0
        return {"template": "report" if ill else "chat", "checks": (WRONG if wrong else RIGHT,)}

    walk = Walk(baseline=Baseline(quality={"hallucination": 0.08})).through(
        stream(0, 600, 2.0, shape), until=600
    )

    assert walk.incident.key == "QUALITY:openai/gpt-4o"
    assert walk.incident.dimensions["template"]["report"] > 0


def test_a_check_that_did_not_look_is_in_no_denominator():
    rows = stream(0, 600, 1.0, lambda n: {"checks": (WRONG if n % 20 == 0 else CheckOutcome("entities"),)})

    assert Walk().through(rows, until=600).incident.key == "QUALITY:openai/gpt-4o"


def test_a_late_verdict_of_a_deep_check_is_joined_and_gives_no_second_event():
    answer = row(1, "r1", checks=(WRONG,))
    deep = CheckOutcome("faithfulness", failed=True, kind=FailureKind.QUALITY_HALLUCINATION)
    verdict = row(45, "r1", route="verdict", checks=(deep,))

    walk = Walk().through([answer, verdict], until=60)

    assert [event.causal_signals.check for event in walk.events] == ["entities"]


def test_one_request_may_fail_in_several_categories():
    rows = [
        row(
            1,
            "r1",
            entity_support=0.1,
            schema_valid=False,
            injection=True,
            tokens_out=4000,
            predicted_tokens=900,
        )
    ]

    assert {event.kind.value for event in Walk().through(rows, until=10).events} == {
        "quality.hallucination",
        "quality.format",
        "security.injection",
        "cost.output_blowup",
    }


def test_an_outage_and_a_cost_spike_at_once_are_two_incidents():
    dear = {"provider": "anthropic", "model": "claude", "cost_usd": 0.05, "user": "agent"}
    rows = [
        *stream(0, 600, 1.0, lambda _: {"cost_usd": 0.006}),
        *outage(600, 900, 1.0, served=True),
        *stream(600, 900, 1.0, lambda _: dear, name="d"),
    ]

    walk = Walk().through(rows, until=910)

    assert {incident.key for incident in walk.incidents} == {"PROVIDER:openai", "COST:assistant"}
    assert len({incident.correlation_id for incident in walk.incidents}) == 1
    assert all(incident.correlation_id for incident in walk.incidents)


def test_incidents_that_share_nothing_are_not_correlated():
    elsewhere = {"provider": "google", "model": "gemini", "tenant": "zeta", "user": "u9", "feature": "batch"}
    rows = [
        *stream(0, 120, 1.0, lambda _: {"status": 503}),
        *stream(0, 120, 1.0, lambda _: {"status": 500, **elsewhere}, name="e"),
    ]

    walk = Walk().through(rows, until=130)

    assert [incident.correlation_id for incident in walk.incidents] == ["", ""]


def test_a_runaway_feature_gives_one_condition_event_a_minute():
    rows = stream(0, 600, 1.0, lambda _: {"cost_usd": 0.03})

    walk = Walk().through(rows, until=600)

    assert walk.incident.key == "COST:assistant"
    rates = [event for event in walk.events if event.kind is FailureKind.COST_RATE]
    assert len(rates) == walk.incident.count
    gaps = {round(later.at - earlier.at) for earlier, later in pairwise(rates)}
    assert gaps == {60}
    assert rates[0].causal_signals.measure == "usd_per_min"
    assert rates[0].provider.provider == "openai"


def test_without_a_baseline_the_cost_rate_is_off():
    rows = stream(0, 600, 1.0, lambda _: {"cost_usd": 9.0})

    assert Walk(baseline=Baseline()).through(rows, until=600).incidents == []


def test_too_many_tokens_in_a_fifth_of_the_answers_is_a_cost_incident():
    def shape(n):
        return {"tokens_in": 500, "tokens_out": 4000 if n % 4 == 0 else 300, "predicted_tokens": 900}

    assert Walk(baseline=Baseline()).through(stream(0, 60, 1.0, shape), until=60).incident.subtypes == (
        "cost",
    )


def test_three_injections_within_a_minute_open_a_security_incident_of_their_tenant():
    rows = [row(at, f"i{at}", injection=True, tenant="mallory") for at in (5, 20, 40)]

    walk = Walk().through(rows, until=50)

    assert walk.incident.key == "SECURITY:mallory"
    assert walk.incident.severity is Severity.CRITICAL


def test_two_injections_are_events_only():
    rows = [row(at, f"i{at}", injection=True) for at in (5, 20)]

    walk = Walk().through(rows, until=120)

    assert walk.incidents == []
    assert len(walk.events) == 2


def test_one_confirmed_leak_is_critical_at_once():
    rows = [*stream(0, 300, 1.0), row(295, "leak", pii_leak=True)]

    walk = Walk().through(rows, until=310)

    assert walk.incident.severity is Severity.CRITICAL
    assert walk.changes() == [(Change.OPENED, 300, True)]


def test_what_policy_blocked_is_a_security_event_but_mitigated():
    rows = [
        *stream(0, 300, 2.0),
        *[row(200 + at, f"b{at}", injection=True, blocked=True) for at in (5, 20, 40)],
    ]

    walk = Walk().through(rows, until=300)

    assert walk.incident.severity is Severity.MEDIUM
    assert walk.incident.mitigation == "blocked or automatic"


def leak(at, **said):
    check = CheckOutcome(
        "pii", failed=True, kind=FailureKind.SECURITY_PII_LEAK, evidence="email in output", **said
    )
    return row(at, f"leak{at}", checks=(check,))


def test_a_leak_that_a_guardrail_redacted_is_none_that_was_confirmed():
    rows = [*stream(0, 300, 2.0), *[leak(at, mitigated=True) for at in (205, 220, 240)]]

    walk = Walk().through(rows, until=300)

    assert walk.incident.severity is Severity.MEDIUM
    assert walk.incident.mitigation == "blocked or automatic"


def test_what_people_type_in_themselves_has_not_leaked():
    asked = Walk().through([*stream(0, 300, 2.0), leak(205, asked=True)], until=300)
    answered = Walk().through([*stream(0, 300, 2.0), leak(205)], until=300)

    assert asked.incidents == []
    assert answered.incident.severity is Severity.CRITICAL


def test_security_is_over_after_silence():
    rows = [row(at, f"i{at}", injection=True) for at in (5, 20, 40)]

    walk = Walk().through(rows, until=1000)

    assert walk.at(Change.RESOLVED) == 40 + 300 + 300


def test_retrieval_below_its_threshold_opens_a_data_incident_after_a_warning():
    def shape(n):
        return {"retrieval_score": 0.82 - 0.03 * n / 600, "feature": "kb"}

    walk = Walk().through(stream(0, 3000, 1.0, shape), until=3000)

    warned = [event for event in walk.events if event.causal_signals.measure == "embedding_trend"]
    assert walk.incident.key == "DATA:kb"
    assert warned
    assert all(event.severity is Severity.LOW for event in warned)
    assert warned[0].at < walk.incident.opened_at


def test_a_data_incident_stays_open_when_scores_stop_coming():
    rows = stream(0, 600, 1.0, lambda _: {"retrieval_score": 0.5, "feature": "kb"})

    assert Walk().through(rows, until=3000).incident.status is IncidentStatus.OPEN


def test_changed_rules_keep_open_incidents_open():
    walk = Walk().through(
        [*stream(0, 300, 1.0), *stream(300, 400, 1.0, lambda _: {"status": 503})], until=400
    )
    walk.rules = Rules(hard_min=6)

    walk.restarted().through([], until=2000)

    assert walk.incident.status is IncidentStatus.OPEN
    assert BASELINE.sla_ms
    assert walk.incident.opened_at > START


def feedback(since, until, every, per_s=0.2, **columns):
    """What people say of answers, every `every`th time that it was bad."""

    def shape(n):
        bad = n % every == 0
        kind = FailureKind.QUALITY_REGRESSION if bad else None
        said = CheckOutcome("feedback", failed=bad, kind=kind)
        return {"route": "verdict", "checks": (said,), "template": "support", **columns}

    return stream(since, until, per_s, shape, name="f")


def test_a_template_that_people_begin_to_dislike_is_a_quality_incident():
    walk = Walk().through([*feedback(0, 1200, every=6), *feedback(1200, 2400, every=1)], until=2400)

    assert walk.incident.key == "QUALITY:openai/gpt-4o"
    assert walk.incident.subtypes == ("regression",)
    assert 1200 < walk.at(Change.OPENED) < 1800


def test_some_discontent_is_usual():
    assert Walk().through(feedback(0, 6000, every=6), until=6000).incidents == []


def test_how_much_discontent_is_usual_is_a_matter_of_configuration():
    strict = Baseline(quality={"feedback": 0.01})

    assert Walk(baseline=strict).through(feedback(0, 1200, every=6), until=1200).incident
