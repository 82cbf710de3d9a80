"""The watch is judged by whether it answers, moves and lives; a hiccup is no reason to wake anybody."""

import pytest

from leadline.supervisor.watching import Judge, Limits, Look
from leadline.triage.rules import Rules

LIMITS = Limits(patience_s=10.0, falls=3, falls_within_s=60.0)
WELL, DEAD = Look(answers=True, restarts=0), Look(answers=False, restarts=0)
STUCK = Look(answers=True, restarts=0, stuck=("triage",))


def judged(*looks):
    """The verdicts of one look a second."""
    judge = Judge(LIMITS)
    return [judge.verdict(look, float(second)) for second, look in enumerate(looks)], judge


@pytest.mark.parametrize(("look", "word"), [(DEAD, "does not answer"), (STUCK, "triage does not move")])
def test_trouble_that_lasts_is_told_and_a_hiccup_is_not(look, word):
    verdicts, _ = judged(*[look] * 10, WELL, *[look] * 11)

    assert verdicts[:-1] == [""] * 21
    assert word in verdicts[-1]


def test_three_falls_within_a_minute_are_a_loop_even_when_it_always_answers():
    verdicts, judge = judged(*(Look(answers=True, restarts=n) for n in (0, 1, 2, 3)))

    assert verdicts[:3] == [""] * 3
    assert "fell 3 times" in verdicts[3]
    assert not judge.is_well_again(30.0)


def test_one_restart_is_nobodys_business():
    assert judged(*[Look(answers=True, restarts=1)] * 5)[0] == [""] * 5


def test_well_again_takes_as_long_as_ill():
    _, judge = judged(*[DEAD] * 12, WELL)

    assert not judge.is_well_again(21.0)
    assert judge.is_well_again(22.0)


def test_a_demo_is_told_sooner_but_not_sooner_than_a_process_can_start():
    assert Limits.of(Rules()).patience_s == 10.0
    assert Limits.of(Rules().scaled(0.1)).patience_s == 4.0
