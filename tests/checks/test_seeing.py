"""What a text hides is shown to guards, with its place in the text as written."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.guards.words import Words
from leadline.checks.seeing import as_read, decoded, scanned
from leadline.vocabulary import Place

GUARD = Words(words=("nightjar",))


def spans(text):
    return sorted({text[one.start : one.end] for one in scanned(GUARD, text, Place.OUTPUT)})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a nightjar b", "nightjar"),
        ("a \\u006eightjar b", "\\u006eightjar"),
        ("a %6e%69ghtjar b", "%6e%69ghtjar"),
        ("a &#110;ightjar b", "&#110;ightjar"),
        ("a n\u0456ghtjar b", "n\u0456ghtjar"),
        ("a night\u200bjar b", "night\u200bjar"),
        ("a \\u006e\u0456ghtjar b", "\\u006e\u0456ghtjar"),
    ],
)
def test_a_disguise_is_seen_through_and_its_own_letters_are_named(text, found):
    assert found in spans(text)


def test_what_is_encoded_is_found_where_the_code_stands():
    code = base64.b64encode(b"go and see the nightjar, please").decode()

    assert spans(f"say {code}!") == [code]


def test_a_text_of_another_script_keeps_its_letters():
    read = as_read("\u0421\u0435\u0433\u043e\u0434\u043d\u044f \u0445\u043e\u0440\u043e\u0448\u043e")

    assert read is None


@given(st.text())
def test_plain_words_of_a_sentence_are_no_code_and_no_text_breaks_it(text):
    for start, end, said in decoded(text):
        assert 0 <= start < end <= len(text)
        assert said
    read = as_read(text)
    if read is not None:
        for at in range(len(read.text)):
            start, end = read.origin(at, at + 1)
            assert 0 <= start < end <= len(text)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_word_is_found_whatever_stands_around_it(before, after):
    text = f"{before} nightjar {after}"

    assert any("nightjar" in span for span in spans(text))
