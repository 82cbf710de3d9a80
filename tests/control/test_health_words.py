"""What the console says of the house in its head."""

from leadline.control.console.frame import _health_words

NOW = 1000.0


def row(**lost):
    return {"lag_s": 0.1, "dropped": 0, "workers": [{"at": NOW - 1, "lost": lost}]}


def test_a_house_that_sees_is_well():
    well, words, _ = _health_words(row(), NOW)

    assert well
    assert words == "0.1 s behind · 1/1 workers"


def test_a_guard_without_its_model_is_told_with_the_reason():
    well, words, hint = _health_words(row(guards_unavailable={"names": "onnxruntime cannot be found"}), NOW)

    assert not well
    assert "guard not available: names" in words
    assert "onnxruntime cannot be found" in hint
