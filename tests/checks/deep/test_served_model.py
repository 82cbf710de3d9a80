"""Another model behind the same name is told at once; what flickers is not."""

from tests.checks.deep.exams import exam, tools
from tests.watch.records import NOON

from leadline.checks.deep.served_model import ServedModel
from leadline.vocabulary import Condition, FailureKind, Job


async def served(check, *models):
    """`models` are (served model, fingerprint) in order."""
    found = []
    for number, (model, fingerprint) in enumerate(models):
        told = {"served_model": model, "fingerprint": fingerprint}
        found += await check.inspect(exam("fine", at=NOON + number, told=told))
    return found


def fresh():
    return ServedModel().start(tools())


async def test_a_new_snapshot_is_a_regression_and_leaves_a_job_for_the_golden_set():
    old, new = ("gpt-4o-2024-08-06", None), ("gpt-4o-2024-11-20", None)
    condition, job = await served(fresh(), *[old] * 10, *[new] * 10)

    assert isinstance(condition, Condition)
    assert isinstance(job, Job)
    assert (condition.kind, condition.breached) == (FailureKind.QUALITY_REGRESSION, True)
    assert condition.until == condition.at + 600
    assert "gpt-4o-2024-08-06 became gpt-4o-2024-11-20" in condition.evidence
    assert (job.kind, job.subject) == ("golden_set", "openai/gpt-4o")


async def test_the_same_model_is_no_news():
    assert await served(fresh(), *[("m", "fp_1")] * 200) == []


async def test_a_single_answer_of_another_is_no_change():
    assert await served(fresh(), *[("m-1", None)] * 5, ("m-2", None), *[("m-1", None)] * 5) == []


async def test_two_snapshots_in_turns_are_news_once_at_most():
    both = [("m-1", None), ("m-2", None), ("m-2", None), ("m-2", None)]

    assert len(await served(fresh(), *both * 20)) == 2


async def test_fingerprints_that_flicker_are_no_change():
    assert await served(fresh(), *[("m", "fp_1"), ("m", "fp_2"), ("m", "fp_3")] * 60) == []


async def test_a_fingerprint_that_stays_is_one():
    found = await served(fresh(), *[("m", "fp_1")] * 60, *[("m", "fp_2")] * 60)

    assert [type(one) for one in found] == [Condition, Job]


async def test_a_change_over_a_restart_is_noticed():
    before, after = fresh(), fresh()
    await served(before, *[("m-1", None)] * 5)
    after.remember(before.remembered())

    assert await served(after, *[("m-2", None)] * 3)
