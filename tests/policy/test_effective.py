"""A person's pin beats the watch, the watch beats the plan, and what has expired says nothing."""

from hypothesis import given
from hypothesis import strategies as st

from leadline.policy.effective import effective
from leadline.vocabulary import Overlay, OverlayEntry, Plan

RATIO = ("token_ratio", "openai/gpt-4o")


def entry(value: float, expires_at: float | None = None) -> OverlayEntry:
    return OverlayEntry(what=RATIO[0], name=RATIO[1], value=value, reason="r", expires_at=expires_at)


def plan(*pins: OverlayEntry) -> Plan:
    return Plan(generation=1, created_at=0, pins=pins)


def test_the_watch_s_entry_holds_for_its_own_name_only():
    now = effective(plan(), Overlay(entries=(entry(1.1),)))

    assert now.value(*RATIO, now=0) == 1.1
    assert now.value("token_ratio", "openai/gpt-5", now=0) is None
    assert now.value("output_p99", RATIO[1], now=0) is None


def test_a_pin_beats_the_overlay_and_says_why():
    holds = effective(plan(entry(1.0)), Overlay(entries=(entry(1.4),)))

    found = holds.entry(*RATIO, now=0)

    assert found
    assert (found.value, found.reason) == (1.0, "r")


@given(st.floats(0, 1e9), st.floats(0, 1e9))
def test_an_entry_holds_until_just_before_it_expires(expires_at, now):
    holds = effective(plan(), Overlay(entries=(entry(1.1, expires_at),)))

    assert (holds.value(*RATIO, now=now) == 1.1) is (now < expires_at)


def test_an_expired_pin_gives_way_to_the_overlay():
    holds = effective(plan(entry(1.0, expires_at=10)), Overlay(entries=(entry(1.4),)))

    assert holds.value(*RATIO, now=11) == 1.4
