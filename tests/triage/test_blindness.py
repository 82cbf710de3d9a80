"""What Leadline cannot see is an incident of its own, by the same rules as any other."""

import msgspec
import pytest
from tests.triage.streams import START, row

from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.rules import Rules
from leadline.vocabulary import Change, FailureKind, Reported, Severity, Sight, WorkerSight

RULES = Rules()
WELL = Sight(workers=(WorkerSight(name="h/0", life="h/0/1", requests=100, recorded=100),))


def worker(**counts):
    return WorkerSight(name="h/0", life="h/0/1", **({"requests": 100, "recorded": 100} | counts))


class Looked:
    """A desk under steady traffic that is shown one sight after the other."""

    def __init__(self) -> None:
        self.desk = Desk(RULES, Baseline())
        self.results: list = []
        self.tick = 0

    def at(self, sight, ticks=1):
        for _ in range(ticks):
            self.tick += 1
            at = self.tick * RULES.tick_s
            self.results.append(self.desk.tick(START + at, [row(at - 1, f"r{self.tick}")], sight))
        return self

    @property
    def updates(self):
        return [update for result in self.results for update in result.updates]

    @property
    def changes(self):
        return [update.change for update in self.updates]


BLIND = {
    "watch_lag": Sight(lag_s=6.0),
    "worker_silent": Sight(workers=(worker(silent_s=6.0),)),
    "copies_dropped": Sight(workers=(worker(dropped=1, drop_reason="the spool is full"),)),
    "checks_skipped": Sight(workers=(worker(requests=150, recorded=150, checks_skipped=20),)),
    "disk_full": Sight(disk_full=("facts",)),
    "untold": Sight(untold={"pager": 60.0}),
    "watch_down": Sight(reported=Reported(incident_id="dat-x", opened_at=START, reason="it died")),
}


@pytest.mark.parametrize("cause", BLIND)
def test_each_blind_spot_opens_one_incident_at_the_next_tick_and_resolves_when_well(cause):
    looked = Looked().at(WELL, 3).at(BLIND[cause], 3)
    after = msgspec.structs.replace(
        WELL, workers=tuple(msgspec.structs.replace(w, silent_s=0) for w in BLIND[cause].workers)
    )

    looked.at(after, 60)

    opened, resolved = looked.updates
    assert (opened.change, resolved.change) == (Change.OPENED, Change.RESOLVED)
    assert opened.at == START + 40
    assert opened.incident.key == "DATA:leadline"
    assert opened.incident.subtypes == (cause,)
    assert opened.runbook.endswith("data.blind_spot.md")
    events = [event for result in looked.results for event in result.events]
    assert {event.kind for event in events} == {FailureKind.DATA_BLIND_SPOT}
    assert events[0].provider.provider == "leadline"
    assert cause == "watch_lag" or events[0].causal_signals.evidence


def test_a_well_watch_says_nothing():
    assert Looked().at(WELL, 30).updates == []


def test_one_slip_of_a_check_is_no_blind_spot():
    slipped = Sight(workers=(worker(requests=200, recorded=200, checks_skipped=19),))

    assert Looked().at(WELL).at(slipped, 5).updates == []


def test_what_was_dropped_before_the_first_look_is_no_news():
    assert Looked().at(BLIND["copies_dropped"], 5).updates == []


def test_it_is_told_when_failures_are_among_the_lost():
    lost = Sight(workers=(worker(dropped=9, dropped_failures=2, drop_reason="the spool is full"),))
    [update] = Looked().at(WELL).at(lost).updates

    assert "9 records were lost, failures among them: the spool is full" in str(update.incident)


def test_a_worker_that_restarts_counts_from_zero():
    fresh = WorkerSight(name="h/0", life="h/0/2", requests=1, recorded=1, dropped=2, drop_reason="full")

    assert Looked().at(WELL).at(Sight(workers=(fresh,))).changes == [Change.OPENED]


def test_the_loss_of_all_sight_wakes_somebody_and_a_small_lag_does_not():
    severities = {
        name: Looked().at(WELL).at(sight).updates[0].incident.severity
        for name, sight in {**BLIND, "late": Sight(lag_s=30.0)}.items()
    }

    assert severities["watch_down"] is severities["worker_silent"] is severities["late"] is Severity.HIGH
    assert severities["watch_lag"] is severities["disk_full"] is severities["untold"] is Severity.MEDIUM


def test_what_the_supervisor_told_goes_on_under_its_own_id():
    looked = Looked().at(WELL, 3).at(BLIND["watch_down"], 2).at(WELL, 60)

    assert {update.incident.incident_id for update in looked.updates} == {"dat-x"}
    assert looked.updates[0].incident.opened_at == START


def test_the_state_of_sight_survives_a_restart():
    one, other = Looked().at(WELL, 3), Looked().at(WELL, 3)
    other.desk = Desk.restore(other.desk.snapshot(), RULES, Baseline())

    one.at(BLIND["copies_dropped"], 2)
    other.at(BLIND["copies_dropped"], 2)

    assert msgspec.json.encode(one.updates) == msgspec.json.encode(other.updates)


def test_hearts_do_not_beat_faster_in_a_demo():
    fast = Rules().scaled(0.1)

    assert (fast.blind_silence_seconds, fast.blind_lag_seconds) == (5.0, 5.0)
    assert fast.blind_window_s == pytest.approx(6.0)
