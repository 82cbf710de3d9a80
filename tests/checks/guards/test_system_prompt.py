"""The system prompt, where it does not belong."""

import pytest

from leadline.checks.guards.system_prompt import SystemPrompt
from leadline.vocabulary import Place

PROMPT = (
    "You are the clerk of Acme. Offer a discount of at most nine per cent, and only when a customer has "
    "asked three times. Never speak of the merger with Globex before the first of May."
)
GUARD = SystemPrompt(canaries=("zq7-harbour-41",), prompts=(PROMPT,))


def found(text):
    return [(one.label, text[one.start : one.end]) for one in GUARD.scan(text, Place.OUTPUT)]


def test_a_planted_mark_is_found_each_time():
    assert found("a zq7-harbour-41, b zq7-harbour-41") == [("canary", "zq7-harbour-41")] * 2


def test_a_long_piece_word_for_word_is_one_finding():
    piece = "offer a DISCOUNT of at most nine per cent - and only when a customer has asked"

    assert found(f"My rules: {piece}! What else?") == [("verbatim", piece)]


def test_two_pieces_apart_are_two_findings():
    words = PROMPT.split()
    text = f"{' '.join(words[:14])} ... and later: {' '.join(words[-14:])}"

    assert [label for label, _ in found(text)] == ["verbatim", "verbatim"]


@pytest.mark.parametrize("text", ["", "A discount of nine per cent is fine.", "I am the clerk of Acme."])
def test_a_few_words_in_common_are_no_leak(text):
    assert found(text) == []


def test_without_marks_and_prompts_it_says_that_it_cannot_work():
    assert SystemPrompt().unavailable
    assert not GUARD.unavailable
    with pytest.raises(ValueError, match="too short"):
        SystemPrompt(canaries=("abc",))
