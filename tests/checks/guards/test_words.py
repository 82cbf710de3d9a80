"""Words and phrases that must not be said."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline import plugs
from leadline.checks.guards.words import Words
from leadline.vocabulary import Place


def found(guard, text):
    return [text[one.start : one.end] for one in guard.scan(text, Place.OUTPUT)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("Project Nightjar ships in May.", ["Project Nightjar"]),
        ("PROJECT  nightjar, project-nightjar", ["PROJECT  nightjar", "project-nightjar"]),
        ("The projects of nightjars", []),
        ("bluefin. Bluefins", ["bluefin"]),
        ("", []),
    ],
)
def test_words_and_phrases_are_found_in_any_case_and_spacing(text, hits):
    assert found(Words(words=("project nightjar", "bluefin")), text) == hits


def test_languages_without_blanks_are_searched_inside_of_words():
    assert found(Words(words=("機密",), whole_words=False), "これは機密です") == ["機密"]


def test_an_entry_without_a_letter_is_refused():
    with pytest.raises(msgspec.ValidationError, match="holds no letter"):
        plugs.build("leadline.checks.guards", {"type": "words", "words": ["--"]})


@given(st.text(), st.text(), st.sampled_from(["bluefin", "Project  Nightjar", "project\nnightjar"]))
def test_what_stands_between_blanks_is_always_found_and_spans_fit(before, after, said):
    text = f"{before} {said} {after}"
    guard = Words(words=("project nightjar", "bluefin"))

    assert any(hit.casefold().split() == said.casefold().split() for hit in found(guard, text))
    assert all(len(hit) <= (guard.reach or 0) for hit in found(guard, text))
