"""Every recorded scenario, played through the real triage, gives what its file expects."""

import pytest
from tests.conftest import DATA

from leadline.replay.player import play
from leadline.replay.scenario import read
from leadline.replay.verdict import misses
from leadline.triage.rules import Rules

NAMES = sorted(path.name for path in (DATA / "scenarios").glob("*.jsonl*")) or ["none"]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_gives_exactly_what_its_file_expects(data, name):
    scenario = read(data / "scenarios" / name)

    played = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)

    assert not scenario.bad_lines
    assert misses(scenario, played) == []
