"""What deep checks find reaches triage and, by request id, the facts: once each, over deaths too."""

import asyncio

import msgspec
import pytest
from tests.watch.records import NOON, SegmentWriter, observation

from leadline.checks.deep import Unavailable
from leadline.storage import DeepCommit, Position
from leadline.storage.duckdb import DuckDBFacts
from leadline.triage.rows import condition_row, verdict_row
from leadline.vocabulary import (
    Ask,
    CapturedText,
    Condition,
    DeepFinding,
    FailureKind,
    FeedbackNote,
    Job,
    Origin,
    ProviderIdentifier,
    Query,
    Retrieval,
    RetrievalNote,
    RetrievedChunk,
    Signal,
    Verdict,
)
from leadline.vocabulary.spool import decode, encode, frames
from leadline.watch.bad_records import BadRecords
from leadline.watch.deep_loop import DeepChecks, DeepHearing, DeepLoop
from leadline.watch.deep_runner import MOST_WAITING, PARKED_AFTER
from leadline.watch.late_chunks import LateChunks
from leadline.watch.pulse import Pulse
from leadline.watch.recorder import Recorder

MADE_UP = Signal(check="faith", verdict=Verdict.FAIL, kind=FailureKind.QUALITY_HALLUCINATION, score=0.9)
PASSED = Signal(check="faith", verdict=Verdict.PASS)
DRIFT = Condition(
    check="drift",
    subject="inputs",
    kind=FailureKind.DATA_EMBEDDING_DRIFT,
    breached=True,
    clear=False,
    measure="distance",
    measured=0.5,
    threshold=0.2,
    where=ProviderIdentifier(provider="openai", model="gpt-4o"),
    at=NOON,
    feature="search",
)
GOLDEN = Job(kind="golden_set", subject="openai/gpt-4o", reason="the served model changed", at=NOON)


class Scripted:
    """Says what it is told to say; keeps what it was given."""

    def __init__(self, *found):
        self.found, self.seen = found, []

    async def inspect(self, exam):
        self.seen.append(exam)
        return self.found


class Remembering(Scripted):
    memory = b"as it was"

    def remembered(self):
        return self.memory

    def remember(self, memory):
        self.memory = memory


@pytest.fixture
def writer(tmp_path):
    return SegmentWriter(tmp_path / "spool")


@pytest.fixture
def make(writer, incidents):
    loops = []

    def loop(slow=(), **checks):
        hearing = DeepHearing(looked=lambda *_: None, failed=lambda *_: None)
        deep = DeepChecks(checks=checks, slow=frozenset(slow))
        loops.append(DeepLoop(writer.path.parent, incidents, deep, Pulse(NOON), hearing))
        return loops[-1]

    yield loop
    for one in loops:
        one.close()


def texts(request_id="r1", **exchange):
    seen = observation(request_id, **exchange)
    return type(seen)(
        exchange=seen.exchange,
        text=CapturedText(prompt="how long?", context="documents:", answer="Thirty days."),
    )


def chunks(request_id="r1", tenant="acme"):
    chunk = RetrievedChunk(text="Refunds take thirty days.", id="kb-7", vector=(0.5, 0.5))
    return RetrievalNote(request_id=request_id, tenant=tenant, at=NOON, chunks=(chunk,))


async def test_a_verdict_waits_for_triage_and_facts_with_the_identity_of_its_request(make, writer, incidents):
    writer.write(observation("r1"))
    await make(faith=Scripted(MADE_UP)).step(NOON)

    [(_, finding)] = incidents.deep_findings(0, 9)
    assert finding.signals == (MADE_UP,)
    assert (finding.row.id, finding.row.route, finding.row.feature) == ("r1", "verdict", "search")
    assert [check.kind for check in finding.row.checks or ()] == [FailureKind.QUALITY_HALLUCINATION]


async def test_a_death_in_between_neither_loses_nor_doubles_it(make, writer, incidents):
    writer.write(observation("r1"))
    await make(faith=Scripted(MADE_UP)).step(NOON)
    await make(faith=Scripted(MADE_UP)).step(NOON)

    assert len(incidents.deep_findings(0, 9)) == 1


async def test_the_facts_hold_it_beside_the_inline_signals(tmp_path, make, writer, incidents):
    writer.write(observation("r1", checks=[("entities", False)]))
    await make(faith=Scripted(MADE_UP)).step(NOON)
    facts = DuckDBFacts.open(tmp_path / "facts")
    recorder = Recorder(writer.path.parent, facts, incidents, Pulse(NOON), BadRecords(tmp_path / "bad"))
    recorder.step(NOON)
    recorder.step(NOON)

    [row] = facts.ask(Ask(name=Query.REQUEST, arguments={"request_id": "r1"})).rows
    facts.close()
    assert isinstance(row["signals"], list)
    assert sorted(signal["check"] for signal in row["signals"]) == ["entities", "faith"]
    assert recorder.findings_upto == 1


async def test_a_condition_and_a_job_are_kept_and_the_same_job_is_left_once(make, writer, incidents):
    writer.write(observation("r1"), observation("r2"))
    await make(served=Scripted(DRIFT, GOLDEN)).step(NOON)

    assert [finding.row for _, finding in incidents.deep_findings(0, 9)] == [condition_row(DRIFT)] * 2
    [job] = incidents.ask(Ask(name=Query.JOBS)).rows
    assert (job["kind"], job["subject"], job["state"]) == ("golden_set", "openai/gpt-4o", "waiting")


async def test_what_is_not_a_users_is_not_examined(make, writer):
    check = Scripted(MADE_UP)
    writer.write(observation("r1", origin=Origin.JUDGE), observation("r2", origin=Origin.PROBE))
    await make(faith=check).step(NOON)

    assert check.seen == []


async def test_chunks_that_come_later_bring_the_request_back_with_a_longer_context(make, writer):
    check = Scripted()
    writer.write(texts(), chunks())
    await make(faith=check).step(NOON)

    first, second = check.seen
    assert not first.told_later
    assert second.told_later
    assert second.observation.text.context == "documents:\nRefunds take thirty days."
    assert [chunk.id for chunk in second.chunks] == ["kb-7"]


async def test_chunks_that_come_before_their_request_are_there_from_the_start(make, writer):
    check = Scripted()
    writer.write(chunks(), texts())
    await make(faith=check).step(NOON)

    [only] = check.seen
    assert not only.told_later
    assert "thirty" in only.observation.text.context


async def test_chunks_of_another_tenant_join_nothing(make, writer):
    check = Scripted()
    writer.write(texts(), chunks(tenant="mallory"), chunks("r2", "mallory"), texts("r2"))
    await make(faith=check).step(NOON)

    assert [exam.observation.text.context for exam in check.seen] == ["documents:"] * 2


async def test_a_check_that_has_judged_a_request_does_not_judge_it_again(make, writer, incidents):
    writer.write(texts(), chunks())
    await make(faith=Scripted(PASSED), other=Scripted()).step(NOON)

    assert len(incidents.deep_findings(0, 9)) == 1


async def test_a_check_without_a_word_says_so_once_and_is_shown_by_its_later_word(
    tmp_path, make, writer, incidents
):
    idle = Signal(check="faith", verdict=Verdict.NOT_APPLICABLE)
    writer.write(texts(), chunks())
    await make(faith=Scripted(idle)).step(NOON)
    assert len(incidents.deep_findings(0, 9)) == 1

    writer.write(texts("r2"))
    faith = Scripted(idle)
    loop = make(faith=faith)
    await loop.step(NOON)
    faith.found = (MADE_UP,)
    writer.write(chunks("r2"))
    await loop.step(NOON)
    facts = DuckDBFacts.open(tmp_path / "facts")
    recorder = Recorder(writer.path.parent, facts, incidents, Pulse(NOON), BadRecords(tmp_path / "bad"))
    recorder.step(NOON)
    recorder.step(NOON)

    [row] = facts.ask(Ask(name=Query.REQUEST, arguments={"request_id": "r2"})).rows
    facts.close()
    assert isinstance(row["signals"], list)
    assert [signal["verdict"] for signal in row["signals"] if signal["check"] == "faith"] == ["fail"]


async def test_what_a_check_has_learnt_outlasts_a_restart(make, writer):
    first, second = Remembering(), Remembering()
    first.memory = b"what is normal"
    writer.write(observation("r1"))
    await make(drift=first).step(NOON)
    make(drift=second)

    assert second.memory == b"what is normal"


async def test_a_slow_check_keeps_nobody_waiting_and_its_verdict_comes_with_a_later_step(
    make, writer, incidents
):
    release = asyncio.Event()

    class Slow(Scripted):
        async def inspect(self, exam):
            while not release.is_set():
                await asyncio.sleep(0.01)
            return await super().inspect(exam)

    loop = make(slow=["judge"], judge=Slow(MADE_UP), faith=Scripted(PASSED))
    writer.write(observation("r1"))
    await loop.step(NOON)
    before = [finding.signals[0].check for _, finding in incidents.deep_findings(0, 9)]
    release.set()
    async with asyncio.timeout(20):
        while len(incidents.deep_findings(0, 9)) < 2:
            await loop.step(NOON)
            await asyncio.sleep(0.01)

    assert before == ["faith"]


async def test_a_slow_check_lets_answers_go_by_when_its_queue_is_full(make, writer):
    class Stuck(Scripted):
        async def inspect(self, exam):
            del exam
            await asyncio.Event().wait()

    loop = make(slow=["judge"], judge=Stuck())
    writer.write(*[observation(f"r{n}") for n in range(MOST_WAITING + 30)])
    await loop.step(NOON)

    [sight] = loop.sight()
    assert sight.skipped == 30


async def test_a_check_that_fails_again_and_again_is_parked(make, writer):
    class Broken(Scripted):
        async def inspect(self, exam):
            raise Unavailable(f"no model for {exam.observation.exchange.request_id}")

    loop = make(broken=Broken())
    writer.write(*[observation(f"r{n}") for n in range(PARKED_AFTER + 3)])
    await loop.step(NOON)

    [sight] = loop.sight()
    assert (sight.failed, sight.skipped, sight.parked) == (PARKED_AFTER, 3, True)
    assert sight.unavailable == f"no model for r{PARKED_AFTER - 1}"


async def test_a_skip_is_kept_as_a_signal_and_counts_as_an_answer_without_a_verdict(make, writer, incidents):
    skipped = Signal(check="faith", verdict=Verdict.SKIPPED, evidence="over the cap")
    writer.write(texts())
    loop = make(faith=Scripted(skipped))
    await loop.step(NOON)

    [sight] = loop.sight()
    assert (sight.looked, sight.skipped) == (0, 1)
    [(_, finding)] = incidents.deep_findings(0, 9)
    assert finding.signals == (skipped,)


async def test_a_check_that_hangs_gets_no_more_answers_and_the_others_all_of_them(make, writer):
    release, well = asyncio.Event(), Scripted(PASSED)

    class Blocking(Scripted):
        async def inspect(self, exam):
            self.seen.append(exam)
            loop = asyncio.get_running_loop()
            ended = loop.time() + 20
            while loop.time() < ended and not release.is_set():
                pass  # never gives its thread back
            return ()

    hanging = Blocking()
    loop = make(hanging=hanging, well=well)
    loop.timeout_s = 0.1
    writer.write(*[observation(f"r{n}") for n in range(20)])
    await loop.step(NOON)
    sight = {one.name: one for one in loop.sight()}
    release.set()

    assert len(hanging.seen) == 1
    assert len(well.seen) == 20
    assert (sight["hanging"].failed, sight["hanging"].skipped) == (1, 19)
    assert sight["hanging"].parked


def test_findings_are_forgotten_when_everybody_has_them(incidents):
    finding = DeepFinding(row=verdict_row(observation("r1"), [MADE_UP]), signals=(MADE_UP,))
    incidents.commit_deep(
        DeepCommit(at=NOON, consumer="deep", cursor={"s": Position(9)}, findings=[finding, finding])
    )
    incidents.forget_findings(1)

    assert [number for number, _ in incidents.deep_findings(0, 9)] == [2]
    assert incidents.cursor("deep") == {"s": Position(9)}


def test_a_note_of_chunks_crosses_the_spool():
    [frame, _] = frames(encode(chunks()))

    assert decode(frame) == chunks()  # type: ignore[arg-type]


class Hearing(Scripted):
    hears_feedback = True


def feedback(at=NOON + 90_000, **said):
    return FeedbackNote(exchange=observation("r1").exchange, at=at, **said)


async def test_feedback_goes_to_the_checks_that_hear_it_and_counts_when_it_was_said(make, writer, incidents):
    deaf, hears = Scripted(PASSED), Hearing(MADE_UP)
    writer.write(feedback(score=0.0))
    await make(deaf=deaf, hears=hears).step(NOON + 90_000)

    assert (len(deaf.seen), len(hears.seen)) == (0, 1)
    assert hears.seen[0].feedback.score == 0.0
    [(_, finding)] = incidents.deep_findings(0, 9)
    assert (finding.row.id, finding.row.t, finding.row.template) == ("r1", NOON + 90_000, "summary")


async def test_figures_that_come_later_are_those_of_the_chunks_and_count_once(make, writer):
    check = Scripted()
    scored = (RetrievedChunk(score=0.2, age_s=5.0), RetrievedChunk(score=0.6, age_s=9.0))
    note = RetrievalNote(request_id="r1", tenant="acme", at=NOON, chunks=scored)
    without_text = msgspec.structs.replace(texts(), text=None)
    writer.write(without_text, note, note)
    await make(faith=check).step(NOON)

    first, second, third = check.seen
    assert first.observation.exchange.retrieval is None
    assert second.observation.exchange.retrieval == Retrieval(n=2, score=0.4, age_s=9.0)
    assert [exam.figures_later for exam in check.seen] == [False, True, False]
    assert third.told_later


async def test_chunk_scores_of_another_scale_say_nothing_of_the_retrieval(make, writer):
    check = Scripted()
    scored = (RetrievedChunk(score=12.5, age_s=-0.2), RetrievedChunk(score=8.0))
    writer.write(texts(), RetrievalNote(request_id="r1", tenant="acme", at=NOON, chunks=scored))
    await make(faith=check).step(NOON)

    assert check.seen[1].observation.exchange.retrieval == Retrieval(n=2, age_s=0.0)


def test_notes_that_wait_for_their_requests_are_bounded_in_size():
    late = LateChunks()
    heavy = (RetrievedChunk(vector=tuple([0.5] * 4096)),) * 64
    for number in range(400):
        late.note(RetrievalNote(request_id=f"r{number}", tenant="acme", at=NOON, chunks=heavy))

    assert late.observation(observation("r0")).chunks == ()
    assert late.observation(observation("r399")).chunks == heavy
