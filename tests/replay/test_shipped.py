"""The scenarios that come with Leadline: played, they give what they expect, and the same each time."""

import msgspec
import pytest
import yaml

from leadline.replay import shipped
from leadline.replay.expectation import checked
from leadline.replay.generating import Description, at, generated
from leadline.replay.player import play
from leadline.replay.verdict import misses
from leadline.triage.rules import Rules

NAMES = shipped.names()


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_gives_exactly_what_it_expects(name):
    scenario = shipped.scenario(name)

    played = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)

    assert misses(scenario, played) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_says_what_it_expects_and_where_it_comes_from(name):
    meta = shipped.scenario(name).meta

    assert meta["scenario"] == name
    assert "incidents" in meta["expected"]
    assert meta["title"]
    assert checked(meta["expected"]) == []
    if name.startswith("p"):
        assert meta["source"].startswith("https://")
        assert meta["facts"]


def test_three_are_canonical_and_at_least_five_modelled_on_public_incidents():
    assert len([name for name in NAMES if name.startswith("c")]) == 3
    assert len([name for name in NAMES if name.startswith("p")]) >= 5


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    one, again = shipped.scenario("p6_two_waves"), shipped.scenario("p6_two_waves")
    other = generated(described(seed=2)), generated(described(seed=3))

    assert msgspec.json.encode(one.rows) == msgspec.json.encode(again.rows)
    assert other[0].rows != other[1].rows


def test_another_seed_of_a_canonical_scenario_gives_the_same_incident():
    text = (shipped.FOLDER / "c2_tripled_hallucination.yaml").read_text()
    scenario = generated(Description.of(yaml.safe_load(text) | {"seed": 77}))

    played = play(scenario.rows, Rules(), scenario.baseline, scenario.ends_at)

    assert [incident.key for incident in played.incidents] == ["QUALITY:openai/gpt-4o"]


def described(**more: object) -> Description:
    stream = {"rate_per_s": 1.0, "target": {"provider": "openai", "model": "m"}}
    return Description.of({"scenario": "s", "seed": 1, "duration_s": 20, "streams": [stream], **more})


@pytest.mark.parametrize(
    ("t", "value"), [(-5, 1.0), (0, 1.0), (5, 2.0), (10, 3.0), (19.9, 3.0), (20, 0.0), (99, 0.0)]
)
def test_a_figure_runs_in_straight_lines_between_its_points(t, value):
    assert at(((0, 1.0), (10, 3.0), (20, 3.0), (20, 0.0)), t) == value


def test_a_word_that_no_stream_knows_is_refused():
    with pytest.raises(msgspec.ValidationError, match="rate_per_hour"):
        described(streams=[{"rate_per_hour": 1, "target": {"provider": "openai", "model": "m"}}])


def test_an_unknown_scenario_is_told_those_that_there_are():
    with pytest.raises(LookupError, match="c1_gradual_latency"):
        shipped.scenario("c9")
