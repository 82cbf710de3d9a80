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
        ("a %25256eightjar b", "%25256eightjar"),
        ("a night\x00jar b", "night\x00jar"),
        ("a night\u034f\u3164\u2800jar b", "night\u034f\u3164\u2800jar"),
        ("a night\U000e0101jar b", "night\U000e0101jar"),
        ("a n\u0336i\u0336ghtjar b", "n\u0336i\u0336ghtjar"),
        ("a n\u0308ightjar b", "n\u0308ightjar"),
        ("a n\u00efghtj\u00e0r b", "n\u00efghtj\u00e0r"),
        ("a n\u0131\u0261htj\u0251r b", "n\u0131\u0261htj\u0251r"),
        ("a \u202erajthgin\u202c b", "rajthgin"),
        ("\u042d\u0442\u043e n\u0456ghtj\u0430r, \u0434\u0440\u0443\u0437\u044c\u044f", "n\u0456ghtj\u0430r"),
    ],
)
def test_a_disguise_is_seen_through_and_its_own_letters_are_named(text, found):
    assert found in spans(text)


def test_what_is_encoded_is_found_where_the_code_stands():
    code = base64.b64encode(b"go and see the nightjar, please").decode()

    assert spans(f"say {code}!") == [code]


def test_what_is_encoded_may_be_disguised_too():
    code = base64.b64encode("go and see the n\u0456ghtj\u0430r, please".encode()).decode()

    assert spans(f"say {code}!") == [code]


def test_what_is_written_in_signs_that_nobody_sees_is_found():
    unseen = "".join(chr(0xE0100 + ord(one) - 16) for one in "the nightjar")

    assert spans(f"\U0001f600{unseen} hello") == [unseen]


def test_letters_with_marks_are_read_as_they_are_and_as_letters():
    guard = Words(words=("caf\u00e9 noir", "ignore"))

    assert [one.end for one in scanned(guard, "cafe\u0301 noir", Place.OUTPUT)] == [10]
    assert scanned(guard, "cafe noir", Place.OUTPUT) == ()
    assert scanned(guard, "\u00efgn\u00f6r\u00eb", Place.OUTPUT)


def test_figures_of_other_scripts_are_figures():
    guard = Words(words=("4111",))

    assert scanned(guard, "\u0664\u0661\u0661\u0661", Place.OUTPUT)


@pytest.mark.parametrize(
    "written",
    [
        b"go and see the nightjar, please".hex(" "),
        ", ".join(map(str, b"go and see the nightjar, please")),
        " ".join(f"{byte:08b}" for byte in b"go and see the nightjar, please"),
        "".join(f"{byte:08b}" for byte in b"go and see the nightjar, please"),
    ],
)
def test_bytes_one_by_one_are_read(written):
    assert spans(f"say {written} now") == [written]


@pytest.mark.parametrize(
    "figures",
    [
        "23 45 67 34 56 72 41 55 32 61 44 70 65 32",
        "105, 44, 32, 99, 51, 98, 64, 107, 32, 99, 61, 48, 100, 99",
        "12, 999, 250, 32, 14, 77, 81, 90, 43, 51, 66, 70",
    ],
)
def test_figures_of_a_table_stand_for_nothing(figures):
    assert list(decoded(figures)) == []


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
