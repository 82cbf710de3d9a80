"""Numbers by a form of one's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.guards.forms import Forms
from leadline.vocabulary import FailureKind, Place


def found(guard, text):
    return [text[one.start : one.end] for one in guard.scan(text, Place.OUTPUT)]


@pytest.mark.parametrize(
    ("form", "text", "there"),
    [
        ("KD-######", "customer KD-123456.", ["KD-123456"]),
        ("KD-######", "kd123456, KD 654321", ["kd123456", "KD 654321"]),
        ("KD-######", "KD-1234567 and XKD-123456 and KD--123456", []),
        ("@@##", "AB12 Ü912 AÖ34", ["AB12", "AÖ34"]),
        ("***-***", "(a1B-9zZ)", ["a1B-9zZ"]),
        (r"\##-####", "#7-1234 and 77-1234", ["#7-1234"]),
        ("P.####", "P.1234 Px1234", ["P.1234"]),
    ],
)
def test_a_form_is_found_whole_and_nowhere_else(form, text, there):
    assert found(Forms(forms=(form,)), text) == there


def test_a_word_nearby_may_be_asked_for():
    guard = Forms(forms=("########",), near=("Patient", "case no"), label="patient")

    assert found(guard, "patient 12345678") == ["12345678"]
    assert found(guard, "12345678 is the CASE NO") == ["12345678"]
    assert found(guard, "order 12345678") == []
    assert found(guard, "patient" + " " * 60 + "12345678") == []
    assert guard.labels == {"patient"}
    assert {one.kind for one in guard.scan("patient 12345678", Place.OUTPUT)} == {
        FailureKind.SECURITY_PII_LEAK
    }


@pytest.mark.parametrize("form", ["", "secret", "##", "- - -", "##--##", r"\#\#\#"])
def test_what_is_no_form_is_refused(form):
    with pytest.raises(ValueError, match="the form"):
        Forms(forms=(form,))


def test_without_forms_it_is_not_available():
    assert "empty" in Forms(forms=()).unavailable


@given(
    digits=st.text("0123456789", min_size=8, max_size=8),
    before=st.text(max_size=20),
    after=st.text(max_size=20),
)
def test_a_finding_is_no_longer_than_its_reach(digits, before, after):
    guard = Forms(forms=("#### ####", "##-##-##-##"))
    for one in guard.scan(f"{before} {digits} {after}", Place.OUTPUT):
        assert one.end - one.start < (guard.reach or 0)
