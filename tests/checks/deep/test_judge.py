"""A judge is asked about a sample, within its budget, and read strictly."""

from typing import Any

import pytest
from tests.checks.deep.exams import Model, exam, tools
from tests.watch.records import NOON

from leadline.checks.deep._spending import is_sampled
from leadline.checks.deep.judge import Judge
from leadline.vocabulary import FailureKind, Verdict

FAIL = '{"verdict": "fail", "reason": "the 90 days are nowhere"}'
PASS = '{"verdict": "pass", "reason": "all supported"}'


def judge(model, clock=lambda: NOON, **settings):
    given: dict[str, Any] = {"model": "careful", "budget_usd_per_day": 1.0, "share": 1.0} | settings
    return Judge(**given).start(tools(model, clock=clock))


async def verdict(reply):
    [found] = await judge(Model(reply)).inspect(exam("90 days.", prompt="how long?", context="30 days"))
    return found


async def test_what_the_judge_finds_is_a_signal_with_its_reason():
    found = await verdict(FAIL)

    assert (found.verdict, found.kind) == (Verdict.FAIL, FailureKind.QUALITY_HALLUCINATION)
    assert found.evidence == "judge: the 90 days are nowhere"
    assert (await verdict(PASS)).verdict is Verdict.PASS


@pytest.mark.parametrize("fence", ["```json\n{}\n```", "```\n{}\n```\n", " {} "])
async def test_a_code_fence_around_the_reply_changes_nothing(fence):
    assert (await verdict(fence.format(FAIL))).evidence == "judge: the 90 days are nowhere"


@pytest.mark.parametrize(
    "reply",
    ["fail", "", f"Sure! {FAIL}", FAIL * 2, f"```json\n{FAIL}",
     '{"verdict": "maybe", "reason": ""}', '{"verdict": "pass"}',
     '{"verdict": "pass", "reason": "", "note": 1}', "[]"],
)  # fmt: skip
async def test_a_reply_of_another_form_is_no_verdict(reply):
    assert (await verdict(reply)).verdict is Verdict.SKIPPED


async def test_it_is_shown_source_question_and_answer_behind_a_fence_they_cannot_know():
    model = Model(PASS)
    await judge(model).inspect(exam("yes", prompt="is it?", context="it is", request_id="r7"))
    [asking] = model.asked
    fence = next(line for line in asking.prompt.splitlines() if line.startswith("==="))[:20]

    assert asking.alias == "careful"
    assert asking.prompt.count(fence) == 4
    assert fence in asking.system


async def test_when_the_days_money_is_spent_it_asks_no_more_until_midnight():
    model, now = Model(PASS, cost_usd=0.6), [NOON]
    one = judge(model, clock=lambda: now[0])
    for _ in range(5):
        if one.wants(exam("yes", prompt="?")):
            await one.inspect(exam("yes", prompt="?"))
    spent = len(model.asked)
    now[0] += 86_400

    assert spent == 2
    assert one.wants(exam("yes", prompt="?"))


async def test_what_was_spent_outlasts_a_restart():
    model = Model(PASS, cost_usd=None)
    first, second = (judge(model, budget_usd_per_day=0.01) for _ in range(2))
    await first.inspect(exam("yes", prompt="?"))
    second.remember(first.remembered())

    assert not second.wants(exam("yes", prompt="?"))


async def test_more_money_on_the_same_day_ends_the_condition():
    model = Model(PASS, cost_usd=0.6)
    poor, rich = judge(model, budget_usd_per_day=0.5), judge(model, budget_usd_per_day=5.0)
    [_, spent] = await poor.inspect(exam("yes", prompt="?"))
    rich.remember(poor.remembered())
    [_, again] = await rich.inspect(exam("yes", prompt="?"))

    assert spent.until == spent.at + 600
    assert (spent.breached, again.breached, again.clear) == (True, False, True)
    assert spent.name == again.name
    assert len(await rich.inspect(exam("yes", prompt="?"))) == 1


def test_the_sample_has_the_share_it_should_and_is_the_same_everywhere():
    drawn = [is_sampled(f"r{n}", 0.02, "judge") for n in range(20_000)]

    assert 300 < sum(drawn) < 500
    assert drawn == [is_sampled(f"r{n}", 0.02, "judge") for n in range(20_000)]


@pytest.mark.parametrize("wrong", [{"share": 0.0}, {"share": 2.0}, {"budget_usd_per_day": 0.0}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="share"):
        Judge(**({"model": "m", "budget_usd_per_day": 1.0} | wrong))
