"""Virtual time: the player walks every tick, however long nothing happens."""

import msgspec

from leadline.replay.player import play, ticks
from leadline.triage.baseline import Baseline
from leadline.triage.rules import Rules
from leadline.vocabulary import TelemetryRow

RULES, BASELINE = Rules(), Baseline()


def row(t: float, status: int = 200) -> TelemetryRow:
    return TelemetryRow(t=t, id=f"r{t}", provider="openai", model="m", status=status)


def test_an_empty_recording_plays_to_nothing():
    assert play([], RULES, BASELINE) == play((), RULES, BASELINE)
    assert play([], RULES, BASELINE).incidents == []


def test_ticks_run_from_the_first_row_to_the_end_of_the_scenario():
    results = list(ticks([row(12.0), row(31.0)], RULES, BASELINE, ends_at=95.0))

    assert [result.state.at for result in results] == [20, 30, 40, 50, 60, 70, 80, 90, 100]


def test_a_row_exactly_on_a_tick_belongs_to_it():
    first = next(iter(ticks([row(20.0, 503)], RULES, BASELINE)))

    assert len(first.events) == 1


def test_the_same_recording_gives_the_same_again():
    rows = [row(float(second), 503 if second % 2 else 200) for second in range(200)]

    assert msgspec.json.encode(play(rows, RULES, BASELINE)) == msgspec.json.encode(
        play(rows, RULES, BASELINE)
    )
