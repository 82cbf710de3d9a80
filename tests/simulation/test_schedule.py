"""When the simulated providers misbehave, and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.simulation.chance import Chance
from leadline.simulation.schedule import DEMO, TRAFFIC, Episode, Misbehaviour, Schedule

moments = st.floats(min_value=0, max_value=1e6)
rolls = st.floats(min_value=0, max_value=1, exclude_max=True)


def episode(misbehaviour, begins_s=10, ends_s=20, share=1.0):
    return Episode(provider="p", misbehaviour=misbehaviour, begins_s=begins_s, ends_s=ends_s, share=share)


@pytest.mark.parametrize(
    ("at_s", "wrong"), [(0, None), (9.99, None), (10, "slow"), (19.9, "slow"), (20, None), (110, "slow")]
)
def test_an_episode_lasts_from_its_beginning_until_before_its_end_and_comes_again(at_s, wrong):
    schedule = Schedule((episode(Misbehaviour.SLOW),), period_s=100)

    assert schedule.misbehaviour("p", at_s, 0.5) == wrong
    assert schedule.misbehaviour("q", at_s, 0.5) is None


def test_episodes_at_the_same_time_share_the_roll():
    schedule = Schedule(
        (episode(Misbehaviour.UNAVAILABLE, share=0.6), episode(Misbehaviour.RESET, share=0.2))
    )

    found = [schedule.misbehaviour("p", 15, roll) for roll in (0.0, 0.59, 0.6, 0.79, 0.8)]

    assert found == ["unavailable", "unavailable", "reset", "reset", None]


@given(moments, rolls)
def test_the_same_moment_and_roll_give_the_same_misbehaviour(at_s, roll):
    first = DEMO.misbehaviour("openai-primary", at_s, roll)

    assert DEMO.misbehaviour("openai-primary", at_s, roll) is first
    assert DEMO.misbehaviour("openai-reserve", at_s, roll) is None, "the fallback stays well"


def test_the_demo_shows_every_misbehaviour_within_two_minutes_and_ends_calm():
    assert {one.misbehaviour for one in DEMO.episodes} == set(Misbehaviour)
    assert all(one.ends_s <= 120 for one in DEMO.episodes)
    assert not list(DEMO.under_way(DEMO.period_s - 1))
    assert {one.provider for one in DEMO.episodes if one.misbehaviour == "injected_prompt"} == {TRAFFIC}


def test_chance_repeats_and_is_spread_evenly():
    first, again, other = Chance("a"), Chance("a"), Chance("b")
    rolls = [first.roll() for _ in range(2000)]

    assert [again.roll() for _ in range(2000)] == rolls
    assert [other.roll() for _ in range(3)] != rolls[:3]
    assert sum(rolls) / len(rolls) == pytest.approx(0.5, abs=0.03)
    assert {Chance(n).between(1, 3) for n in range(60)} == {1, 2, 3}
