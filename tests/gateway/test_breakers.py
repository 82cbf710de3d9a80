"""The breaker by its laws: two or more workers on one board, time given by the test."""

import contextlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.gateway.board import Board
from leadline.gateway.breaker import NEVER, BreakerRules, Mark, Phase, opened, reopens_at_ms, unpacked
from leadline.gateway.breakers import Breakers, Transition
from leadline.gateway.routing import Availability, Health
from leadline.vocabulary import FailureKind, ProviderIdentifier, UpstreamFailure

HERE = ProviderIdentifier(provider="openai", model="gpt-4o")
SAME_KEY = ProviderIdentifier(provider="openai", model="gpt-4o-mini")
ELSEWHERE = ProviderIdentifier(provider="anthropic", model="claude")
TARGETS = (HERE, SAME_KEY, ELSEWHERE)
T0 = 1_790_000_000.0


def failure(kind: FailureKind, status: int | None = None, retry_after_s: float | None = None):
    return UpstreamFailure(kind=kind, status=status, retry_after_s=retry_after_s)


DOWN = failure(FailureKind.PROVIDER_OUTAGE, 503)


class Workers:
    """So many workers on one board, and all transitions that they told."""

    def __init__(self, folder, count=2, **rules):
        self.path = str(folder / "board")
        self.told: list[Transition] = []
        self.rules = BreakerRules(**rules)
        Board.create(self.path, count, slots=64)
        self.boards = [Board.attach(self.path, number) for number in range(count)]
        self.all = [Breakers(board, self.rules, self.told.append) for board in self.boards]
        for one in self.all:
            one.follow(TARGETS)

    def replace(self, number):
        """The worker dies and another takes its place."""
        self.boards[number].close()
        self.boards[number] = Board.attach(self.path, number)
        self.all[number] = Breakers(self.boards[number], self.rules, self.told.append)
        self.all[number].follow(TARGETS)

    def call(self, number, at, how=None, target=HERE):
        """One whole call of no duration."""
        found = self.all[number].ask(target, at)
        if found.health is not Health.OPEN:
            self.all[number].tell(target, found.health, at, at, how)
        return found.health

    def steps(self):
        return [(one.before.value, one.after.value) for one in self.told]

    def close(self):
        for board in self.boards:
            board.close()


@pytest.fixture
def workers(tmp_path) -> Iterator[Workers]:
    with contextlib.closing(Workers(tmp_path)) as made:
        yield made


def test_three_hard_failures_in_a_row_open_the_target_in_all_workers(workers):
    assert [workers.call(0, T0 + i, DOWN) for i in range(3)] == [Health.OK] * 3
    assert workers.call(0, T0 + 3) is Health.OPEN
    assert workers.call(1, T0 + 3) is Health.OPEN
    assert workers.all[1].ask(HERE, T0 + 3).cause is FailureKind.PROVIDER_OUTAGE
    assert workers.call(1, T0 + 3, target=SAME_KEY) is Health.OK
    assert workers.steps() == [("closed", "open")]


def test_a_failure_now_and_then_opens_nothing(workers):
    for i in range(300):
        assert workers.call(0, T0 + i * 0.1, DOWN if i % 5 == 0 else None) is Health.OK
    assert workers.told == []


def test_one_reset_opens_nothing(workers):
    workers.call(0, T0, failure(FailureKind.PROVIDER_CONNECTION))
    assert workers.call(0, T0 + 1) is Health.OK


def test_half_of_the_answers_broken_open_the_target_over_all_workers(workers):
    broken = failure(FailureKind.PROVIDER_TRUNCATED, 200)
    for i in range(9):
        assert workers.call(i % 2, T0 + i, broken) is Health.OK
    workers.call(1, T0 + 9, broken)
    assert workers.call(0, T0 + 9) is Health.OPEN


def test_a_window_that_is_over_counts_no_more(workers):
    broken = failure(FailureKind.PROVIDER_TRUNCATED, 200)
    for i in range(9):
        workers.call(0, T0 + i, broken)
    for i in range(9):
        assert workers.call(0, T0 + 90 + i, broken) is Health.OK


def test_a_refused_key_opens_all_targets_that_use_it_at_once(workers):
    workers.call(0, T0, failure(FailureKind.PROVIDER_QUOTA, 429))
    assert workers.call(1, T0 + 1) is Health.OPEN
    assert workers.call(1, T0 + 1, target=SAME_KEY) is Health.OPEN
    assert workers.call(1, T0 + 1, target=ELSEWHERE) is Health.OK


def test_a_model_that_is_gone_opens_only_itself(workers):
    workers.call(0, T0, failure(FailureKind.PROVIDER_MODEL_GONE, 404))
    assert workers.call(0, T0 + 1) is Health.OPEN
    assert workers.call(0, T0 + 1, target=SAME_KEY) is Health.OK


def test_one_forbidden_request_does_not_park_a_key_for_all(workers):
    workers.call(0, T0, failure(FailureKind.PROVIDER_AUTH, 403))
    assert workers.call(0, T0 + 1) is Health.OK


def test_the_callers_own_errors_never_count(workers):
    for i in range(50):
        assert workers.call(0, T0 + i, UpstreamFailure(kind=None, status=400)) is Health.OK


def test_a_rate_limit_holds_its_target_back_and_opens_nothing(workers):
    workers.call(0, T0, failure(FailureKind.PROVIDER_THROTTLED, 429, retry_after_s=4.0))
    assert workers.call(1, T0 + 3.9) is Health.OPEN
    assert workers.all[1].held(HERE, T0 + 3.9)
    assert workers.call(1, T0 + 3.9, target=SAME_KEY) is Health.OK
    assert workers.call(1, T0 + 4.1) is Health.OK
    assert workers.told == []


def test_a_probe_that_is_answered_closes_the_target(workers):
    for i in range(3):
        workers.call(0, T0 + i, DOWN)
    assert workers.call(1, T0 + 6.9) is Health.OPEN
    assert workers.call(1, T0 + 7.1) is Health.HALF_OPEN
    assert workers.call(0, T0 + 7.2) is Health.OK
    assert workers.steps() == [("closed", "open"), ("open", "half_open"), ("half_open", "closed")]


def test_a_failing_probe_keeps_it_open_for_twice_as_long(workers):
    for i in range(3):
        workers.call(0, T0 + i, DOWN)
    assert workers.call(0, T0 + 8, DOWN) is Health.HALF_OPEN
    assert workers.call(1, T0 + 17.9) is Health.OPEN
    assert workers.call(1, T0 + 18.1) is Health.HALF_OPEN


def test_a_call_from_before_the_recovery_opens_nothing(workers):
    breaker = workers.all[0]
    late = [breaker.ask(HERE, T0) for _ in range(3)]
    for i in range(3):
        workers.call(1, T0 + i, DOWN)
    workers.call(1, T0 + 8)
    for found in late:
        breaker.tell(HERE, found.health, T0, T0 + 30, failure(FailureKind.PROVIDER_TIMEOUT))
    assert workers.call(0, T0 + 31) is Health.OK


def test_a_cancelled_probe_gives_its_turn_back(workers):
    for i in range(3):
        workers.call(0, T0 + i, DOWN)
    probe = workers.all[0].ask(HERE, T0 + 8)
    assert workers.call(1, T0 + 8) is Health.OPEN
    workers.all[0].forget(HERE, probe.health, T0 + 8, T0 + 9)
    assert workers.call(1, T0 + 9) is Health.HALF_OPEN


def test_state_survives_a_worker_that_dies_and_its_probe_is_given_back(workers):
    for i in range(3):
        workers.call(0, T0 + i, DOWN)
    assert workers.all[0].ask(HERE, T0 + 8).health is Health.HALF_OPEN
    workers.replace(0)
    assert workers.all[0].phase(HERE, T0 + 3) is Phase.OPEN
    assert workers.call(1, T0 + 8) is Health.HALF_OPEN


def test_an_open_target_that_answers_when_nothing_else_was_left_is_closed(workers):
    for i in range(3):
        workers.call(0, T0 + i, DOWN)
    workers.all[0].tell(HERE, Health.OPEN, T0 + 3, T0 + 4, None)
    assert workers.call(1, T0 + 4.1) is Health.OK


def test_an_answered_call_of_our_own_closes_the_target_before_its_time(workers):
    for i in range(3):
        workers.call(0, T0 + i, DOWN)
    workers.all[1].well(HERE, T0 + 3)
    assert workers.call(0, T0 + 3.1) is Health.OK


def test_only_one_worker_sends_a_call_of_our_own_in_its_interval(workers):
    assert workers.all[0].may_probe(HERE, 15.0, T0)
    assert not workers.all[1].may_probe(HERE, 15.0, T0 + 14)
    assert workers.all[1].may_probe(HERE, 15.0, T0 + 15.1)


def test_a_person_holds_a_target_open_or_closed(workers):
    workers.all[0].follow(TARGETS, {HERE: True, ELSEWHERE: False})
    assert workers.call(0, T0) is Health.OPEN
    for i in range(5):
        assert workers.call(0, T0 + i, DOWN, ELSEWHERE) is Health.OK
    assert workers.call(0, T0 + 9, target=ELSEWHERE) is Health.OK


def test_a_disabled_breaker_lets_everything_through(tmp_path):
    with contextlib.closing(Workers(tmp_path, enabled=False)) as workers:
        assert {workers.call(0, T0 + i, DOWN) for i in range(20)} == {Health.OK}


def test_a_slot_that_another_target_had_says_nothing_of_this_one():
    cell = opened(NEVER, BreakerRules(), 1000, FailureKind.PROVIDER_OUTAGE).packed(tag=7)
    assert unpacked(cell, 8) == NEVER
    assert unpacked(cell, 7).open


@given(
    at_ms=st.integers(1, (1 << 42) - 1),
    open_=st.booleans(),
    level=st.integers(0, 31),
    cause=st.sampled_from([None, *(kind for kind in FailureKind if kind.value.startswith("provider."))]),
    tag=st.integers(0, 255),
)
def test_a_mark_survives_its_cell(at_ms, open_, level, cause, tag):
    mark = Mark(at_ms, open_, level, cause)
    cell = mark.packed(tag)
    assert 0 < cell < 1 << 63
    assert unpacked(cell, tag) == mark


@given(levels=st.integers(0, 40), cause=st.sampled_from([*FailureKind]))
def test_the_open_time_grows_and_is_bounded(levels, cause):
    rules, mark = BreakerRules(), Mark()
    spans = []
    for _ in range(levels + 1):
        mark = opened(mark, rules, mark.at_ms + 1, cause)
        spans.append(reopens_at_ms(mark, rules) - mark.at_ms)
    assert spans == sorted(spans)
    assert spans[-1] <= max(rules.longest_open_s, rules.longest_parked_s) * 1000


_OUTCOMES = st.sampled_from(
    [
        None,
        UpstreamFailure(kind=None, status=400),
        DOWN,
        failure(FailureKind.PROVIDER_CONNECTION),
        failure(FailureKind.PROVIDER_TRUNCATED, 200),
        failure(FailureKind.PROVIDER_THROTTLED, 429, 2.0),
        failure(FailureKind.PROVIDER_QUOTA, 429),
    ]
)
_ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "tell", "forget", "restart", "well"]),
        st.integers(0, 2),
        st.floats(0, 20),
        _OUTCOMES,
    ),
    max_size=60,
)


@settings(max_examples=150)
@given(acts=_ACTS)
def test_never_two_probes_at_once_whatever_happens(tmp_path_factory, acts):
    """Calls overlap, end in any order, are cancelled, and workers die; a probe's turn ends with its lease."""
    with contextlib.closing(Workers(tmp_path_factory.mktemp("b"), count=3, hard_in_a_row=1)) as workers:
        now, out = T0, list[tuple[int, float, Availability]]()
        for act, number, wait, how in acts:
            now += wait
            mine = [one for one in out if one[0] == number]
            if act == "restart":
                workers.replace(number)
                out = [one for one in out if one[0] != number]
            elif act == "well":
                workers.all[number].well(HERE, now)
                assert workers.all[number].phase(HERE, now) is Phase.CLOSED
            elif act == "ask":
                found = workers.all[number].ask(HERE, now)
                if found.health is not Health.OPEN:
                    out.append((number, now, found))
            elif mine:
                _end(workers, act, mine[0], now, how)
                out.remove(mine[0])
            assert sum(_probing(one, now) for one in out) <= 1
        assert len({one.phase(HERE, now) for one in workers.all}) == 1


def _probing(call, now):
    _, began, found = call
    return found.health is Health.HALF_OPEN and now < began + BreakerRules().lease_s


def _end(workers, act, call, now, how):
    number, began, found = call
    breaker = workers.all[number]
    if act == "forget":
        breaker.forget(HERE, found.health, began, now)
        return
    was_closed = breaker.phase(HERE, now) is Phase.CLOSED
    latest = max((one.at for one in workers.told), default=0.0)
    counts = _probing(call, now - 0.01) if found.health is Health.HALF_OPEN else was_closed and began > latest
    breaker.tell(HERE, found.health, began, now, how)
    if not counts:
        return
    after = breaker.phase(HERE, now)
    if how is None or how.kind in (None, FailureKind.PROVIDER_THROTTLED):
        assert after is Phase.CLOSED
    elif how is DOWN or how.kind is FailureKind.PROVIDER_QUOTA:
        assert after is (Phase.CLOSED if was_closed and found.health is Health.HALF_OPEN else Phase.OPEN)
