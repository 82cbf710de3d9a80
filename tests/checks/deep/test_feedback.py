"""What people say is a verdict once, and a model's own text is known again when it is handed in as theirs."""

import random

import pytest
from tests.checks.deep.exams import exam, tools
from tests.watch.records import NOON, observation

from leadline.checks.deep import DeepExamination, Remembering
from leadline.checks.deep.feedback import Feedback
from leadline.vocabulary import Complaint, Condition, FailureKind, FeedbackNote, Observation, Signal, Verdict

WORDS = [f"word{n}" for n in range(3000)]
CORRUPT = FailureKind.DATA_GROUND_TRUTH_CORRUPTION


def written(seed, words=90):
    return " ".join(random.Random(seed).choices(WORDS, k=words))  # noqa: S311 - a seed, no secret


@pytest.fixture
def check():
    return Feedback().start(tools())


async def answered(check, request_id, answer, **more):
    return await check.inspect(exam(answer, request_id=request_id, **more))


async def say(check, request_id="r1", **said):
    exchange = observation(request_id).exchange
    note = FeedbackNote(exchange=exchange, at=NOON, **said)
    return await check.inspect(DeepExamination(observation=Observation(exchange=exchange), feedback=note))


def signals(found, name):
    return [one for one in found if isinstance(one, Signal) and one.check == name]


def conditions(found):
    return [one for one in found if isinstance(one, Condition)]


@pytest.mark.parametrize(
    ("complaint", "kind"),
    [
        (Complaint.WRONG, FailureKind.QUALITY_HALLUCINATION),
        (Complaint.OFF_TOPIC, FailureKind.QUALITY_COHERENCE),
        (Complaint.FORMAT, FailureKind.QUALITY_FORMAT),
        (Complaint.REFUSED, FailureKind.QUALITY_REFUSAL),
        (Complaint.EMPTY, FailureKind.QUALITY_EMPTY),
        (Complaint.OTHER, FailureKind.QUALITY_REGRESSION),
        (None, FailureKind.QUALITY_REGRESSION),
    ],
)
async def test_a_complaint_fails_the_answer_for_what_is_held_against_it(check, complaint, kind):
    [signal] = await say(check, score=0.0, complaint=complaint)

    assert (signal.check, signal.verdict, signal.kind, signal.score) == ("feedback", Verdict.FAIL, kind, 0.0)


async def test_praise_passes_and_a_comment_judges_nothing(check):
    assert [one.verdict for one in await say(check, score=1.0)] == [Verdict.PASS]
    assert await say(check, comment="hm", comment_chars=2) == ()


async def test_the_same_said_twice_counts_once_and_a_changed_mind_again(check):
    counted = [
        len(await say(check, score=score, rater=rater))
        for score, rater in ((0.0, "ada"), (0.0, "ada"), (0.0, "bob"), (1.0, "ada"), (1.0, "ada"))
    ]

    assert counted == [1, 0, 1, 1, 0]


async def test_who_judges_first_and_corrects_later_has_judged_once(check):
    await answered(check, "r1", written(1))

    assert signals(await say(check, score=0.0, rater="ann"), "feedback")
    later = await say(check, score=0.0, rater="ann", corrected=written(2))

    assert signals(later, "feedback") == []
    assert [one.check for one in later if isinstance(one, Signal)] == ["feedback_text"]


async def test_what_was_counted_stays_counted_after_a_restart(check):
    await say(check, score=0.0)
    again = Feedback().start(tools())
    assert isinstance(check, Remembering)
    assert isinstance(again, Remembering)
    again.remember(check.remembered())

    assert await say(again, score=0.0) == ()


async def test_the_models_own_answer_is_no_correction(check):
    await answered(check, "r1", written(1))

    [signal] = signals(await say(check, score=0.0, corrected=written(1).upper() + "!"), "feedback_text")

    assert (signal.verdict, signal.kind) == (Verdict.FAIL, CORRUPT)
    assert "its own" not in signal.evidence
    assert "word1" not in signal.evidence


async def test_a_correction_in_a_few_places_is_somebodys_own(check):
    await answered(check, "r1", written(1))
    words = written(1).split()
    words[30] = "Lyon"

    [signal] = signals(await say(check, score=0.0, corrected=" ".join(words)), "feedback_text")

    assert signal.verdict is Verdict.PASS


async def test_what_a_model_wrote_for_somebody_else_is_known_again(check):
    await answered(check, "r1", written(1))
    await answered(check, "r2", written(2))

    [signal] = signals(await say(check, "r1", score=0.0, corrected=written(2)), "feedback_text")

    assert (signal.verdict, signal.kind, signal.score) == (Verdict.FAIL, CORRUPT, 1.0)


async def test_a_text_of_ones_own_passes(check):
    await answered(check, "r1", written(1))

    [signal] = signals(await say(check, "r1", score=0.0, corrected=written(9)), "feedback_text")

    assert signal.verdict is Verdict.PASS


async def test_an_answer_that_is_not_remembered_cannot_be_compared(check):
    [signal] = signals(await say(check, "old", score=0.0, corrected=written(1)), "feedback_text")

    assert signal.verdict is Verdict.NOT_APPLICABLE


async def test_an_answer_that_repeats_a_correction_has_learnt_it_unless_it_was_told(check):
    await answered(check, "r1", written(1))
    await say(check, "r1", score=0.0, corrected=written(9))

    [learnt] = signals(await answered(check, "r2", written(9)), "feedback_memorised")
    told = await answered(check, "r3", written(9), context=f"Example: {written(9)}")
    same_again = await answered(check, "r4", written(1))

    assert (learnt.verdict, learnt.kind) == (Verdict.FAIL, CORRUPT)
    assert signals(told, "feedback_memorised") == []
    assert signals(same_again, "feedback_memorised") == []


async def test_a_feature_whose_corrections_are_often_a_models_is_told_once_and_clears(check):
    told = []
    for number in range(30):
        own = written(100 + number)
        await answered(check, f"r{number}", own)
        corrected = own if number < 10 else written(1000 + number)
        told += conditions(await say(check, f"r{number}", score=0.0, corrected=corrected))

    assert [(one.breached, one.clear) for one in told] == [(True, False), (False, True)]
    assert {(one.kind, one.subject, one.measure) for one in told} == {(CORRUPT, "search", "model_made_share")}


async def test_feedback_on_what_no_model_was_asked_says_nothing_of_models(check):
    exchange = observation("r1", attempts=()).exchange
    note = FeedbackNote(exchange=exchange, at=NOON, score=0.0)

    assert not await check.inspect(DeepExamination(observation=Observation(exchange=exchange), feedback=note))
