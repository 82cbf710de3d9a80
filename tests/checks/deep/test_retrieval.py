"""An index that has gone bad shows in what callers retrieve."""

import msgspec
from tests.checks.deep.exams import exam, tools
from tests.watch.records import NOON

from leadline.checks.deep.retrieval import RetrievalHealth
from leadline.vocabulary import FailureKind, Retrieval, RetrievedChunk


async def retrieved(check, *told, begin=0):
    found = []
    for number, one in enumerate(told, begin):
        found += await check.inspect(exam("fine", at=NOON + number, retrieval=Retrieval(index="kb", **one)))
    return found


def fresh():
    return RetrievalHealth().start(tools())


GOOD = {"n": 5, "score": 0.8, "age_s": 60.0, "size": 1000}


async def test_a_healthy_index_is_no_news():
    assert await retrieved(fresh(), *[GOOD] * 50) == []


async def test_empty_retrievals_are_told_with_their_index_and_end():
    check = fresh()
    told = await retrieved(check, *[GOOD] * 20, *[{"n": 0}] * 6)
    ended = await retrieved(check, *[GOOD] * 20, begin=30)

    assert [(one.kind, one.breached, one.feature) for one in told] == [
        (FailureKind.DATA_RETRIEVAL, True, "search")
    ]
    assert "index kb: 30% of the last 20 retrievals came back empty" in told[0].evidence
    assert ended[-1].clear


async def test_low_scores_are_told():
    [told] = await retrieved(fresh(), *[GOOD] * 20, *[GOOD | {"score": 0.1}] * 10)

    assert told.measure == "low_score_share"


async def test_chunks_past_their_age_are_stale_context():
    [told] = await retrieved(fresh(), *[GOOD | {"age_s": 30 * 86_400.0}] * 20)

    assert told.kind is FailureKind.DATA_STALE_CONTEXT


async def test_an_index_that_loses_half_of_itself_is_told_and_becomes_the_new_size():
    check = fresh()
    told = await retrieved(check, *[GOOD] * 20, *[GOOD | {"size": 500}] * 15)

    assert [(one.breached, one.clear) for one in told] == [(True, False), (False, True)]
    assert told[0].measure == "index_size_ratio"


def chunks(*vectors):
    return tuple(RetrievedChunk(id=f"c{n}", vector=vector) for n, vector in enumerate(vectors))


async def late(check, *vectors):
    seen = msgspec.structs.replace(
        exam("fine", retrieval=Retrieval(index="kb")), chunks=chunks(*vectors), told_later=True
    )
    return await check.inspect(seen)


async def test_vectors_of_zeros_are_told():
    [told] = await late(fresh(), *[(0.0, 0.0)] * 20)

    assert told.kind is FailureKind.DATA_EMBEDDING_DRIFT


async def test_vectors_that_changed_for_the_same_chunk_are_told():
    check = fresh()
    before = await late(check, *[(1.0, 0.1 * n) for n in range(20)])
    [told] = await late(check, *[(-1.0, 0.1 * n) for n in range(20)])

    assert before == []
    assert told.measure == "bad_vector_share"


async def test_figures_that_come_later_count_and_those_told_before_do_not_count_again():
    check, empty = fresh(), Retrieval(index="kb", n=0)
    again = msgspec.structs.replace(exam("fine", retrieval=empty), told_later=True)
    later = msgspec.structs.replace(again, figures_later=True)

    assert not any([await check.inspect(again) for _ in range(40)])
    told = [one for _ in range(20) for one in await check.inspect(later)]
    assert [one.measure for one in told] == ["empty_share"]


async def test_a_request_that_asked_nobody_says_nothing_of_its_index():
    check = fresh()

    for _ in range(25):
        assert not await check.inspect(exam("fine", retrieval=Retrieval(index="kb", n=0), attempts=()))
