"""A replay that differs from its file is told so, one sentence for each miss."""

from typing import Any

import msgspec
import pytest

from leadline.replay.player import Played, play
from leadline.replay.scenario import Scenario
from leadline.replay.verdict import misses
from leadline.triage.baseline import Baseline
from leadline.triage.rules import Rules
from leadline.vocabulary import CausalSignals, TelemetryRow, TrafficClass

KEY = "PROVIDER:openai"


def rows() -> tuple[TelemetryRow, ...]:
    """Ten minutes of health, five of outage without fallback, twenty of health."""
    return tuple(
        TelemetryRow(
            t=second + 0.5,
            id=f"r{second}",
            provider="openai",
            model="m",
            status=503 if 600 <= second < 900 else 200,
            tenant="acme",
            feature="chat",
            cost_usd=0.01,
            traffic_class=TrafficClass.REVENUE,
        )
        for second in range(2100)
    )


ROWS = rows()
PLAYED = play(ROWS, Rules(), Baseline())
RIGHT: dict[str, Any] = {
    "key": KEY,
    "category": "PROVIDER",
    "subtypes": ["hard"],
    "opened": [600, 660],
    "severity_initial_any": ["MEDIUM", "HIGH"],
    "severity_final": "CRITICAL",
    "count": [300, 300],
    "resolved": [1200, 1600],
    "pages": [1, 2],
    "max_reopens": 0,
}


def told(expected: dict[str, Any], played: Played = PLAYED, **meta: Any) -> list[str]:
    return misses(Scenario("s", {"expected": expected, "onset_s": 600, **meta}, ROWS), played)


def test_what_was_expected_gives_no_miss():
    assert told({"incidents": [RIGHT], "max_mttd_s": 60, "dedup_ratio_min": 100, "order": [KEY]}) == []


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"opened": [0, 10]}, "opened 620 is not within 0 to 10"),
        ({"category": "COST"}, "category PROVIDER is not COST"),
        ({"severity_initial": "LOW"}, "initial severity"),
        ({"severity_final": "MEDIUM"}, "final severity CRITICAL is not MEDIUM"),
        ({"count": [1, 2]}, "count 300 is not within 1 to 2"),
        ({"pages": 0}, "pages"),
        ({"resolved": "open"}, "should still be open"),
        ({"resolved": [0, 1]}, "resolved"),
        ({"escalated_at": [0, 9]}, "it was never escalated"),
        ({"subtypes": ["latency"]}, "latency never fired"),
        ({"max_reopens": -1}, "reopened 0 times"),
        ({"reopens": 1}, "reopens 0 is not"),
    ],
)
def test_each_difference_is_one_sentence(block, sentence):
    (miss,) = told({"incidents": [RIGHT | block]})

    assert miss.startswith(KEY)
    assert sentence in miss


def test_an_incident_that_nobody_listed_is_a_miss():
    assert "an extra incident was opened at 620 s" in told({"incidents": []})[0]


def test_an_incident_that_never_came_is_a_miss():
    sentences = told({"incidents": [RIGHT, {"key": "DATA:kb"}]})

    assert sentences == ["DATA:kb: no incident was opened"]


@pytest.mark.parametrize(
    ("expected", "sentence"),
    [
        ({"max_mttd_s": 5}, "detection took 20 s"),
        ({"no_incident_before": 700}, "before 700 s"),
        ({"dedup_ratio_min": 1000}, "events for each page"),
        ({"order": ["COST:chat"]}, "the first incidents were"),
        ({"correlated": [[KEY, "COST:chat"]]}, "share one correlation id"),
        ({"low_events": [{"key": KEY, "kind": "latency_trend", "t": [0, 9]}]}, "no latency_trend warning"),
    ],
)
def test_what_concerns_the_whole_scenario_is_compared_too(expected, sentence):
    (miss,) = told({"incidents": [RIGHT], **expected})

    assert sentence in miss


def test_a_lead_over_the_status_page_is_compared():
    expected = {"incidents": [RIGHT], "must_beat_status_page_s": 100}

    assert told(expected, status_page_first_post_s=720) == []
    assert "beat the status page by 80 s" in told(expected, status_page_first_post_s=700)[0]


def test_what_a_runaway_feature_cost_before_it_was_noticed_is_compared():
    played = play(ROWS, Rules(), Baseline(cost_per_min={"chat": 0.1}))
    expected = {"incidents": [RIGHT, {"key": "COST:chat"}], "max_spend_before_detection_usd": 0.0}

    sentences = misses(Scenario("s", {"expected": expected, "onset_s": 0}, ROWS), played)

    assert any("USD were spent before detection" in sentence for sentence in sentences)


def incidents_of(*openings: float) -> Played:
    """The incident of the outage, as if it had been opened at each of these times."""
    (one,) = PLAYED.incidents
    return Played([msgspec.structs.replace(one, opened_at=t) for t in openings])


def test_two_incidents_of_one_key_are_compared_in_their_order():
    first, second = {"key": KEY, "opened": 620}, {"key": KEY, "opened": 3000}

    assert told({"incidents": [first, second]}, incidents_of(620, 3000)) == []
    assert len(told({"incidents": [second, first]}, incidents_of(620, 3000))) == 2


def test_of_two_that_open_at_once_either_may_be_the_first():
    other = msgspec.structs.replace(PLAYED.incidents[0], key="COST:chat")
    both = Played([other, *PLAYED.incidents])
    blocks = [{"key": KEY}, {"key": "COST:chat"}]

    assert told({"incidents": blocks, "order": [KEY]}, both) == []
    assert told({"incidents": blocks, "order": ["COST:chat", KEY]}, both) == []


@pytest.mark.parametrize(
    ("ours", "theirs"), [("sparse_hard", "hard"), ("egress", "hard"), ("pii_leak", "leak")]
)
def test_a_finer_name_of_ours_is_known_by_that_of_the_text(ours, theirs):
    (one,) = PLAYED.incidents
    played = Played([msgspec.structs.replace(one, subtypes=(ours,))])

    assert told({"incidents": [{"key": KEY, "subtypes": [ours, theirs]}]}, played) == []


def test_a_page_without_causal_signals_is_a_miss():
    page = next(update for update in PLAYED.updates if update.page)
    bare = tuple(
        msgspec.structs.replace(event, causal_signals=CausalSignals()) for event in page.incident.samples
    )
    incident = msgspec.structs.replace(page.incident, samples=bare)
    played = Played(PLAYED.incidents, [msgspec.structs.replace(page, incident=incident)])

    (miss,) = told({"incidents": [{"key": KEY}]}, played)

    assert miss.endswith("lacks causal signals")
