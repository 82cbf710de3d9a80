"""Guards that hang, die or break down: answers that need no verdict are unharmed, all others stay closed."""

import asyncio
import sys
import time
from typing import Any, ClassVar

import msgspec
import pytest
from tests.gateway.conftest import openai_answer, openai_chunks
from tests.gateway.test_guardrails import GUARDS, guarded, rule

from leadline.gateway.guarding.apart import PoolsApart
from leadline.gateway.guarding.pool import Pool
from leadline.gateway.guarding.ready import Guarding
from leadline.gateway.guarding.scanning import LONGEST_HERE, ProcessEnds, Scanner
from leadline.gateway.guarding.sharing import SharedPools
from leadline.vocabulary import (
    FailureKind,
    Finding,
    Guardrails,
    GuardSettings,
    Place,
    ScanAnswer,
    ScanJob,
    ScanSetup,
    Verdict,
    Word,
)
from leadline.wiring.guard_process import COMMAND
from leadline.wiring.guarding import guarding_by

HARMLESS = "a harmless text " * 1024
"""Too long for the worker itself."""
STUBBORN = """
import time
from leadline.wiring import guard_process
look = guard_process.look
def stubborn(job, guards, unbuilt):
    said = job.texts[0][1]
    if said.startswith("hang"):
        time.sleep(600)
    if said.startswith("die"):
        raise SystemExit(3)
    return look(job, guards, unbuilt)
guard_process.look = stubborn
guard_process.main()
"""


@pytest.fixture
async def pool():
    """A pool of one process that hangs or dies when the text tells it to."""
    made = Pool((sys.executable, "-c", STUBBORN), ScanSetup(GUARDS), size=1, deadline_s=5.0)
    made.start()
    yield made
    await made.aclose()


def job(text):
    return ScanJob(texts=((Place.OUTPUT, text),), guards={"code_names": (Place.OUTPUT,)})


async def test_the_process_finds_what_the_worker_would(pool):
    answer = await pool.ask(job("say nightjar"))

    ((guard, text, finding),) = answer.found
    assert (guard, text, finding.start, finding.end) == ("code_names", 0, 4, 12)


async def test_a_process_that_dies_is_told_and_started_anew(pool):
    why = await pool.ask(job("die"))

    assert "died" in why
    assert (await pool.ask(job("say nightjar"))).found
    assert (pool.ends.killed, pool.ends.timed_out, pool.ends.restarted) == (1, 0, 1)


async def test_processes_that_die_at_their_first_job_are_started_ever_more_seldom(pool, monkeypatch):
    pauses = []
    sleep = asyncio.sleep

    async def paused(seconds):
        pauses.append(seconds)
        await sleep(0)

    monkeypatch.setattr("leadline.gateway.guarding.pool.asyncio.sleep", paused)
    for _ in range(3):
        await pool.ask(job("die"))
    assert (await pool.ask(job("say nightjar"))).found
    await pool.ask(job("die"))
    assert (await pool.ask(job("say nightjar"))).found

    assert pauses == [0.05, 0.1, 0.2], "one that has worked is replaced at once"


@pytest.mark.parametrize(
    ("command", "hangs"),
    [
        ((sys.executable, "-c", "raise SystemExit(3)"), False),
        (("/nowhere/python",), False),
        ((sys.executable, "-c", "import time; time.sleep(600)"), True),
    ],
)
async def test_processes_that_never_come_up_count_as_dead(monkeypatch, command, hangs):
    monkeypatch.setattr("leadline.gateway.guarding.pool._STARTING_S", 0.2 if hangs else 30.0)
    pool = Pool(command, ScanSetup(GUARDS), size=1, deadline_s=0.1)
    pool.start()
    try:
        assert "no check process was free" in str(await pool.ask(job("say nightjar")))
        async with asyncio.timeout(10):
            while pool.ends.killed < 3:
                await asyncio.sleep(0.01)
        assert pool.ends.timed_out == (pool.ends.killed if hangs else 0)
    finally:
        await pool.aclose()


async def test_a_process_that_hangs_is_killed_and_started_anew(pool):
    await pool.ask(job("warm"))
    pool._deadline_s = 0.2
    why = await pool.ask(job("hang"))
    pool._deadline_s = 5.0

    assert "took over 0.2 s and was killed" in why
    assert (pool.ends.killed, pool.ends.timed_out) == (1, 1)
    assert (await pool.ask(job("say nightjar"))).found


async def test_a_caller_that_leaves_does_not_leave_its_answer_to_the_next(pool):
    await pool.ask(job("warm"))
    leaving = asyncio.create_task(pool.ask(job("nightjar nightjar " * 5000)))
    await asyncio.sleep(0)
    leaving.cancel()

    answer = await pool.ask(job("nothing"))

    assert answer.found == ()


async def test_a_crowd_that_waits_is_turned_away(pool):
    await pool.ask(job("warm"))
    pool._deadline_s = 0.3
    asked = await asyncio.gather(*[pool.ask(job("hang")) for _ in range(80)])

    assert sum("others wait" in why for why in asked) >= 10
    assert all(isinstance(why, str) for why in asked)


async def test_a_guard_that_cannot_be_built_is_named():
    broken = {"gone": msgspec.structs.replace(GUARDS["links"], type="gone")}
    made = Pool(COMMAND, ScanSetup(broken), size=1, deadline_s=5.0)
    made.start()
    try:
        answer = await made.ask(ScanJob(texts=((Place.OUTPUT, "x"),), guards={"gone": (Place.OUTPUT,)}))
    finally:
        await made.aclose()

    assert not isinstance(answer, str)
    assert "cannot be built" in answer.broken["gone"]
    assert made.unavailable == answer.broken


async def test_a_guard_without_its_model_is_not_available_and_closes_the_way():
    without = "import sys; sys.modules['onnxruntime'] = None\n"
    command = (sys.executable, "-c", without + "from leadline.wiring.guard_process import main\nmain()")
    made = Pool(command, ScanSetup({"people": GuardSettings("names")}), size=1, deadline_s=30.0)
    made.start()
    try:
        answer = await made.ask(asking("people"))
    finally:
        await made.aclose()

    assert not isinstance(answer, str)
    assert "leadline[names]" in answer.broken["people"]
    assert made.unavailable == answer.broken


class Own:
    """A pool that says who asked it for what."""

    ends = ProcessEnds(1, 1, 1)

    def __init__(self, name, *, dead=False):
        self.name, self.dead = name, dead
        self.unavailable = {name: "no model"} if dead else {}
        self.jobs = []
        self.closed = 0

    async def ask(self, job):
        self.jobs.append(set(job.guards))
        found = tuple(
            (guard, 0, Finding(FailureKind.SECURITY_PII_LEAK, self.name, 0, 1)) for guard in job.guards
        )
        return "it died" if self.dead else ScanAnswer(found)

    async def aclose(self):
        self.closed += 1


async def test_a_pool_of_the_same_guards_outlives_the_guardrails_that_began_it():
    pools, made = SharedPools(), []

    def start():
        made.append(Own("shared"))
        return made[-1]

    first = pools.lease((ScanSetup(GUARDS), 1, 2.0), start)
    made[0].ends = ProcessEnds(3, 2, 3)
    again = pools.lease((ScanSetup(dict(reversed(GUARDS.items()))), 1, 2.0), start)
    other = pools.lease((ScanSetup(GUARDS), 1, 5.0), start)

    assert len(made) == 2
    assert (first.ends, again.ends) == (ProcessEnds(2, 1, 2), ProcessEnds(0, 0, 0))
    await first.aclose()
    await first.aclose()
    assert not isinstance(await again.ask(asking("links")), str)
    assert made[0].closed == 0
    await again.aclose()
    await other.aclose()
    assert [one.closed for one in made] == [1, 1]


def processes_of(guarding: Any) -> Any:
    return guarding.pool._pool._pool


async def test_a_reload_that_leaves_the_guards_as_they_are_keeps_their_processes():
    ready = guarding_by({"": ""}.__getitem__)
    rails = Guardrails(guards=GUARDS, processes=1, deadline_s=30.0)
    before = ready(rails)
    assert not isinstance(await before.pool.ask(asking("links")), str)
    after = ready(msgspec.structs.replace(rails, hold_s=5.0))
    other = ready(msgspec.structs.replace(rails, guards={"links": GUARDS["links"]}))

    await before.aclose()
    try:
        answer = await asyncio.wait_for(after.pool.ask(asking("links")), 30)
        assert not isinstance(answer, str)
        assert processes_of(after) is processes_of(before)
        assert processes_of(other) is not processes_of(after)
    finally:
        await asyncio.gather(after.aclose(), other.aclose())


async def test_a_pool_that_lacks_a_guard_is_not_gone_on_with():
    pools = SharedPools()
    lacking, whole = Own("names", dead=True), Own("names")
    first = pools.lease("same", lambda: lacking)
    second = pools.lease("same", lambda: whole)

    await first.aclose()
    await pools.lease("same", lambda: lacking).aclose()
    await second.aclose()

    assert (lacking.closed, whole.closed) == (1, 1)


def asking(*guards):
    return ScanJob(texts=((Place.OUTPUT, "x"),), guards=dict.fromkeys(guards, (Place.OUTPUT,)))


async def test_a_guard_with_a_pool_of_its_own_does_not_keep_the_others_waiting():
    others, own = Own("others"), Own("own", dead=True)
    pools = PoolsApart(others, {"names": own})

    beside = await pools.ask(asking("links", "words"))
    assert not isinstance(beside, str)
    assert len(beside.found) == 2
    assert own.jobs == []
    assert await pools.ask(asking("names")) == "it died"

    answer = await pools.ask(asking("links", "names"))
    assert not isinstance(answer, str)
    assert [guard for guard, _, _ in answer.found] == ["links"]
    assert answer.broken == {"names": "it died"}
    assert pools.unavailable == {"own": "no model"}
    assert pools.ends == ProcessEnds(2, 2, 2)


class Tokens:
    """Nobody asks for any."""

    def __init__(self, caller):
        raise AssertionError(caller)

    def token(self, label, text):
        return label + text

    def restored(self, text):
        return [text]


class Mute:
    """A check process that never answers in time."""

    ends = ProcessEnds()
    unavailable: ClassVar[dict[str, str]] = {}

    async def ask(self, job):  # noqa: ARG002
        return "the check process took over 2 s and was killed"

    async def aclose(self): ...


def mute(rails):
    return Guarding(rails, Scanner({}, Mute(), rails.longest_text, time.perf_counter), Mute(), Tokens)


@pytest.mark.parametrize("streaming", [False, True])
async def test_while_the_check_hangs_blocking_policies_stay_closed(start, primary, fallback, streaming):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)), build_guarding=mute)
    if streaming:
        primary.streams(openai_chunks("harmless"))
    else:
        primary.answers(openai_answer("harmless"))

    reply = await gateway.chat("alone", stream=streaming)

    assert reply.status_code == 400
    assert "a check did not come to an end" in reply.json()["error"]["message"]
    (signal,) = [one for one in (await gateway.recorded()).signals if one.policy]
    assert signal.verdict is Verdict.SKIPPED
    assert "killed" not in reply.text
    gateway.app.beat()
    assert gateway.spool.heartbeats[-1].checks_skipped >= 1


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("how", [{"fails_open": True}, {"enforced": False}])
async def test_while_the_check_hangs_other_answers_are_unharmed(start, primary, fallback, streaming, how):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK), **how), build_guarding=mute)
    events = openai_chunks("harmless")
    if streaming:
        primary.streams(events)
    else:
        primary.answers(openai_answer("harmless"))

    more = {"stream_options": {"include_usage": True}} if streaming else {}
    reply = await gateway.chat("alone", stream=streaming, **more)

    assert reply.status_code == 200
    assert not streaming or reply.content == b"".join(events)


async def test_long_texts_are_looked_at_by_the_check_process(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)))
    assert len(HARMLESS) > LONGEST_HERE
    primary.answers(openai_answer(HARMLESS))
    primary.answers(openai_answer(HARMLESS + "nightjar"))

    replies = [await gateway.chat("alone"), await gateway.chat("alone")]

    assert [reply.status_code for reply in replies] == [200, 400]


@pytest.mark.parametrize(("passes", "status"), [(True, 200), (False, 400)])
async def test_a_stream_that_is_too_long_does_not_fill_memory(start, primary, fallback, passes, status):
    plan = guarded(primary, fallback, rule(Word.BLOCK), passes_long=passes)
    rails = msgspec.structs.replace(plan.guardrails, longest_text=1000)
    gateway = await start(msgspec.structs.replace(plan, guardrails=rails))
    events = openai_chunks(*["a harmless text "] * 200)
    primary.streams(events)

    reply = await gateway.chat("alone", stream=True, stream_options={"include_usage": True})

    assert reply.status_code == status
    assert status == 400 or reply.content == b"".join(events)


@pytest.mark.parametrize(("passes", "status"), [(True, 200), (False, 400)])
async def test_what_is_too_long_to_be_checked_passes_only_where_the_policy_says_so(
    start, primary, fallback, passes, status
):
    plan = guarded(primary, fallback, rule(Word.BLOCK), passes_long=passes)
    rails = msgspec.structs.replace(plan.guardrails, longest_text=1000)
    gateway = await start(msgspec.structs.replace(plan, guardrails=rails))
    primary.answers(openai_answer(HARMLESS))

    reply = await gateway.chat("alone")

    assert reply.status_code == status
    assert status == 200 or "too long" in reply.json()["error"]["message"]
