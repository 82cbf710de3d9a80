"""Which target is tried next, and why that one."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from leadline.gateway.routing import Availability, Health, Ladder, Patience, ReadyRoute, ReadyTarget, Step
from leadline.providers.openai import OpenAI
from leadline.vocabulary import (
    FailureKind,
    ProviderIdentifier,
    SelectionReason,
    Target,
    UpstreamFailure,
    WireProtocol,
)

NOW = 1_000.0
PATIENCE = Patience(backoff_s=0.2, longest_retry_after_s=2.0)
OUTAGE = UpstreamFailure(kind=FailureKind.PROVIDER_OUTAGE, status=503, retry_same=True)
QUOTA = UpstreamFailure(kind=FailureKind.PROVIDER_QUOTA, status=429)
FAULT = UpstreamFailure(kind=None, status=400)

failures = st.builds(
    UpstreamFailure,
    kind=st.none() | st.sampled_from(FailureKind),
    retry_same=st.booleans(),
    fail_over=st.booleans(),
    retry_after_s=st.none() | st.floats(0, 100),
)


def route(names: str, retries: int = 1) -> ReadyRoute:
    return ReadyRoute.of("chat", tuple(ready(name) for name in names), retries)


def ladder_of(names: str, retries: int = 1, chance: float = 0.5, **more) -> Ladder:
    return Ladder(route(names, retries), PATIENCE, lambda: chance, **more)


def ready(name: str) -> ReadyTarget:
    identity = ProviderIdentifier(provider=name, model="m")
    target = Target(identity=identity, type="openai", base_url="http://h", secret="env:X")
    provider = OpenAI()
    return ReadyTarget(
        target=target,
        provider=provider,
        surface=provider.surfaces[WireProtocol.OPENAI_CHAT],
        secret="s",
        price=None,
        learnt_name="openai/m",
        headers={},
    )


def begin(ladder: Ladder) -> Step:
    step = ladder.first(NOW)
    assert step
    return step


def weighted(spec: str, sticky: str = "") -> ReadyRoute:
    """`a3 b1 c` is a with weight 3 beside b with weight 1, then c."""
    targets = []
    for word in spec.split():
        one = ready(word[0])
        weight = float(word[1:]) if word[1:] else None
        targets.append(replace(one, target=replace(one.target, weight=weight)))
    return ReadyRoute.of("chat", tuple(targets), 0, sticky)


def open_are(names: str):
    """A breaker that holds back these."""
    held = Availability(Health.OPEN, FailureKind.PROVIDER_OVERLOADED)
    return lambda target, _now: held if target.target.identity.provider in names else Availability()


def name_of(step) -> str:
    return str(step.target.target.identity.provider)


def walk(names: str, retries: int, *met: UpstreamFailure) -> str:
    """The targets tried in order, given what each try met."""
    ladder = ladder_of(names, retries)
    tried = begin(ladder).target.target.identity.provider
    for failure in met:
        step = ladder.after(failure, NOW)
        if step is None:
            return tried + "."
        tried += step.target.target.identity.provider
    return tried


def test_a_passing_failure_is_retried_once_and_then_left_for_the_next():
    assert walk("ab", 1, OUTAGE, OUTAGE, OUTAGE) == "aab."


def test_retries_count_over_the_whole_request():
    assert walk("abc", 2, OUTAGE, QUOTA, OUTAGE, OUTAGE, OUTAGE) == "aabbc."


def test_a_failure_that_will_not_pass_goes_to_the_next_at_once():
    assert walk("ab", 1, QUOTA) == "ab"


def test_a_caller_s_fault_that_may_pass_is_asked_again_there_and_nowhere_else():
    conflict = UpstreamFailure(kind=None, status=409, retry_same=True, fail_over=False)
    ladder = ladder_of("ab")
    begin(ladder)
    again = ladder.after(conflict, NOW)

    assert again
    assert again.target.target.identity.provider == "a"
    assert again.selection.detail == "retry 1 of 1 on a/m: attempt 1 was refused (HTTP 409)"
    assert (again.selection.caused_by, again.selection.caused_by_attempt) == (None, 1)
    assert ladder.after(conflict, NOW) is None


def test_a_caller_s_fault_ends_it():
    assert walk("ab", 1, FAULT) == "a."


def test_a_failure_that_may_not_travel_ends_it():
    assert walk("ab", 1, UpstreamFailure(kind=FailureKind.PROVIDER_OUTAGE, fail_over=False)) == "a."


def test_an_upstream_that_asks_for_a_short_pause_gets_it():
    wait = UpstreamFailure(kind=FailureKind.PROVIDER_THROTTLED, retry_same=True, retry_after_s=1.5)

    ladder = ladder_of("ab")
    ladder.first(NOW)

    step = ladder.after(wait, NOW)

    assert step
    assert (step.target.target.identity.provider, step.wait_s) == ("a", 1.5)


def test_an_upstream_that_asks_for_a_long_pause_is_left():
    long = UpstreamFailure(kind=FailureKind.PROVIDER_THROTTLED, retry_same=True, retry_after_s=2.5)

    assert walk("ab", 1, long) == "ab"


def test_the_chain_of_causes_is_recorded():
    ladder = ladder_of("ab")
    ladder.first(NOW)
    ladder.after(OUTAGE, NOW)

    step = ladder.after(QUOTA, NOW)

    assert step
    assert step.selection.reason is SelectionReason.FALLBACK
    assert step.selection.caused_by is FailureKind.PROVIDER_QUOTA
    assert step.selection.caused_by_attempt == 2
    assert step.selection.detail == "fallback 1 of 1, b/m: attempt 2 failed with provider.quota (HTTP 429)"


@given(st.lists(failures, max_size=30), st.integers(0, 3), st.integers(1, 4), st.floats(0, 1))
def test_every_ladder_ends_and_never_goes_back(met, retries, targets, chance):
    ladder = ladder_of("abcd"[:targets], retries, chance)
    tried = [begin(ladder)]
    for failure in met:
        step = ladder.after(failure, NOW)
        if step is None:
            break
        tried.append(step)
        assert step.selection.caused_by is failure.kind

    names = [step.target.target.identity.provider for step in tried]
    assert names == sorted(names)
    assert len(names) <= targets + retries
    assert all(step.wait_s <= max(2.0, 0.2 * 2**retries) for step in tried)


def test_a_target_shows_no_secret_when_it_is_printed():
    assert "secret=***" in repr(ready("a"))
    assert "'s'" not in repr(route("a"))


@given(st.floats(0, 1, exclude_max=True))
def test_the_load_is_shared_by_weight(chance):
    step = begin(Ladder(weighted("a3 b1 c"), PATIENCE, lambda: chance))

    assert name_of(step) == ("a" if chance < 0.75 else "b")
    assert step.selection.reason is SelectionReason.LOAD_BALANCED


def test_those_that_share_a_load_stand_in_for_each_other_before_the_fallbacks():
    ladder = Ladder(weighted("a3 b1 c"), PATIENCE, lambda: 0.9)

    steps = [begin(ladder), ladder.after(QUOTA, NOW), ladder.after(QUOTA, NOW), ladder.after(QUOTA, NOW)]

    assert [name_of(step) for step in steps if step] == ["b", "a", "c"]
    assert [step.selection.reason.value for step in steps if step] == [
        "load_balanced",
        "fallback",
        "fallback",
    ]


@given(st.floats(0, 1))
def test_a_weight_of_nothing_is_asked_when_no_other_is_left(chance):
    ladder = Ladder(weighted("a0 b1"), PATIENCE, lambda: chance)

    assert name_of(begin(ladder)) == "b"
    assert name_of(ladder.after(QUOTA, NOW)) == "a"


@given(st.floats(0, 1))
def test_a_target_that_is_short_of_its_limits_leaves_its_share_to_the_others(chance):
    shared = weighted("a3 b1 c")
    of = {name: ready(name).target.identity for name in "abc"}

    def first(*short: str) -> str:
        spared = shared.sparing({of[name] for name in short})
        return name_of(begin(Ladder(spared, PATIENCE, lambda: chance)))

    assert first("a") == "b"
    assert first("a", "b") == name_of(begin(Ladder(shared, PATIENCE, lambda: chance)))
    assert first("c") == first()


@given(st.text(min_size=1))
def test_who_sticks_stays_when_the_others_share_differently(who):
    def chosen(spec: str) -> str:
        return name_of(begin(Ladder(weighted(spec), PATIENCE, lambda: 0.5, who=who)))

    before, after = chosen("a1 b1 c1"), chosen("a1 b1 c5")

    assert after in (before, "c")


def test_sticky_callers_are_shared_by_weight():
    found = [
        name_of(begin(Ladder(weighted("a3 b1"), PATIENCE, lambda: 0.5, who=f"user-{number}")))
        for number in range(2000)
    ]

    assert 0.70 < found.count("a") / len(found) < 0.80


def test_an_open_target_is_passed_over_and_leaves_its_trace():
    ladder = ladder_of("abc", available=open_are("a"))

    step = begin(ladder)

    assert (name_of(step), step.number, step.selection.reason) == ("b", 2, SelectionReason.FALLBACK)
    assert step.selection.caused_by is FailureKind.PROVIDER_OVERLOADED
    assert step.selection.caused_by_attempt == 1
    avoided = ladder.take_avoided()
    assert [(one.number, name_of(one), one.selection.reason.value) for one in avoided] == [
        (1, "a", "short_circuited")
    ]
    assert not ladder.take_avoided()


def test_when_all_are_open_the_first_is_asked_after_all_but_only_once():
    ladder = ladder_of("ab", available=open_are("ab"))

    step = begin(ladder)

    assert (name_of(step), step.health, step.number) == ("a", Health.OPEN, 3)
    assert step.selection.reason is SelectionReason.PRIMARY
    assert ladder.after(QUOTA, NOW) is None


def test_who_has_something_better_does_not_ask_an_open_target():
    ladder = ladder_of("ab", available=open_are("ab"))
    ladder.bypasses = False

    assert ladder.first(NOW) is None
    assert len(ladder.take_avoided()) == 2


def test_a_half_open_target_is_asked():
    ladder = ladder_of("ab", available=lambda _target, _now: Availability(Health.HALF_OPEN))

    assert begin(ladder).health is Health.HALF_OPEN


def test_no_further_try_is_begun_when_the_time_is_over():
    ladder = ladder_of("ab")
    begin(ladder)

    assert ladder.after(OUTAGE, NOW, left_s=0.0) is None


def test_a_pause_longer_than_the_time_left_is_not_made():
    ladder = ladder_of("ab")
    begin(ladder)
    wait = UpstreamFailure(kind=FailureKind.PROVIDER_THROTTLED, retry_same=True, retry_after_s=1.5)

    step = ladder.after(wait, NOW, left_s=1.0)

    assert step
    assert name_of(step) == "b"
