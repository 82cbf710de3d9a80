"""A model that is asked the same again says the same of what it knows; what it makes up it makes up anew."""

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from tests.checks.deep.exams import Model, exam, tools
from tests.watch.records import NOON

from leadline.checks.deep import Unavailable
from leadline.checks.deep.self_consistency import SelfConsistency
from leadline.evals.measuring import auroc
from leadline.vocabulary import FailureKind, Verdict

ASKED_AGAIN = Path(__file__).with_name("asked_again.jsonl")


def check(model, clock=lambda: NOON, **settings):
    given: dict[str, Any] = {"budget_usd_per_day": 1.0, "share": 1.0} | settings
    return SelfConsistency(**given).start(tools(model, clock=clock))


async def agreement(answer, *others):
    model = Model(*others)
    one = SelfConsistency(budget_usd_per_day=1.0, share=1.0).start(tools(model))
    [found] = await one.inspect(exam(answer, prompt="When was the bridge built?", alias="smart"))
    return found, model


async def test_a_model_that_says_the_same_again_passes():
    said = "The bridge was built in 1894 by the city."
    found, model = await agreement(said, said, "It was built in 1894.", "The city built the bridge in 1894.")

    assert found.verdict is Verdict.PASS
    assert [asking.alias for asking in model.asked] == ["smart"] * 3


async def test_a_model_that_makes_it_up_anew_each_time_does_not():
    others = (
        "In 1702, by monks.",
        "Nobody knows who planned the tower of 1955.",
        "Around 1611 it burnt down.",
    )
    found, _ = await agreement("The bridge was built in 1894 by the city.", *others)

    assert (found.verdict, found.kind) == (Verdict.FAIL, FailureKind.QUALITY_HALLUCINATION)


def test_the_question_goes_to_the_same_alias_with_its_context_and_a_free_hand():
    model = Model("Yes.")
    asyncio.run(check(model, times=1).inspect(exam("Yes.", prompt="Is it?", context="It is.", alias="smart")))
    [asking] = model.asked

    assert (asking.alias, asking.system, asking.prompt, asking.temperature) == (
        "smart",
        "It is.",
        "Is it?",
        1.0,
    )


async def test_figures_of_the_question_are_no_disagreement():
    model = Model("The page was not found on the server.")
    asked = exam("404 says that the page was not found on the server.", prompt="What is 404?", alias="smart")
    [found] = await check(model).inspect(asked)

    assert found.verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("seen", "settings"),
    [
        (exam("Yes.", prompt="", alias="a"), {}),
        (exam("", prompt="Is it?", alias="a"), {}),
        (exam("Yes.", prompt="Is it?" * 10, alias="a"), {"cap_chars": 20}),
        (exam("Yes.", prompt="Is it?", alias="a"), {"templates": ("other",)}),
        (exam("Yes.", prompt="Is it?", alias="a"), {"share": 1e-9}),
    ],
)
def test_what_cannot_be_asked_again_or_is_not_sampled_is_left_alone(seen, settings):
    assert not check(Model("Yes."), **settings).wants(seen)


async def test_when_the_money_ends_it_stops_and_tells_what_was_left_out():
    model, now = Model("Yes.", cost_usd=0.4), [NOON]
    one = check(model, clock=lambda: now[0], times=5)
    asked = exam("Yes.", prompt="Is it?", alias="smart")
    found = await one.inspect(asked)

    assert len(model.asked) == 3
    assert [one.kind for one in found] == [FailureKind.COST_BUDGET]
    assert not one.wants(asked)
    now[0] += 86_400
    assert one.wants(asked)


async def test_a_model_that_does_not_answer_is_no_verdict():
    async def down(_asking):
        raise Unavailable("the gateway does not answer")

    with pytest.raises(Unavailable):
        await check(down).inspect(exam("Yes.", prompt="Is it?", alias="smart"))


@pytest.mark.parametrize("wrong", [{"share": 0.0}, {"times": 0}, {"times": 11}, {"budget_usd_per_day": 0.0}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="share"):
        SelfConsistency(**({"budget_usd_per_day": 1.0} | wrong))


def measured(rows):
    """(AUROC, recall, false flags) of rows with `question`, `answer`, `again` and `label`."""
    scores, flagged = [], []
    for row in rows:
        one = check(Model(*row["again"]), times=len(row["again"]))
        asked = exam(row["answer"], prompt=row["question"], alias="smart")
        [found] = [signal for signal in asyncio.run(one.inspect(asked)) if signal.check == "self_consistency"]
        scores.append(1 - found.score)
        flagged.append(found.verdict is Verdict.FAIL)
    labels = [row["label"] for row in rows]
    shares = [
        sum(flag for flag, label in zip(flagged, labels, strict=True) if label == wanted)
        / labels.count(wanted)
        for wanted in (1, 0)
    ]
    found = auroc(zip(scores, map(bool, labels), strict=True))
    assert found is not None
    return found, *shares


def test_what_does_not_exist_is_flagged_and_what_is_known_is_not():
    rows = [json.loads(line) for line in ASKED_AGAIN.read_text().splitlines()]
    found, recall, false_flags = measured(rows)

    assert len(rows) == 50
    assert found >= 0.98
    assert recall == 1.0
    assert false_flags <= 0.08


def test_details_of_long_answers_are_seen_less_well_as_its_page_says(data):
    path = data / "labelled/halluc_ragtruth_qa.jsonl.gz"
    answers = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    rows = [
        row | {"again": [one["answer"] for one in answers if one["group"] == row["group"] and one is not row]}
        for row in answers
    ]
    found, recall, false_flags = measured(rows)

    assert found >= 0.66
    assert recall >= 0.22
    assert false_flags <= 0.12
