"""A key's limits hold over all workers, at the turn of a minute too, and say when to come back."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway.board import Board, Counter
from leadline.gateway.key_limits import (
    KeyLimits,
    LimitReason,
    MinuteLimit,
    ParallelLimit,
    assign_slots,
)
from leadline.vocabulary import KeyGrant

MINUTE = 60.0
START = 29_000_000 * MINUTE


class Clock:
    def __init__(self, now=START):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def boards(tmp_path):
    path = str(tmp_path / "board")
    Board.create(path, workers=2, slots=8)
    attached = [Board.attach(path, worker) for worker in range(2)]
    yield attached
    for board in attached:
        board.close()


def key(name):
    return hashlib.sha256(name.encode()).hexdigest()


# Requests a minute


def test_a_minute_admits_its_limit_over_all_workers_and_then_says_when(boards):
    limits = [MinuteLimit(board) for board in boards]
    admitted = [limits[n % 2].admit(0, 5, START + n).admitted for n in range(8)]

    assert admitted == [True] * 5 + [False] * 3
    refused = limits[0].admit(0, 5, START + 10)
    assert refused.reason is LimitReason.REQUESTS_PER_MINUTE
    assert refused.retry_after_s is not None


def test_a_refused_request_does_not_count(boards):
    limit = MinuteLimit(boards[0])
    assert limit.admit(0, 1, START).admitted
    for _ in range(50):
        assert not limit.admit(0, 1, START + 1).admitted

    assert limit.admit(0, 1, START + 2 * MINUTE).admitted


def test_slots_do_not_touch_each_other(boards):
    limit = MinuteLimit(boards[0])
    assert limit.admit(0, 1, START).admitted
    assert limit.admit(1, 1, START).admitted


def test_a_burst_at_the_turn_of_a_minute_does_not_pass_twice(boards):
    limit = MinuteLimit(boards[0])
    before = [limit.admit(0, 10, START + 59.9).admitted for _ in range(10)]
    after = [limit.admit(0, 10, START + 60.1).admitted for _ in range(10)]

    assert all(before)
    assert not any(after)


def test_a_limit_of_nothing_admits_nothing(boards):
    assert MinuteLimit(boards[0]).admit(0, 0, START).retry_after_s == MINUTE


@given(
    limit=st.integers(1, 20),
    waits=st.lists(st.floats(0, 30), min_size=1, max_size=80),
    offset=st.floats(0, 60),
)
def test_who_comes_back_when_told_is_admitted_and_no_sooner_minute_holds_more(
    tmp_path_factory, limit, waits, offset
):
    path = str(tmp_path_factory.mktemp("law") / "board")
    Board.create(path, workers=1, slots=1)
    board = Board.attach(path, 0)
    minute = MinuteLimit(board)
    now = START + offset
    admitted = []
    for wait in waits:
        now += wait
        decision = minute.admit(0, limit, now)
        if decision.retry_after_s is not None:
            now += decision.retry_after_s + 0.001
            assert minute.admit(0, limit, now).admitted
        admitted.append(now)
    board.close()

    for minute_start in {at // MINUTE * MINUTE for at in admitted}:
        assert sum(minute_start <= at < minute_start + MINUTE for at in admitted) <= limit


# Requests at a time


def test_requests_at_a_time_are_limited_over_all_workers_until_one_ends(boards):
    limits = [ParallelLimit(board) for board in boards]
    assert limits[0].admit(0, 2).admitted
    assert limits[1].admit(0, 2).admitted
    refused = limits[0].admit(0, 2)
    assert (refused.reason, refused.admitted) == (LimitReason.PARALLEL, False)

    limits[1].release(0)
    assert limits[0].admit(0, 2).admitted


# Both, by key


def test_a_key_is_admitted_within_its_limits_and_leaves_again(boards):
    limits = KeyLimits(boards[0], Clock())
    limits.follow([key("a"), key("b")])
    grant = KeyGrant(alias="a", requests_per_minute=3, parallel=1)

    assert limits.enter(key("a"), grant) is None
    assert limits.enter(key("a"), grant) is not None, "one is in flight"
    limits.leave(key("a"), grant)
    assert limits.enter(key("a"), grant) is None, "the one refused for being parallel was not counted"
    limits.leave(key("a"), grant)
    assert limits.enter(key("a"), grant) is None
    limits.leave(key("a"), grant)
    assert limits.decide(key("a"), grant).reason is LimitReason.REQUESTS_PER_MINUTE
    assert limits.enter(key("b"), grant) is None


def test_workers_share_a_key_when_they_follow_the_same_plan(boards):
    first, second = (KeyLimits(board, Clock()) for board in boards)
    first.follow([key("a"), key("b"), key("c")])
    second.follow([key("c"), key("a"), key("b")])
    grant = KeyGrant(alias="a", parallel=1)

    assert first.enter(key("c"), grant) is None
    assert second.enter(key("c"), grant) is not None


def test_what_is_in_flight_survives_a_new_plan_with_any_keys(boards):
    names = [key(str(n)) for n in range(8)]
    grant = KeyGrant(alias="x", parallel=5)
    limits = KeyLimits(boards[0], Clock())
    limits.follow(names)
    for name in names:
        limits.enter(name, grant)
    limits.follow(names[3:])
    limits.follow(names)
    rows = [sum(boards[1].row(Counter.IN_FLIGHT, slot)) for slot in range(8)]
    assert rows == [1] * 8

    for name in names:
        limits.leave(name, grant)
    assert not any(sum(boards[1].row(Counter.IN_FLIGHT, slot)) for slot in range(8))


def test_leaving_without_having_entered_changes_nothing(boards):
    limits = KeyLimits(boards[0], Clock())
    limits.follow([key("a")])
    limits.leave(key("a"), KeyGrant(alias="a", parallel=1))

    assert limits.enter(key("a"), KeyGrant(alias="a", parallel=1)) is None


# Slots


@given(names=st.sets(st.integers(0, 10_000), max_size=64))
def test_keys_have_slots_of_their_own_whatever_order_they_are_given_in(names):
    keys = [key(str(name)) for name in names]
    slots = assign_slots(keys, 64)

    assert len(set(slots.values())) == len(keys)
    assert slots == assign_slots(reversed(keys), 64)


def test_a_new_key_moves_few_others():
    keys = [key(str(n)) for n in range(1000)]
    before, after = assign_slots(keys, 4096), assign_slots([*keys, key("new")], 4096)

    assert sum(before[name] != after[name] for name in keys) < 10


def test_more_keys_than_slots_share():
    slots = assign_slots([key(str(n)) for n in range(20)], 8)

    assert len(slots) == 20
    assert set(slots.values()) == set(range(8))
