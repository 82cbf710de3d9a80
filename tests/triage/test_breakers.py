"""What breakers do to the figures: an outage counts whole, one 429 does not, and turning shows."""

from tests.triage.streams import START, Walk, row, stream

from leadline.triage.rows import rows_of
from leadline.vocabulary import FailureKind, ProviderIdentifier, Severity, TargetNews

TARGET = ProviderIdentifier(provider="openai", model="gpt-4o")


def turn(at, before, after):
    news = TargetNews(
        host="h",
        worker=0,
        at=START + at,
        target=TARGET,
        what="breaker",
        before=before,
        after=after,
        cause=FailureKind.PROVIDER_OUTAGE,
        evidence=f"its breaker went from {before} to {after}",
    )
    return rows_of(news)


def turning(since, until, every):
    rows = []
    for at in range(since, until, every):
        rows += [*turn(at, "closed", "open"), *turn(at + 5, "open", "half_open")]
        rows += turn(at + 6, "half_open", "closed")
    return rows


def avoided(cause):
    def shape(_):
        return {"route": "short_circuited", "status": 0, "final": False, "caused_by": cause, "checks": ()}

    return shape


def test_each_turn_is_a_low_event_that_counts_nowhere():
    walk = Walk().through([*stream(0, 120, 1.0), *turn(60, "closed", "open")], until=130)

    [event] = [event for result in walk.results for event in result.events]
    assert (event.kind, event.severity) == (FailureKind.PROVIDER_SHORT_CIRCUITED, Severity.LOW)
    assert event.key == "PROVIDER:openai"
    assert event.request_id == ""
    assert "closed to open" in event.causal_signals.evidence
    assert event.causal_signals.caused_by == "provider.outage"
    assert walk.incidents == []


def test_a_breaker_that_opens_again_and_again_is_an_incident_of_its_own_kind():
    walk = Walk().through([*stream(0, 900, 1.0), *turning(100, 500, 90)], until=900)

    incident = walk.incident
    assert incident.key == "PROVIDER:openai"
    assert "oscillating" in incident.subtypes
    assert incident.kinds["provider.oscillating"] >= 1
    assert incident.severity is Severity.MEDIUM


def test_a_breaker_that_turns_now_and_then_is_none():
    walk = Walk().through([*stream(0, 1500, 1.0), *turning(100, 1400, 400)], until=1500)

    assert walk.incidents == []


def test_it_is_over_when_the_openings_are_history():
    walk = Walk().through([*stream(0, 2400, 1.0), *turning(100, 500, 90)], until=2400)

    assert walk.incident.status == "resolved"


def test_calls_steered_away_from_a_broken_target_count_as_its_outage():
    rows = [*stream(0, 300, 1.0), *stream(300, 420, 1.0, avoided(FailureKind.PROVIDER_OUTAGE), "s")]
    walk = Walk().through(rows, until=430)

    assert "hard" in walk.incident.subtypes


def test_calls_that_wait_for_a_rate_limit_or_for_a_person_are_no_outage():
    for cause in (FailureKind.PROVIDER_THROTTLED, FailureKind.PROVIDER_SHORT_CIRCUITED):
        rows = [*stream(0, 300, 1.0), *stream(300, 420, 1.0, avoided(cause), "s")]
        assert Walk().through(rows, until=430).incidents == []


def test_a_restart_forgets_no_opening():
    walk = Walk().through([*stream(0, 300, 1.0), *turning(100, 300, 90)], until=300).restarted()
    walk.through([*stream(300, 600, 1.0), *turning(310, 500, 90)], until=600)

    assert "oscillating" in walk.incident.subtypes


def test_probes_close_an_incident_whose_traffic_was_moved_away():
    """Without a single call of a user: the evidence is theirs."""
    down = stream(300, 360, 1.0, lambda _: {"status": 503}, "d")
    probes = [row(at, f"p{at}", route="probe", tenant="leadline") for at in range(375, 1200, 15)]
    walk = Walk().through([*stream(0, 300, 1.0), *down, *probes], until=1200)

    assert walk.incident.status == "resolved"
    assert Walk().through([*stream(0, 300, 1.0), *down], until=1200).incident.status == "open"
