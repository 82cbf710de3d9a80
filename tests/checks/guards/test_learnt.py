"""What the weights that are shipped say of themselves, and that it holds."""

import gzip
import json

import pytest

from leadline.checks.guards._linear import recorded, shipped
from leadline.checks.guards._ngrams import BUCKETS
from leadline.checks.guards.indirect_injection import IndirectInjection
from leadline.checks.guards.injection import Injection
from leadline.checks.guards.profanity import Profanity
from leadline.vocabulary import Place

TARGETS = {
    "injection": {"recall": 0.88, "false_alarms": -0.01, "false_alarms_notinject": -0.02},
    "indirect_injection": {
        "auroc": 0.99,
        "recall": 0.88,
        "false_alarms": -0.01,
        "false_alarms_documents": -0.015,
        "false_alarms_passages": -0.01,
        "false_alarms_written": -0.08,
    },
    "profanity": {"auroc": 0.95},
}
"""On rows held out from the training; a negative figure is the most that may be."""


@pytest.mark.parametrize("name", TARGETS)
def test_the_figures_on_rows_held_out_meet_the_targets(name):
    record = recorded(name)
    assert record is not None
    for figure, target in TARGETS[name].items():
        measured = record.figures[figure]
        assert measured >= target if target > 0 else measured <= -target


@pytest.mark.parametrize("name", TARGETS)
def test_weights_are_small_and_fit_their_inputs(name):
    model = shipped(name)

    assert len(model._weights) == BUCKETS + len(model.record.extra)
    assert model._weights.nbytes < 1_000_000
    assert model.score(model.record.threshold) == pytest.approx(0.5)


def test_questions_that_were_never_trained_on_are_flagged_less_than_once_in_a_hundred(data):
    with gzip.open(data / "labelled" / "injection_direct.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = [row["text"] for row in rows if row["source"] == "HaluEval-user-query"]
    guard = Injection()

    flagged = sum(guard.grade(text, Place.INPUT_USER) >= 0.5 for text in texts)

    assert len(texts) > 500
    assert flagged <= 0.01 * len(texts)


def test_few_search_results_seem_to_speak_to_the_model(data):
    with gzip.open(data / "labelled" / "halluc_ragtruth_qa.jsonl.gz", "rt", encoding="utf-8") as lines:
        contexts = {json.loads(line)["context"] for line in lines}
    guard = IndirectInjection()

    flagged = sum(guard.grade(text, Place.INPUT_CONTEXT) >= 0.5 for text in contexts)

    assert flagged <= 0.03 * len(contexts)


def test_rude_words_are_found_in_the_sentence_that_holds_them():
    clean = "The parcel arrived on Tuesday and everything was in order. " * 10
    text = f"{clean}You are a stupid fucking bitch. {clean}"

    (one,) = [found for found in Profanity().scan(text, Place.OUTPUT) if found.score >= 0.5]

    assert text[one.start : one.end].strip() == "You are a stupid fucking bitch."
    assert Profanity().grade(clean, Place.OUTPUT) < 0.5
