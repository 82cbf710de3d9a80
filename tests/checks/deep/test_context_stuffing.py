"""Prompts that step up are told of, and bills that step; what varies as it always did is not."""

import math
import random

import pytest
from tests.checks.deep.exams import exam, tools
from tests.watch.records import NOON

from leadline.checks.deep.context_stuffing import ContextStuffing
from leadline.vocabulary import Condition, FailureKind, TokenUsage


async def told(check, lengths, *, billed_each=1.2, start=0, template="report", **exchange):
    """The conditions of requests of so many counted tokens, five seconds apart."""
    found = []
    ratios = billed_each if isinstance(billed_each, list) else [billed_each] * len(lengths)
    for number, (counted, ratio) in enumerate(zip(lengths, ratios, strict=True)):
        usage = TokenUsage(input_tokens=round(counted * ratio), output_tokens=9)
        known = {"counted_input_tokens": counted, "counted_script": "ascii", "template": template}
        at = NOON + start + 5 * number
        found += await check.inspect(exam("fine", at=at, told={"usage": usage}, **(known | exchange)))
    return found


def fresh():
    return ContextStuffing().start(tools())


def varying(seed, count, usual=1000, spread=0.8):
    chance = random.Random(seed)  # noqa: S311 - the same traffic each time
    return [max(20, round(usual * math.exp(chance.gauss(0, spread)))) for _ in range(count)]


async def test_prompts_that_double_are_told_of_once_and_learnt():
    check = fresh()
    (condition,) = await told(check, [500] * 300 + [1000] * 400)

    assert (condition.kind, condition.breached) == (FailureKind.COST_CONTEXT_STUFFING, True)
    assert (condition.feature, condition.measure) == ("search", "prompt_growth")
    assert "template report" in condition.evidence
    assert condition.until == condition.at + 600
    assert len(await told(check, [2000] * 100, start=9000)) == 1, "growth upon growth is told again"


async def test_prompts_that_shrink_cost_nobody_anything():
    assert await told(fresh(), [1000] * 300 + [300] * 300) == []


async def test_short_prompts_that_grow_by_a_sentence_are_no_news():
    assert await told(fresh(), [12] * 300 + [40] * 300) == []


async def test_a_template_of_a_few_requests_has_nothing_usual_yet():
    assert await told(fresh(), [500] * 100 + [2000] * 100) == []


@pytest.mark.parametrize("seed", range(10))
async def test_lengths_that_vary_are_no_growth(seed):
    assert await told(fresh(), varying(seed, 800)) == []


@pytest.mark.parametrize("seed", range(10))
async def test_conversations_that_grow_and_begin_anew_are_no_growth(seed):
    chance = random.Random(seed)  # noqa: S311 - the same traffic each time
    lengths: list[int] = []
    while len(lengths) < 800:
        length = 300
        for _ in range(chance.randint(1, 15)):
            length += chance.randint(50, 400)
            lengths.append(length)

    assert await told(fresh(), lengths) == []


async def test_among_lengths_that_vary_three_times_as_much_is_found():
    lengths = varying(1, 400) + varying(2, 60, usual=3000)

    assert len(await told(fresh(), lengths)) == 1


async def test_a_new_tokenizer_is_told_of_by_its_bills():
    (condition,) = await told(fresh(), [500] * 400, billed_each=[1.2] * 300 + [1.6] * 100)

    assert condition.measure == "token_ratio_step"
    assert condition.measured > 1.1
    assert "openai/gpt-4o bills" in condition.evidence


async def test_some_inflated_bills_are_no_new_tokenizer():
    assert (
        await told(fresh(), [500] * 800, billed_each=[12.0 if n % 5 == 0 else 1.2 for n in range(800)]) == []
    )


async def test_a_bill_without_a_count_still_tells_of_growth():
    check, found = fresh(), []
    for number, billed in enumerate([500] * 300 + [1500] * 40):
        usage = TokenUsage(input_tokens=billed, output_tokens=9)
        images = exam("", at=NOON + number, told={"usage": usage}, counted_input_tokens=None)
        found += await check.inspect(images)

    assert [one.measure for one in found if isinstance(one, Condition)] == ["prompt_growth"]


async def test_a_restart_forgets_nothing():
    before, after = fresh(), fresh()
    await told(before, [500] * 300)
    after.remember(before.remembered())

    assert len(await told(after, [1000] * 100, start=1500)) == 1
