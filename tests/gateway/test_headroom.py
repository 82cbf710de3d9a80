"""Rate limits as providers tell them, and how long they last."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway.board import Board
from leadline.gateway.breaker import BreakerRules
from leadline.gateway.breakers import Breakers
from leadline.gateway.headroom import Course, Headroom, exhausted_in_s
from leadline.gateway.rate_limits import RateLimit, rate_limits, seconds_until
from leadline.gateway.target_care import TargetCare
from leadline.gateway.target_news import TargetReporter
from leadline.triage.rows import rows_of
from leadline.vocabulary import (
    ProviderIdentifier,
    SpoolRecord,
    Target,
    TargetNews,
    TargetPulse,
    TokenUsage,
)

NOW = 1_787_150_000.0
HERE = ProviderIdentifier(provider="openai", model="gpt-4o")


def target(**more):
    return Target(identity=HERE, type="openai", base_url="http://x", secret="env:X", **more)


def openai(remaining, reset="6m0s", limit=10_000, unit="requests"):
    return {
        f"x-ratelimit-limit-{unit}": str(limit),
        f"x-ratelimit-remaining-{unit}": str(remaining),
        f"x-ratelimit-reset-{unit}": reset,
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2ms", 0.002),
        ("120ms", 0.12),
        ("0s", 0.0),
        ("1m0.052s", 60.052),
        ("6m0s", 360.0),
        ("1h2m3s", 3723.0),
        ("7", 7.0),
        ("500", 500.0),
        ("2026-08-19T14:51:47Z", 1_787_151_107.0 - NOW),
        ("2020-01-01T00:00:00Z", 0.0),
    ],
)
def test_each_format_is_seconds_until_the_reset(text, seconds):
    assert seconds_until(text, NOW) == pytest.approx(seconds)


@given(text=st.text(max_size=40))
def test_whatever_a_header_says_nothing_breaks(text):
    found = seconds_until(text, NOW)
    assert found is None or found >= 0
    headers = {"x-ratelimit-remaining-tokens": text, "x-ratelimit-reset-tokens": text}
    assert all(limit.remaining >= 0 for limit in rate_limits(headers, NOW))


def test_anthropic_tells_input_and_output_apart():
    headers = {
        "anthropic-ratelimit-input-tokens-limit": "400000",
        "anthropic-ratelimit-input-tokens-remaining": "390000",
        "anthropic-ratelimit-input-tokens-reset": "2026-08-19T14:51:47Z",
        "anthropic-ratelimit-output-tokens-remaining": "80000",
        "anthropic-ratelimit-output-tokens-reset": "2026-08-19T14:51:47Z",
    }
    assert [(one.unit, one.limit, one.remaining) for one in rate_limits(headers, NOW)] == [
        ("input-tokens", 400000.0, 390000.0),
        ("output-tokens", None, 80000.0),
    ]


def test_every_recorded_limit_is_read(data):
    told = read = 0
    with gzip.open(data / "wire" / "exchanges.jsonl.gz", "rt") as lines:
        for line in lines:
            headers = {k.lower(): v for k, v in json.loads(line)["response"]["headers"].items()}
            names = [
                name for name in headers if "ratelimit-remaining-" in name or name.endswith("-remaining")
            ]
            wanted = [name for name in names if name.split("-")[-1] in ("requests", "tokens", "remaining")]
            if wanted and any("reset" in name for name in headers):
                told += 1
                read += bool(rate_limits(headers, NOW))
    assert told > 200
    assert read >= 0.99 * told


def test_a_limit_that_lasts_until_its_reset_gives_no_warning():
    limit = RateLimit("requests", 1000.0, 600.0, reset_s=60.0)
    assert exhausted_in_s(limit, falls_per_s=5.0) is None
    assert exhausted_in_s(limit, falls_per_s=20.0) == 30.0
    assert exhausted_in_s(limit._replace(remaining=900.0), falls_per_s=100.0) is None, "little is used yet"


def test_a_course_begins_anew_when_the_limit_was_filled_up():
    course = Course()
    for second in range(10):
        course.add(NOW + second, 1000.0 - 10 * second)
    assert course.falls_per_s == pytest.approx(10.0)
    course.add(NOW + 10, 1000.0)
    assert course.falls_per_s == 0.0


def run(headroom, headers_at, seconds, place=None):
    place = place or target()
    looks = []
    for second in range(seconds):
        headroom.heard(place, headers_at(second), TokenUsage(input_tokens=50, output_tokens=50), NOW + second)
        looks += headroom.look(NOW + second)
    return looks


def test_exhaustion_is_foreseen_before_the_first_429():
    looks = run(Headroom(), lambda second: openai(5000 - 100 * second), 20)

    assert looks[-1].first_out.unit == "requests"
    assert looks[-1].exhausted_in_s == pytest.approx(31.0)
    assert looks[-1].remaining("requests") == 3100
    assert looks[-1].remaining("tokens") is None


def test_a_provider_that_tells_nothing_is_counted_by_ourselves():
    place = target(requests_per_minute=30, tokens_per_minute=1_000_000)
    looks = run(Headroom(), lambda _: {}, 40, place)

    assert looks[-1].first_out.unit == "requests"
    assert 0 < looks[-1].exhausted_in_s < 30
    slow = run(Headroom(), lambda _: {}, 40, target(requests_per_minute=600))
    assert slow[-1].exhausted_in_s is None


def test_what_was_not_heard_of_again_is_not_told_again():
    headroom = Headroom()
    headroom.heard(target(), openai(10), None, NOW)
    assert len(headroom.look(NOW)) == 1
    assert headroom.look(NOW + 1) == []


class Notes:
    def __init__(self, told):
        self.told = told

    def offer(self, record):
        self.told.append(record)
        return True


def test_the_warning_is_told_once_by_one_worker(tmp_path):
    path, told = str(tmp_path / "board"), list[SpoolRecord]()
    Board.create(path, 2, slots=16)
    boards = [Board.attach(path, number) for number in range(2)]
    cares = []
    for number, board in enumerate(boards):
        breakers = Breakers(board, BreakerRules())
        breakers.follow([HERE])
        headroom = Headroom(2)
        reporter = TargetReporter(Notes(told).offer, "h", number)
        cares.append((headroom, TargetCare(breakers, headroom, reporter)))
    pulses: tuple[TargetPulse, ...] = ()
    for second in range(30):
        for headroom, care in cares:
            headroom.heard(target(), openai(5000 - 100 * second), None, NOW + second)
            pulses = care.pulses(NOW + second + 0.001)
    for board in boards:
        board.close()

    [news] = told
    assert isinstance(news, TargetNews)
    assert news.what == "headroom"
    assert (news.measured or 0) < (news.threshold or 0) == 360.0
    assert "requests run out in" in news.evidence
    assert pulses[0].remaining_requests == 2100
    [row] = rows_of(news)
    assert [check.kind for check in row.checks or ()] == ["provider.throttled"]


def test_a_target_that_runs_out_rests_until_what_is_left_lasts():
    headroom = Headroom()
    for second in range(6):
        headroom.heard(target(), openai(600 - 100 * second, reset="30s", limit=1000), None, NOW + second)
        headroom.look(NOW + second)

    assert headroom.short(NOW + 5) == {HERE}  # a hundred are left for one more second, and it takes thirty
    assert headroom.short(NOW + 33) == {HERE}
    assert headroom.short(NOW + 35) == set()
