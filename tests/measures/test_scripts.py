"""How far a text goes beyond ASCII, and how well a ratio for each of that turns our count into a bill."""

import gzip
import json
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.measures.scripts import script_of
from leadline.measures.tokens import count_text
from leadline.vocabulary import Question
from leadline.watch.learning import RATIO_KNOWN_AFTER, Ratio


def of(prompt, context=""):
    return script_of(Question(model="m", prompt=prompt, context=context))


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("What does it cost?", "ascii"),
        ("", "ascii"),
        ("Wie viel kostet das für fünf Leute, und wann schließt ihr heute Abend?", "accented"),
        ("Сколько это стоит, и когда вы закрываетесь?", "foreign"),
        ("これはいくらですか。何時に閉まりますか。", "wide"),
    ],
)
def test_a_text_is_told_by_its_letters(text, script):
    assert of(text) == of("", context=text) == script


def test_a_long_context_outweighs_a_short_question():
    assert of("これは何", context="The shop is open from nine to five. " * 40) == "accented"


@given(st.text(st.characters()))
def test_any_text_has_one(text):
    assert of(text, context=text) in {"ascii", "accented", "foreign", "wide"}


def test_traffic_in_many_languages_is_counted_within_five_per_cent_of_another_tokenizers_bill(data):
    with gzip.open(data / "labelled" / "langid_stsb.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    chance = random.Random(3)  # noqa: S311 - the same prompts each time
    by_language: dict[str, list[str]] = {}
    for row in rows:
        by_language.setdefault(row["lang"], []).append(row["text"])
    prompts = [
        " ".join(chance.choice(sentences) for _ in range(chance.randint(4, 12)))
        for sentences in by_language.values()
        for _ in range(60)
    ]
    chance.shuffle(prompts)
    learnt: dict[str, Ratio] = {}
    off = []
    for number, prompt in enumerate(prompts):
        counted, billed = count_text(prompt, "gpt-4o"), count_text(prompt, "gpt-4")
        ratio = learnt.setdefault(of(prompt), Ratio())
        if ratio.seen >= RATIO_KNOWN_AFTER:
            off.append(abs(counted * ratio.mean - billed) / billed)
        ratio.add(billed / counted, float(number))

    assert len(off) >= 400
    assert statistics.median(off) <= 0.05
    assert sum(one > 0.15 for one in off) <= 0.01 * len(off)
