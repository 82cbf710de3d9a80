"""The anchors of the severity scale, and that it only rises with blast, recoverability and business."""

import timeit
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.triage.rule_words import ruling_words
from leadline.triage.severity import classify, weigh
from leadline.vocabulary import FailureCategory, KeyState, Severity, TrafficClass

PROVIDER, QUALITY = FailureCategory.PROVIDER, FailureCategory.QUALITY
REVENUE = {"revenue": 1.0}
DOWN: dict[str, Any] = {"affected_share": 0.9, "class_shares": REVENUE, "outage_ticks": 9, "crossed": True}
CLASSES = [name.value for name in TrafficClass]


@pytest.mark.parametrize(
    ("category", "state", "severity"),
    [
        (
            PROVIDER,
            KeyState(
                affected_share=0.9, served_share=0.0, class_shares=REVENUE, outage_ticks=9, crossed=True
            ),
            Severity.CRITICAL,
        ),
        (
            PROVIDER,
            KeyState(
                affected_share=0.9, served_share=0.99, class_shares=REVENUE, outage_ticks=9, crossed=True
            ),
            Severity.HIGH,
        ),
        (
            QUALITY,
            KeyState(affected_share=0.3, mitigation=2, class_shares={"experimental": 1.0}, crossed=True),
            Severity.MEDIUM,
        ),
        (FailureCategory.DATA, KeyState(affected_share=0.9, class_shares=REVENUE), Severity.LOW),
        (PROVIDER, KeyState(affected_share=0.02, latency_only=True, crossed=True), Severity.MEDIUM),
        (FailureCategory.SECURITY, KeyState(crossed=True, confirmed_leak=True), Severity.CRITICAL),
        (
            FailureCategory.SECURITY,
            KeyState(affected_share=0.9, mitigation=3, class_shares={"internal": 1.0}, crossed=True),
            Severity.HIGH,
        ),
    ],
    ids=[
        "primary down, no fallback",
        "failover works",
        "experimental",
        "trend only",
        "slow",
        "leak",
        "attack on an internal tool",
    ],
)
def test_an_anchor_of_the_scale(category, state, severity):
    assert classify(category, state) is severity


def test_a_class_with_less_than_a_tenth_of_the_affected_does_not_count():
    few = KeyState(affected_share=0.5, class_shares={"internal": 0.95, "compliance": 0.05}, crossed=True)
    many = KeyState(affected_share=0.5, class_shares={"internal": 0.8, "compliance": 0.2}, crossed=True)

    assert classify(QUALITY, few) is Severity.MEDIUM
    assert classify(QUALITY, many) is Severity.CRITICAL


shares = st.floats(0, 1)
states = st.builds(
    KeyState,
    affected_share=shares,
    class_shares=st.sampled_from(CLASSES).map(lambda name: {name: 1.0}),
    served_share=st.none() | shares,
    outage_ticks=st.integers(0, 6),
    mitigation=st.none() | st.integers(0, 3),
    crossed=st.booleans(),
    confirmed_leak=st.booleans(),
    latency_only=st.booleans(),
)
categories = st.sampled_from(list(FailureCategory))


def changed(state: KeyState, **columns: object) -> KeyState:
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    return KeyState(**(fields | columns))


@given(categories, states, shares, shares)
def test_a_wider_blast_is_never_milder(category, state, one, other):
    narrow, wide = sorted((one, other))

    milder = classify(category, changed(state, affected_share=narrow))
    assert milder.rank <= classify(category, changed(state, affected_share=wide)).rank


@given(categories, states, st.integers(0, 3), st.integers(0, 3))
def test_a_failure_harder_to_mend_is_never_milder(category, state, one, other):
    easy, hard = sorted((one, other))

    milder = classify(category, changed(state, mitigation=easy))
    assert milder.rank <= classify(category, changed(state, mitigation=hard)).rank


@given(states, shares, shares)
def test_fewer_served_in_the_end_is_never_milder(state, one, other):
    few, many = sorted((one, other))
    usual = changed(state, mitigation=None, latency_only=False)

    milder = classify(PROVIDER, changed(usual, served_share=many))
    assert milder.rank <= classify(PROVIDER, changed(usual, served_share=few)).rank


@given(categories, states, st.sampled_from(CLASSES), st.sampled_from(CLASSES))
def test_worthier_traffic_is_never_milder(category, state, one, other):
    cheap, dear = sorted((one, other), key=CLASSES.index)

    milder = classify(category, changed(state, class_shares={cheap: 1.0}))
    assert milder.rank <= classify(category, changed(state, class_shares={dear: 1.0})).rank


@pytest.mark.slow
def test_a_classification_takes_less_than_ten_microseconds():
    state = KeyState(affected_share=0.3, served_share=0.5, class_shares=REVENUE, outage_ticks=5, crossed=True)

    best = min(timeit.repeat(lambda: classify(PROVIDER, state), number=2000, repeat=5)) / 2000

    assert best < 10e-6


@pytest.mark.parametrize(
    ("category", "state", "ruled_by"),
    [
        (PROVIDER, KeyState(**DOWN, served_share=0.0), "score"),
        (PROVIDER, KeyState(**{**DOWN, "affected_share": 0.02}, served_share=0.99), "outage"),
        (PROVIDER, KeyState(**{**DOWN, "affected_share": 0.0}, served_share=0.0), "no_way_out"),
        (PROVIDER, KeyState(crossed=True, affected_share=0.001, served_share=0.99), "crossed"),
        (PROVIDER, KeyState(affected_share=0.9, class_shares=REVENUE, served_share=0.0), "not_crossed"),
        (
            QUALITY,
            KeyState(crossed=True, affected_share=0.9, mitigation=3, class_shares={"internal": 1.0}),
            "no_business",
        ),
        (FailureCategory.SECURITY, KeyState(crossed=True, confirmed_leak=True), "confirmed_leak"),
    ],
)
def test_the_last_word_is_kept_with_the_figures(category, state, ruled_by):
    seen = weigh(category, state)

    assert seen.ruled_by == ruled_by
    assert seen.score == seen.blast + seen.recoverability + seen.business
    assert seen.affected_share == state.affected_share
    assert ruling_words(ruled_by) != ruled_by
