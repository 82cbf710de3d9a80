"""Every incidents engine keeps a tick whole, tells each change once, and answers alike."""

import pytest
from tests.storage.test_facts_contract import engines
from tests.watch.records import NOON, event, incident, update

from leadline.storage import DeepCommit, DeliveryResult, OutboxEntry, Position, TickCommit
from leadline.vocabulary import Ask, Change, IncidentStatus, Query, Severity

ENGINES = engines(["commit", "due", "mark"])


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
def engine(request):
    return request.param


@pytest.fixture
def incidents(engine, tmp_path):
    store = engine.open(tmp_path / "incidents.db")
    yield store
    store.close()


def tick(at=NOON, *, updates=(), told=(), events=(), cursor=None, destinations=("pager",)):
    return TickCommit(
        at=at,
        cursor=cursor or {},
        snapshot=b"state",
        incidents=[one.incident for one in updates],
        updates=updates,
        outbox=[OutboxEntry(destination=name, update=one) for one in told for name in destinations],
        events=events,
    )


def test_a_tick_is_kept_whole(incidents):
    opened = update()
    incidents.commit(tick(updates=[opened], told=[opened], events=[event("e1")], cursor={"a": Position(5)}))

    assert incidents.cursor("triage") == {"a": Position(5)}
    assert incidents.snapshot("triage") == b"state"
    assert [entry.update for entry in incidents.due("pager", NOON)] == [opened]
    assert [found.event_id for _, found in incidents.waiting_events(10)] == ["e1"]
    assert incidents.open_incidents() == {("provider", "high"): 1}


def test_the_same_tick_again_tells_nobody_twice(incidents):
    opened = update()
    incidents.commit(tick(updates=[opened], told=[opened]))
    (entry,) = incidents.due("pager", NOON)
    incidents.mark(entry, DeliveryResult(state="delivered", at=NOON, tries=1))

    incidents.commit(tick(updates=[opened], told=[opened]))

    assert incidents.due("pager", NOON) == []
    assert incidents.deliveries() == {("pager", "delivered"): 1}


def test_changes_of_one_incident_are_due_in_order(incidents):
    first, second = update(sequence=1), update(Change.ESCALATED, sequence=2)
    other = update(of=incident("prv-2"))
    incidents.commit(tick(updates=[first, second, other], told=[first, second, other]))

    assert [entry.update for entry in incidents.due("pager", NOON)] == [first, other]
    incidents.mark(
        incidents.due("pager", NOON)[0],
        DeliveryResult(state="failed", at=NOON, tries=1, error="answered 400"),
    )

    assert [entry.update for entry in incidents.due("pager", NOON)] == [second, other]


def test_a_retry_waits_for_its_time_and_holds_back_what_follows(incidents):
    first, second = update(sequence=1), update(Change.ESCALATED, sequence=2)
    incidents.commit(tick(updates=[first, second], told=[first, second]))
    (entry,) = incidents.due("pager", NOON)
    incidents.mark(entry, DeliveryResult(state="pending", at=NOON, tries=1, error="no", next_at=NOON + 4))

    assert incidents.due("pager", NOON + 3) == []
    (again,) = incidents.due("pager", NOON + 4)
    assert (again.update, again.tries) == (first, 1)


def test_what_was_heard_is_known_by_destination(incidents):
    opened = update()
    incidents.commit(tick(updates=[opened], told=[opened]))

    assert incidents.heard(["prv-1", "unknown"]) == {("prv-1", "pager")}


def test_incidents_are_listed_newest_first_and_filtered(incidents):
    old = incident("prv-old", Severity.MEDIUM, IncidentStatus.RESOLVED, NOON - 9000)
    incidents.commit(tick(updates=[update(of=old), update(of=incident("prv-new"))]))

    def listed(**arguments):
        told = incidents.ask(Ask(name=Query.INCIDENTS, arguments=arguments))
        return [row["incident_id"] for row in told.rows]

    assert listed() == ["prv-new", "prv-old"]
    assert listed(status="resolved") == ["prv-old"]
    assert listed(severity="high", category="provider") == ["prv-new"]
    assert listed(since=NOON - 60) == ["prv-new"]


def test_an_incident_tells_its_changes_and_how_they_were_delivered(incidents):
    opened = update()
    incidents.commit(tick(updates=[opened], told=[opened]))
    incidents.mark(
        incidents.due("pager", NOON)[0],
        DeliveryResult(state="pending", at=NOON + 1, tries=3, error="answered 503", next_at=NOON + 9),
    )

    (row,) = incidents.ask(Ask(name=Query.INCIDENT, arguments={"incident_id": "prv-1"})).rows

    assert row["incident"]["samples"][0]["event_id"] == "e1"
    assert row["updates"] == [
        {
            "change": "opened",
            "at": NOON,
            "sequence": 1,
            "severity": "high",
            "page": True,
            "by": "",
            "note": "",
            "silenced": False,
        }
    ]
    assert row["deliveries"] == [
        {
            "destination": "pager",
            "sequence": 1,
            "state": "pending",
            "tries": 3,
            "error": "answered 503",
            "at": NOON + 1,
            "next_at": NOON + 9,
        }
    ]


def test_events_wait_until_they_are_known_to_be_kept(incidents):
    incidents.commit(tick(events=[event("e1"), event("e2")]))
    numbers = [number for number, _ in incidents.waiting_events(10)]
    incidents.forget_events(numbers[0])
    incidents.commit(tick(events=[event("e3")]))

    waiting = incidents.waiting_events(10)

    assert [found.event_id for _, found in waiting] == ["e2", "e3"]
    assert len({*numbers, *(number for number, _ in waiting)}) == 3


def test_cursors_and_snapshots_are_by_name(incidents):
    incidents.commit_deep(DeepCommit(at=NOON, consumer="deep", cursor={"a": Position(3)}))
    incidents.put_snapshot("learning", NOON, b"known")

    assert incidents.cursor("deep") == {"a": Position(3)}
    assert incidents.cursor("triage") == {}
    assert incidents.snapshot("learning") == b"known"
    assert incidents.snapshot("triage") is None


def test_detection_runs_from_the_first_event_to_the_first_delivered_news(incidents):
    opened = update()
    incidents.commit(tick(updates=[opened], told=[opened]))
    [before] = incidents.ask(Ask(name=Query.INCIDENTS)).rows
    (entry,) = incidents.due("pager", NOON)
    incidents.mark(entry, DeliveryResult(state="delivered", at=NOON + 3, tries=1))
    [after] = incidents.ask(Ask(name=Query.INCIDENTS)).rows
    [whole] = incidents.ask(Ask(name=Query.INCIDENT, arguments={"incident_id": "prv-1"})).rows

    assert (before["first_alert_at"], before["mttd_s"]) == (None, 5.0)
    assert (after["first_alert_at"], after["mttd_s"]) == (NOON + 3, 8.0)
    assert (whole["first_alert_at"], whole["mttd_s"]) == (NOON + 3, 8.0)
    assert after["opened_after_s"] == whole["opened_after_s"] == 5.0


def test_only_the_first_delivery_is_the_first_alert(incidents):
    both = (update(), update(Change.ESCALATED, 2))
    incidents.commit(tick(updates=both, told=both, destinations=("pager", "desk")))

    def tell(destination, state):
        (entry,) = incidents.due(destination, NOON)
        return incidents.mark(entry, DeliveryResult(state=state, at=NOON + 3, tries=1))

    assert [tell("pager", "failed"), tell("pager", "delivered")] == [False, True]
    assert [tell("desk", "delivered"), tell("desk", "delivered")] == [False, False]


def test_each_destination_has_its_health(incidents):
    first, second = update(sequence=1), update(Change.ESCALATED, sequence=2)
    incidents.commit(tick(updates=[first, second], told=[first, second]))

    def health():
        (row,) = incidents.ask(Ask(name=Query.DESTINATIONS)).rows
        return row

    waiting = health()
    (entry,) = incidents.due("pager", NOON)
    incidents.mark(entry, DeliveryResult(state="delivered", at=NOON + 3, tries=1))
    (entry,) = incidents.due("pager", NOON)
    refused = DeliveryResult(state="pending", at=NOON + 5, tries=1, error="answered 503", next_at=NOON + 7)
    incidents.mark(entry, refused)
    failing = health()
    incidents.mark(entry, DeliveryResult(state="failed", at=NOON + 9, tries=2, error="answered 400"))
    dead = health()

    assert (waiting["pending"], waiting["failing_since"], waiting["last_delivered_at"]) == (2, None, None)
    assert (failing["delivered"], failing["last_delivered_at"]) == (1, NOON + 3)
    assert (failing["failing_since"], failing["error"], failing["next_at"]) == (
        second.at,
        "answered 503",
        NOON + 7,
    )
    assert (dead["pending"], dead["failed"], dead["failing_since"]) == (0, 1, second.at)
    assert [(one["incident_id"], one["change"], one["state"]) for one in dead["untold"]] == [
        ("prv-1", "escalated", "failed")
    ]


def test_what_must_wait_does_not_stand_before_what_is_due(incidents):
    """A thousand incidents that a place refuses for now, and one that it has not heard of."""
    many = [update(of=incident(f"prv-{n}")) for n in range(1001)]
    incidents.commit(tick(updates=many, told=many))
    waiting = DeliveryResult(state="pending", at=NOON, tries=1, error="answered 503", next_at=NOON + 300)
    for entry in incidents.due("pager", NOON):
        incidents.mark(entry, waiting)

    (due,) = incidents.due("pager", NOON)
    assert due.incident_id == "prv-1000"
