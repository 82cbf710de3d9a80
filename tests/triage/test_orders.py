"""What people decide about an incident: acknowledge, resolve, silence; and what the rules make of it."""

import pytest
from tests.triage.streams import START, Walk, outage, stream

from leadline.triage.orders import OrderRefused
from leadline.vocabulary import Change, Command, FailureCategory, Order, Severity, Silence

KEY = "PROVIDER:openai"
FAILING = outage(60, 4000, 2, served=True)


def ill(until):
    return [row for row in FAILING if row.t <= START + until]


def began(until=300.0, **more):
    """An outage under way: one open incident, paged."""
    walk = Walk(**more).through([*stream(0, 60, 2), *ill(until)], until)
    assert walk.incident.severity is Severity.HIGH
    return walk


def on(walk, until):
    """The failure goes on."""
    since = walk._at
    return walk.through([row for row in FAILING if START + since < row.t <= START + until], until)


def give(walk, command, **more):
    order = Order(command=command, by="ann", at=START + walk._at + 3, incident_id=incident_of(walk), **more)
    result = walk.desk.obey(order)
    walk.results.append(result)
    return result


def incident_of(walk):
    return walk.updates[0].incident.incident_id


def silence(walk, for_s=600.0, **fits):
    at = START + walk._at
    one = Silence(silence_id="sil-1", until=at + for_s, by="ann", at=at, **fits)
    walk.desk.obey(Order(command=Command.SILENCE, by="ann", at=at, silence=one))


def test_after_a_restart_a_decision_is_told_with_the_same_state_of_the_system():
    steady, mortal = began(), began()
    mortal.restarted()

    [before], [after] = (give(walk, Command.RESOLVE).updates for walk in (steady, mortal))

    assert after == before
    assert KEY in after.state.keys


def test_an_acknowledgement_is_a_change_with_a_name_and_comes_once():
    walk = began()

    [update] = give(walk, Command.ACKNOWLEDGE, reason="on it").updates
    again = give(walk, Command.ACKNOWLEDGE)

    assert (update.change, update.by, update.note, update.page) == (
        Change.ACKNOWLEDGED,
        "ann",
        "on it",
        False,
    )
    assert update.incident.acknowledged_by == "ann"
    assert again.updates == ()


def test_whoever_acknowledged_is_not_reminded():
    told = {}
    for acknowledged in (False, True):
        walk = began()
        if acknowledged:
            give(walk, Command.ACKNOWLEDGE)
        rows = outage(300, 15_500, 0.1, served=True, name="x")
        told[acknowledged] = walk.through(rows, 15_600).changes()

    assert Change.REPEATED in [change for change, _, _ in told[False]]
    assert Change.REPEATED not in [change for change, _, _ in told[True]]


def test_resolved_by_hand_stays_resolved_for_a_while_although_it_goes_on():
    walk = began()
    [update] = give(walk, Command.RESOLVE).updates
    assert (update.change, update.incident.resolved_by) == (Change.RESOLVED, "ann")
    on(walk, 1100)
    assert walk.updates[-1] is update

    on(walk, 1300)

    again = walk.updates[-1]
    assert (again.change, again.page) == (Change.REOPENED, True)
    assert again.at - START == pytest.approx(1200, abs=10)
    assert again.incident.incident_id == incident_of(walk)
    assert again.incident.resolved_by == ""


def test_once_it_was_calm_the_ordinary_rules_reopen_it():
    walk = began()
    give(walk, Command.RESOLVE)
    walk.through(stream(300, 700, 2, name="calm"), 700)
    walk.through(outage(700, 800, 2, served=True, name="again"), 810)

    assert walk.updates[-1].change is Change.REOPENED
    assert walk.updates[-1].page is False


def test_a_silenced_failure_is_recorded_and_wakes_nobody():
    walk = Walk().through(stream(0, 60, 2), 60)
    silence(walk, key=KEY)
    on(walk, 400)

    assert walk.changes()[0][0] is Change.OPENED
    assert {(update.page, update.silenced) for update in walk.updates} == {(False, True)}
    assert walk.incident.pages == 0
    assert walk.events


def test_when_the_silence_ends_and_the_failure_does_not_somebody_is_woken():
    walk = Walk().through(stream(0, 60, 2), 60)
    silence(walk, for_s=300, key=KEY)
    on(walk, 500)

    told = walk.updates[-1]
    assert (told.change, told.page, told.silenced) == (Change.REPEATED, True, False)
    assert told.at - START == 360


@pytest.mark.parametrize(
    ("fits", "silenced"),
    [
        ({"key": KEY}, True),
        ({"key": "PROVIDER:anthropic"}, False),
        ({"category": FailureCategory.PROVIDER}, True),
        ({"category": FailureCategory.COST}, False),
        ({"feature": "assistant"}, True),
        ({"feature": "search"}, False),
        ({"key": KEY, "feature": "search"}, False),
    ],
)
def test_a_silence_fits_when_all_of_it_does(fits, silenced):
    walk = Walk().through(stream(0, 60, 2), 60)
    silence(walk, for_s=3600, **fits)
    on(walk, 300)

    assert walk.updates[0].silenced is silenced


def test_a_silence_can_be_taken_back():
    walk = Walk().through(stream(0, 60, 2), 60)
    silence(walk, for_s=3600, key=KEY)
    on(walk, 200)
    walk.desk.obey(Order(command=Command.UNSILENCE, by="bob", at=START + 200, silence_id="sil-1"))
    on(walk, 220)

    assert walk.desk.silences == ()
    assert walk.updates[-1].page is True


def test_orders_survive_a_restart():
    walk = began()
    give(walk, Command.ACKNOWLEDGE)
    silence(walk, for_s=3600, category=FailureCategory.COST)
    walk.restarted()

    assert len(walk.desk.silences) == 1
    assert give(walk, Command.ACKNOWLEDGE).updates == ()


@pytest.mark.parametrize("command", [Command.ACKNOWLEDGE, Command.RESOLVE, Command.UNSILENCE])
def test_what_is_not_there_is_refused_in_a_sentence(command):
    order = Order(command=command, by="ann", at=START, incident_id="prv-x", silence_id="sil-x")

    with pytest.raises(OrderRefused, match="there is no"):
        Walk().desk.obey(order)


def test_a_silence_of_everything_is_refused():
    walk = Walk()
    with pytest.raises(OrderRefused, match="a key, a category or a feature"):
        silence(walk)
