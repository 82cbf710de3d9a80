"""Every recorded scenario, played through the real triage, gives what its file expects."""

import math

import pytest
from tests.conftest import DATA

from leadline.replay.player import play
from leadline.replay.scenario import read
from leadline.replay.verdict import misses
from leadline.triage import sketch
from leadline.triage.rules import Rules

NAMES = sorted(path.name for path in (DATA / "scenarios").glob("*.jsonl*")) or ["none"]


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_gives_exactly_what_its_file_expects(data, name):
    scenario = read(data / "scenarios" / name)

    played = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)

    assert not scenario.bad_lines
    assert not scenario.notes
    assert misses(scenario, played) == []


@pytest.mark.parametrize("relative_error", [1e-6, 0.02], ids=["as good as exact", "two per cent off"])
@pytest.mark.parametrize("name", NAMES)
def test_it_does_so_with_an_exact_p99_and_with_a_rough_one(data, name, relative_error, monkeypatch):
    gamma = (1 + relative_error) / (1 - relative_error)
    monkeypatch.setattr(sketch, "_GAMMA", gamma)
    monkeypatch.setattr(sketch, "_BUCKETS_PER_LOG", 1 / math.log(gamma))
    scenario = read(data / "scenarios" / name)

    played = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)

    assert misses(scenario, played) == []
