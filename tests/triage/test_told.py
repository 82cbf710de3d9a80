"""What deep checks find over windows opens and ends incidents like any other rule."""

from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.merging import later
from leadline.triage.rows import condition_row
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    Condition,
    DeepCheckSight,
    FailureKind,
    IncidentStatus,
    LostSight,
    ProviderIdentifier,
    Severity,
    Sight,
    WorkerSight,
)

WHERE = ProviderIdentifier(provider="openai", model="gpt-4o")


def drifted(at, *, breached=True, clear=False, kind=FailureKind.DATA_EMBEDDING_DRIFT, **more):
    return Condition(
        check="drift",
        subject="inputs/search",
        kind=kind,
        breached=breached,
        clear=clear,
        measure="distance",
        measured=0.4,
        threshold=0.2,
        where=WHERE,
        at=at,
        feature="search",
        **more,
    )


def run(told, until, desk=None):
    """Tick every 10 s up to `until`; gives the desk and all updates. `told` are conditions by their time."""
    desk = desk or Desk(Rules(), Baseline())
    desk.tick(0, [])
    updates, events = [], []
    at = 10.0
    while at <= until:
        rows = [condition_row(one) for one in told if at - 10 < one.at <= at]
        result = desk.tick(at, rows)
        updates += result.updates
        events += result.events
        at += 10
    return updates, events


def test_a_drifted_window_opens_one_incident_of_its_feature_at_once():
    updates, events = run([drifted(15.0)], 120)

    assert [update.change.value for update in updates] == ["opened"]
    assert updates[0].incident.key == "DATA:search"
    assert updates[0].incident.severity is Severity.MEDIUM
    assert {event.kind for event in events} == {FailureKind.DATA_EMBEDDING_DRIFT}


def test_it_ends_when_the_window_is_itself_again_for_long_enough():
    updates, _ = run([drifted(15.0), drifted(100.0, breached=False, clear=True)], 460)

    assert updates[-1].incident.status is IncidentStatus.RESOLVED
    assert updates[-1].at == 400.0


def test_in_between_nothing_ends():
    updates, _ = run([drifted(15.0), drifted(100.0, breached=False, clear=False)], 700)

    assert [update.change.value for update in updates] == ["opened"]


def test_a_condition_with_an_end_is_over_then():
    updates, _ = run([drifted(15.0, until=315.0)], 700)

    assert [update.change.value for update in updates] == ["opened", "resolved"]


def test_a_changed_model_is_a_regression_of_that_model():
    updates, _ = run([drifted(15.0, kind=FailureKind.QUALITY_REGRESSION, until=300.0)], 30)

    assert updates[0].incident.key == "QUALITY:openai/gpt-4o"
    assert updates[0].incident.kinds == {"quality.regression": 1}


def test_of_two_the_later_counts_in_any_order():
    early, late = drifted(15.0), drifted(16.0, breached=False)

    assert later({late.name: late}, early) == later({early.name: early}, late) == late


def test_it_outlives_a_restart():
    desk = Desk(Rules(), Baseline())
    run([drifted(15.0)], 20, desk)
    again = Desk.restore(desk.snapshot(), Rules(), Baseline())
    again.tick(400.0, [])

    assert again.tick(410.0, []).state.keys["DATA:search"].crossed


def sight(**counts):
    return Sight(deep=(DeepCheckSight(name="judge", **counts),), deep_age_s=counts.pop("age", 0.0))


def blind(*sights):
    desk = Desk(Rules(), Baseline())
    told = [desk.tick(10.0 * n, [], seen) for n, seen in enumerate(sights, 1)]
    return [update for result in told for update in result.updates]


def test_a_deep_check_that_loses_a_fifth_of_the_answers_is_a_blind_spot():
    [opened] = blind(sight(), sight(looked=80, failed=20))

    assert opened.incident.subtypes == ("deep_failing",)
    assert "judge" in opened.incident.samples[0].causal_signals.evidence


def test_a_few_failures_are_none():
    assert blind(sight(), sight(looked=500, failed=20), sight(looked=501, failed=25)) == []


def test_a_parked_check_is_one_even_without_traffic():
    [opened] = blind(sight(), sight(parked=True))

    assert opened.incident.subtypes == ("deep_failing",)


def test_a_check_that_people_asked_for_and_that_cannot_work_is_one():
    assert blind(sight(unavailable="no model")) == []
    [opened] = blind(sight(unavailable="no model", asked_for=True))

    assert opened.incident.subtypes == ("deep_unavailable",)


def test_answers_that_wait_too_long_for_the_deep_checks_are_one():
    [opened] = blind(Sight(deep_age_s=10.0), Sight(deep_age_s=400.0))

    assert opened.incident.subtypes == ("deep_late",)


def guards(**counts):
    return Sight(workers=(WorkerSight(name="h/0", life="h/0/1", requests=1000, lost=LostSight(**counts)),))


def test_guards_that_fail_the_few_who_need_them_are_a_blind_spot():
    [opened] = blind(guards(), guards(guards_asked=25, guards_failed=20, guard_most="pii"))

    assert opened.incident.subtypes == ("guards_failing",)
    assert "pii" in opened.incident.samples[0].causal_signals.evidence


def test_check_processes_that_die_again_and_again_are_one_however_few_asked():
    [opened] = blind(guards(), guards(processes_killed=3, guards_asked=3, guards_failed=3))

    assert opened.incident.subtypes == ("check_process_dying",)
    assert blind(guards(), guards(processes_killed=2)) == []


def test_a_guard_without_its_model_is_one_before_anybody_asks_it():
    [opened] = blind(guards(), guards(guards_unavailable={"names": "its model cannot be read"}))

    assert opened.incident.subtypes == ("guard_unavailable",)
    assert "names: its model" in opened.incident.samples[0].causal_signals.evidence


def test_guards_that_seldom_fail_are_none():
    assert blind(guards(), guards(guards_asked=500, guards_failed=25), guards(guards_asked=500)) == []


def test_what_guards_missed_before_the_first_look_is_no_news():
    assert blind(guards(guards_asked=25, guards_failed=20), guards(guards_asked=26, guards_failed=20)) == []
