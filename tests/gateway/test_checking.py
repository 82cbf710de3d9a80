"""Checks fail open: they never cost the client its answer, and what they did not see is counted."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.inline import Examination
from leadline.gateway.checking import PARKED_AFTER, PARKED_FOR_S, Checking
from leadline.vocabulary import Answer, ProviderIdentifier, Question, Signal, Verdict

EXAM = Examination(
    question=Question(model="m"),
    answer=Answer(text="x"),
    target=ProviderIdentifier(provider="p", model="m"),
    provider_type="openai",
)


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Check:
    """Takes as long as it is told, then does as it is told."""

    def __init__(self, clock: Clock, took_s: float, then: Callable[[], None] = lambda: None) -> None:
        self.clock = clock
        self.took_s = took_s
        self.then = then
        self.calls = 0

    def inspect(self, exam: Examination) -> Signal:
        assert exam is EXAM
        self.calls += 1
        self.clock.now += self.took_s
        self.then()
        return Signal(check="c", verdict=Verdict.PASS, score=1.0)


def test_a_check_within_its_share_says_what_it_says_and_how_long_it_took():
    clock = Clock()
    checking = Checking([("c", Check(clock, 0.004))], clock, budget_s=0.05)

    (signal,) = checking.run(EXAM)

    assert (signal.verdict, signal.score) == (Verdict.PASS, 1.0)
    assert 3_900 <= signal.took_us <= 4_100
    assert checking.skipped == 0


def test_a_check_over_its_share_gives_no_verdict_and_the_others_do():
    clock = Clock()
    checking = Checking([("slow", Check(clock, 0.045)), ("c", Check(clock, 0.001))], clock, budget_s=0.05)

    slow, quick = checking.run(EXAM)

    assert (slow.check, slow.verdict) == ("slow", Verdict.SKIPPED)
    assert slow.evidence.startswith("took 45 ms of its 3")
    assert quick.verdict is Verdict.PASS
    assert checking.skipped == 1


def test_what_quick_checks_leave_a_slow_one_may_take():
    clock = Clock()
    others = [(f"c{number}", Check(clock, 0.0002)) for number in range(14)]
    checking = Checking([*others, ("slow", Check(clock, 0.04))], clock, budget_s=0.05)

    assert {signal.verdict for signal in checking.run(EXAM)} == {Verdict.PASS}


@given(times=st.lists(st.floats(0, 0.06), min_size=1, max_size=16))
def test_verdicts_are_given_within_the_budget_and_never_kept_from_a_quick_check(times):
    clock = Clock()
    checking = Checking([(str(n), Check(clock, took)) for n, took in enumerate(times)], clock, budget_s=0.05)

    signals = checking.run(EXAM)

    given_s = [took for took, signal in zip(times, signals, strict=True) if signal.verdict is Verdict.PASS]
    assert sum(given_s) <= 0.05 + 1e-6 or checking.skipped
    quick = [signal for took, signal in zip(times, signals, strict=True) if took < 0.025 / len(times)]
    assert all(signal.verdict is Verdict.PASS for signal in quick)


def test_overruns_in_a_row_park_a_check_and_a_rest_brings_it_back():
    clock = Clock()
    slow = Check(clock, 0.2)
    checking = Checking([("c", slow)], clock, budget_s=0.05)

    for _ in range(PARKED_AFTER + 3):
        checking.run(EXAM)
    assert slow.calls == PARKED_AFTER
    assert "c" in checking.parked
    assert checking.skipped == PARKED_AFTER + 3

    clock.now += PARKED_FOR_S
    slow.took_s = 0.001
    assert checking.run(EXAM)[0].verdict is Verdict.PASS
    assert "c" not in checking.parked


def test_one_overrun_after_the_rest_parks_it_again():
    clock = Clock()
    slow = Check(clock, 0.2)
    checking = Checking([("c", slow)], clock, budget_s=0.05)
    for _ in range(PARKED_AFTER):
        checking.run(EXAM)

    clock.now += PARKED_FOR_S
    checking.run(EXAM)

    assert checking.parked == ("c",)


def test_overruns_that_are_not_in_a_row_park_nothing():
    clock = Clock()
    check = Check(clock, 0.2)
    checking = Checking([("c", check)], clock, budget_s=0.05)

    for _ in range(3 * PARKED_AFTER):
        check.took_s = 0.2 if check.took_s < 0.05 else 0.001
        checking.run(EXAM)

    assert checking.parked == ()


def test_a_check_that_breaks_down_is_a_counted_skip():
    def break_down() -> None:
        raise RuntimeError("the text of the answer")

    clock = Clock()
    checking = Checking([("c", Check(clock, 0.0, break_down))], clock, budget_s=0.05)

    (signal,) = checking.run(EXAM)

    assert signal.verdict is Verdict.SKIPPED
    assert signal.evidence == "the check broke down: RuntimeError"
    assert checking.skipped == 1
