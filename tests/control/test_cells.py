"""Values as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.control.console import cells


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.031, "31 us"),
        (0.44, "0.4 ms"),
        (212.4, "212 ms"),
        (1840, "1.84 s"),
        (72_000, "1 min 12 s"),
        (None, cells.NOTHING),
    ],
)
def test_milliseconds_get_the_unit_that_fits(value, shown):
    assert cells.milliseconds(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (12.5, "$12.50"),
        (0.0042, "$0.0042"),
        (0.0000331, "$0.000033"),
        (0, "$0.0000"),
        (1234.5, "$1,234.50"),
        (None, cells.NOTHING),
    ],
)
def test_dollars_show_what_a_single_call_costs(value, shown):
    assert cells.dollars(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(9, "9 s"), (61, "1 min 1 s"), (1260, "21 min"), (9000, "2 h 30 min"), (90_000, "1 d 1 h")],
)
def test_durations_have_two_units_at_most(seconds, shown):
    assert cells.lasting(seconds) == shown


@given(st.text())
def test_no_control_character_or_turned_direction_stays_hidden(text):
    shown = cells.plain(text)

    assert not [c for c in shown if (ord(c) < 0x20 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_plain_text_is_left_as_it_is(text):
    assert cells.plain(text) == text
