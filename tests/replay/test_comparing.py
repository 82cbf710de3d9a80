"""Two sets of rules on one history: what only one of them tells, and what both tell differently."""

import msgspec
import pytest

from leadline.replay import shipped
from leadline.replay.comparing import Side, differences
from leadline.replay.player import play
from leadline.triage.rules import Rules

RULES = Rules()


def incidents(name: str, **changes: float):
    scenario = shipped.scenario(name)
    rules = msgspec.structs.replace(RULES, **changes)
    return play(scenario.rows, rules, scenario.baseline, scenario.ends_at).incidents


@pytest.fixture(scope="module")
def once():
    return incidents("p6_two_waves")


def test_the_same_rules_decide_the_same(once):
    assert [one.side for one in differences(once, incidents("p6_two_waves"))] == [Side.SAME]


def test_what_only_one_side_opened_is_named_for_it(once):
    assert [one.side for one in differences(once, [])] == [Side.ONLY_A]
    assert [one.side for one in differences([], once)] == [Side.ONLY_B]


def test_a_changed_incident_names_the_fields_that_changed(once):
    (found,) = differences(once, incidents("p6_two_waves", outage_ticks=10**9))

    assert found.side is Side.CHANGED
    assert "severity" in found.changed
    assert "pages" in found.changed
    assert "opened_at" not in found.changed


def test_an_incident_that_became_two_is_one_changed_and_one_more(once):
    found = differences(once, incidents("p6_two_waves", reopen_within_s=1.0))

    assert [one.side for one in found] == [Side.CHANGED, Side.ONLY_B]


@pytest.mark.parametrize("name", ["r4_quiet_day"])
def test_nothing_against_nothing_is_nothing(name):
    assert differences(incidents(name), incidents(name)) == []
