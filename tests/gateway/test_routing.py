"""Which target is tried next, and why that one."""

from hypothesis import given
from hypothesis import strategies as st

from leadline.gateway.routing import Ladder, Patience, ReadyRoute, ReadyTarget
from leadline.providers.openai import OpenAI
from leadline.vocabulary import (
    FailureKind,
    ProviderIdentifier,
    SelectionReason,
    Target,
    UpstreamFailure,
)

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
    return ReadyRoute(alias="chat", targets=tuple(ready(name) for name in names), retries=retries)


def ready(name: str) -> ReadyTarget:
    identity = ProviderIdentifier(provider=name, model="m")
    target = Target(identity=identity, type="openai", base_url="http://h", secret="env:X")
    provider = OpenAI()
    return ReadyTarget(
        target=target, provider=provider, secret="s", price=None, learnt_name="openai/m", headers=()
    )


def walk(names: str, retries: int, *met: UpstreamFailure) -> str:
    """The targets tried in order, given what each try met."""
    ladder = Ladder(route(names, retries), PATIENCE)
    tried = ladder.first().target.target.identity.provider
    for failure in met:
        step = ladder.after(failure, 0.5)
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


def test_a_caller_s_fault_ends_it():
    assert walk("ab", 1, FAULT) == "a."


def test_a_failure_that_may_not_travel_ends_it():
    assert walk("ab", 1, UpstreamFailure(kind=FailureKind.PROVIDER_OUTAGE, fail_over=False)) == "a."


def test_an_upstream_that_asks_for_a_short_pause_gets_it():
    wait = UpstreamFailure(kind=FailureKind.PROVIDER_THROTTLED, retry_same=True, retry_after_s=1.5)

    step = Ladder(route("ab"), PATIENCE).after(wait, 0.0)

    assert step
    assert (step.target.target.identity.provider, step.wait_s) == ("a", 1.5)


def test_an_upstream_that_asks_for_a_long_pause_is_left():
    long = UpstreamFailure(kind=FailureKind.PROVIDER_THROTTLED, retry_same=True, retry_after_s=2.5)

    assert walk("ab", 1, long) == "ab"


def test_the_chain_of_causes_is_recorded():
    ladder = Ladder(route("ab"), PATIENCE)
    ladder.first()
    ladder.after(OUTAGE, 0.5)

    step = ladder.after(QUOTA, 0.5)

    assert step
    assert step.selection.reason is SelectionReason.FALLBACK
    assert step.selection.caused_by is FailureKind.PROVIDER_QUOTA
    assert step.selection.caused_by_attempt == 2
    assert step.selection.detail == "fallback 1 of 1, b/m: attempt 2 failed with provider.quota (HTTP 429)"


@given(st.lists(failures, max_size=30), st.integers(0, 3), st.integers(1, 4), st.floats(0, 1))
def test_every_ladder_ends_and_never_goes_back(met, retries, targets, chance):
    ladder = Ladder(route("abcd"[:targets], retries), PATIENCE)
    tried = [ladder.first()]
    for failure in met:
        step = ladder.after(failure, chance)
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
