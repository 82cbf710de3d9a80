"""A copy of an answer is known again, however it is set, and what people write is not."""

import random

from hypothesis import given
from hypothesis import strategies as st

from leadline.measures.served_text import ServedText

WORDS = [f"word{n}" for n in range(2000)]


def written(seed, words=120):
    return " ".join(random.Random(seed).choices(WORDS, k=words))  # noqa: S311 - a seed, no secret


def knowing(*texts, **limits):
    known = ServedText(**limits)
    for text in texts:
        known.served(text)
    return known


def test_a_copy_is_known_whatever_its_case_and_punctuation():
    assert knowing(written(1)).share(written(1).upper().replace(" ", ",  ")) == 1.0


def test_an_edited_copy_is_still_mostly_known():
    words = written(1).split()
    words[40], words[90] = "Bremen", "Hamburg"

    assert knowing(written(1)).share(" ".join(words)) >= 0.6


def test_what_somebody_wrote_themselves_is_unknown():
    known = knowing(*(written(seed) for seed in range(50)))

    assert known.share(written(99)) == 0.0


def test_a_short_text_cannot_be_told():
    assert knowing(written(1)).share("Thank you very much") is None


def test_the_oldest_answers_are_forgotten():
    known = knowing(*(written(seed) for seed in range(50)), most_runs=100)

    assert len(known) == 100
    assert known.share(written(49)) == 1.0
    assert known.share(written(0)) == 0.0


@given(st.text(), st.text())
def test_any_text_can_be_kept_and_looked_up(answer, text):
    share = knowing(answer).share(text)

    assert share is None or 0.0 <= share <= 1.0
