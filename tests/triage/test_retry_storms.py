"""Retry storms: what is asked again and again is one cost incident, told by the rule itself."""

from tests.triage.streams import BASELINE, Walk, stream

from leadline.triage.desk import Tallier
from leadline.triage.diagnose import Standing
from leadline.triage.merging import merged
from leadline.triage.rules import Rules
from leadline.vocabulary import FailureKind, IncidentStatus


def storm(since, until, **columns):
    return stream(since, until, 1.0, lambda _: columns, "storm")


def walked(*rows, until=120):
    return Walk().through([row for several in rows for row in several], until)


def test_retries_of_sdks_become_one_cost_incident():
    walk = walked(storm(0, 60, client_retries=2))

    assert walk.incident.key == "COST:assistant"
    assert walk.incident.subtypes == ("retry_storm",)


def test_the_same_body_of_the_same_user_again_and_again_is_a_storm():
    walk = walked(stream(0, 60, 2.0, lambda _: {"body_digest": 7}))

    assert walk.incident.subtypes == ("retry_storm",)


def test_the_same_body_of_many_users_is_a_popular_question():
    walk = walked(stream(0, 60, 4.0, lambda n: {"body_digest": 7, "user": f"u{n % 50}"}))

    assert not walk.incidents


def test_the_same_body_of_nobody_in_particular_is_no_storm():
    assert not walked(stream(0, 60, 4.0, lambda _: {"body_digest": 7, "user": ""})).incidents


def test_different_bodies_of_one_user_are_work():
    assert not walked(stream(0, 60, 4.0, lambda n: {"body_digest": n})).incidents


def test_a_few_retries_among_much_traffic_are_no_storm():
    assert not walked(stream(0, 60, 10.0, lambda n: {"client_retries": int(n % 10 == 0)})).incidents


def test_the_rule_says_how_many_repeat():
    walk = walked(storm(0, 60, client_retries=1))

    told = next(event for event in walk.events if event.kind is FailureKind.COST_RETRY_STORM)
    assert "repeat one" in told.causal_signals.evidence


def test_a_storm_is_over_when_the_clients_stop():
    walk = walked(storm(0, 60, client_retries=1), stream(60, 600, 1.0), until=600)

    assert walk.incident.status is IncidentStatus.RESOLVED


def test_several_watches_count_the_same_storm():
    rows = storm(0, 10, client_retries=1)
    rules = Rules()

    def tally(some):
        return Tallier(rules, BASELINE).tick(1, some, Standing())[0]

    whole, halves = tally(rows), merged([tally(rows[::2]), tally(rows[1::2])])

    assert [c.repeats for c in whole.strata.values()] == [c.repeats for c in halves.strata.values()] == [10.0]
