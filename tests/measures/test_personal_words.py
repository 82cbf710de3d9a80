"""The small model of names: how a text is cut for it, and what becomes of one that cannot be read."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.measures.personal_words import Tagger, lacking, tagger, windows


@given(count=st.integers(1, 5000))
def test_windows_cover_every_token_and_none_is_only_at_a_rim(count):
    cut = list(windows(count))

    assert cut[0][0] == 0
    assert cut[-1][1] == count
    assert all(end - start <= 128 for start, end in cut)
    for (_, end), (start, _) in itertools.pairwise(cut):
        assert end - start == 32


def test_files_that_are_no_model_are_told_in_a_sentence(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")

    with pytest.raises(ValueError, match="cannot be read"):
        Tagger(tmp_path)


def test_words_come_in_order_with_where_they_stand():
    if lacking():
        pytest.skip(f"the extra `names` is absent: {lacking()}")
    text = "Her name is Katharina Hoffmann."

    words = list(tagger().words(text))

    assert [text[word.start : word.end] for word in words] == ["Katharina", "Hoffmann"]
    assert {word.sort for word in words} == {"person"}
    assert all(0.9 < word.sure <= 1.001 for word in words)
