"""Sums that an answer writes out come to what arithmetic says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.inline._equations import written_out
from leadline.checks.inline._figures import figures


def value_of(text):
    *_, figure = figures(text)
    return next(written_out(text[: figure.start], figure), None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Cabinets: 20 * $1,850 + 6 * $1,620 = $46,720", 46_720),
        ("Power: 26 \u00d7 1,200 kWh \u00d7 $0.138 = $4,305.60", 4305.6),
        ("On average 90 / 3 \u00d7 2 = 60", 60),
        ("It is 60 - 5 - 5 = 50", 50),
        ("Fee: 15 % * $200 = $30", 30),
        ("5 EUR/month - 3 EUR = 2 EUR", 2),
        ("9 / 0 = 4", None),
        ("12 boxes of 24 = 288", None),
        ("The total of 12 and 24 was 36", None),
        ("= 36", None),
    ],
)
def test_products_go_first_and_the_rest_from_left_to_right(text, value):
    assert value_of(text) == (pytest.approx(value) if value is not None else None)


@given(
    st.lists(st.integers(1, 99), min_size=2, max_size=5),
    st.lists(st.sampled_from("+-*/"), min_size=4, max_size=4),
)
def test_it_is_what_python_makes_of_it(numbers, signs):
    text = " ".join(f"{number} {sign}" for number, sign in zip(numbers, signs, strict=False))
    text = text.rsplit(" ", 1)[0] if len(numbers) <= len(signs) else f"{text} {numbers[-1]}"

    assert value_of(f"{text} = 7") == pytest.approx(eval(text))  # noqa: S307 - of our own numbers
