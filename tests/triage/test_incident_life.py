"""From opening to the last reminder: what people hear, and how often."""

import msgspec
from tests.triage.streams import START, Walk, outage, row, stream

from leadline.triage.rules import Rules
from leadline.vocabulary import Change, FailureKind, Severity


def mild(since, until):
    """Eight per cent hard failures in standard traffic, half of them served: MEDIUM."""

    def shape(n):
        usual = {"traffic_class": "standard"}
        return {**usual, "status": 503} if n % 12 == 0 else usual

    return stream(since, until, 1.0, shape)


def test_a_medium_that_lasts_fifteen_minutes_becomes_high_and_pages_once():
    walk = Walk().through(mild(0, 2400), until=2400)

    assert [step.severity for step in walk.incident.severity_path] == [Severity.MEDIUM, Severity.HIGH]
    first, second = walk.incident.severity_path
    assert (second.at - first.at, second.cause) == (900, "escalation")
    assert [change for change, _, page in walk.changes() if page] == [Change.ESCALATED]


def test_a_medium_that_ends_sooner_pages_nobody():
    walk = Walk().through([*mild(0, 700), *stream(700, 1600, 1.0)], until=1600)

    assert walk.incident.pages == 0
    assert Change.RESOLVED in [change for change, _, _ in walk.changes()]


def test_each_rise_pages_again():
    rows = [*stream(0, 600, 1.0), *outage(600, 900, 1.0, served=True), *outage(900, 1500, 1.0, served=False)]

    walk = Walk().through(rows, until=1510)

    of_openai = [(change, page) for change, _, page in walk.changes("PROVIDER:openai")]
    path = [i.severity_path for i in walk.incidents if i.key == "PROVIDER:openai"]
    assert [step.severity for step in path[0]][-2:] == [Severity.HIGH, Severity.CRITICAL]
    assert of_openai.count((Change.ESCALATED, True)) >= 1


def test_a_page_is_repeated_every_four_hours_while_open():
    rows = [*stream(0, 600, 1.0), *stream(600, 700, 1.0, lambda _: {"status": 503})]

    walk = Walk().through(rows, until=700 + 9 * 3600)

    repeats = [at for change, at, page in walk.changes() if change is Change.REPEATED and page]
    assert len(repeats) == 2
    assert repeats[1] - repeats[0] == 4 * 3600


def test_an_incident_open_after_fifteen_minutes_is_told_to_the_tracker_once():
    rows = [*stream(0, 600, 1.0), *stream(600, 3600, 1.0, lambda _: {"status": 503})]

    walk = Walk().through(rows, until=3600)

    outlived = [at for change, at, _ in walk.changes() if change is Change.OUTLIVED]
    assert outlived == [walk.at(Change.OPENED) + 900]


def test_changes_of_one_incident_are_numbered_from_one_without_a_gap():
    rows = [*stream(0, 600, 1.0), *outage(600, 1800, 1.0, served=True), *stream(1800, 3000, 1.0)]

    walk = Walk().through(rows, until=3000)

    assert [update.sequence for update in walk.updates] == list(range(1, len(walk.updates) + 1))


def test_a_page_carries_identity_causes_state_runbook_and_three_questions():
    walk = Walk().through([*stream(0, 600, 1.0), *outage(600, 700, 1.0, served=True)], until=710)

    page = next(update for update in walk.updates if update.page)
    assert page.runbook == "docs/runbooks/provider.outage.md"
    assert len(page.questions) == 3
    assert page.state.keys["PROVIDER:openai"].crossed
    sample = page.incident.samples[0]
    assert sample.provider.model == "gpt-4o"
    assert sample.causal_signals.http_status == 503


def test_events_carry_the_severity_of_the_tick_before_and_are_low_until_crossed():
    walk = Walk().through([*stream(0, 600, 1.0), *outage(600, 800, 1.0, served=True)], until=810)

    opened = walk.at(Change.OPENED) + START
    hard = [event for event in walk.events if event.kind is FailureKind.PROVIDER_OUTAGE]
    assert {event.severity for event in hard if event.at <= opened} == {Severity.LOW}
    assert Severity.LOW not in {event.severity for event in hard if event.at > opened + 10}


def test_a_row_that_comes_late_enters_the_next_tick_and_keeps_its_own_time():
    walk = Walk().through(stream(0, 100, 1.0), until=100)

    late = row(42, "late", status=503)
    result = walk.desk.tick(START + 110, [late])

    (event,) = result.events
    assert event.at == START + 42


def test_late_failures_still_open_an_incident():
    walk = Walk().through(stream(0, 600, 0.2), until=600)

    late = [row(560 + n, f"late{n}", status=503) for n in range(20)]
    result = walk.desk.tick(START + 610, late)

    assert [update.change for update in result.updates] == [Change.OPENED]
    assert result.updates[0].incident.first_event_at == START + 560


def test_a_row_from_the_future_waits_for_its_tick():
    walk = Walk().through([], until=10)

    assert walk.desk.tick(START + 20, [row(25, "early", status=503)]).events == ()
    assert len(walk.desk.tick(START + 30, []).events) == 1


def test_a_desk_that_was_not_asked_for_a_while_catches_up_tick_by_tick():
    rows = [*stream(0, 600, 1.0), *outage(600, 1200, 1.0, served=True)]
    steady = Walk().through(rows, until=1500)

    lazy = Walk()
    lazy.desk.tick(START + 10, [r for r in rows if r.t <= START + 10])
    caught_up = lazy.desk.tick(START + 1500, [r for r in rows if r.t > START + 10])

    assert [u.at for u in caught_up.updates] == [u.at for u in steady.updates]
    assert caught_up.incidents[0] == steady.incident


def test_on_a_clock_ten_times_as_fast_the_same_happens_in_a_tenth_of_the_time():
    def fast(rows):
        return [msgspec.structs.replace(r, t=START + (r.t - START) / 10) for r in rows]

    rows = [*stream(0, 600, 1.0), *outage(600, 1800, 1.0, served=True), *stream(1800, 3000, 1.0)]
    slow = Walk().through(rows, until=3000)
    quick = Walk(Rules().scaled(0.1)).through(fast(rows), until=300)

    assert [(c, p) for c, _, p in quick.changes()] == [(c, p) for c, _, p in slow.changes()]
    for (_, at_quick, _), (_, at_slow, _) in zip(quick.changes(), slow.changes(), strict=True):
        assert abs(at_quick - at_slow / 10) < 1e-6
