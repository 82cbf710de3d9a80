"""Content that only a large model understands: a route is asked, within time, room and a day's calls."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
import uuid_utils

from leadline.checks.guards.content import Content
from leadline.gateway.guarding.apart import joined, part_of
from leadline.gateway.guarding.scanning import CheckPool, ProcessEnds
from leadline.gateway.parts import GatewayParts
from leadline.gateway.routing import Health, ReadyTarget
from leadline.gateway.upstream import arrived
from leadline.providers import ClientRequest
from leadline.vocabulary import (
    Attempt,
    Caller,
    Exchange,
    FailureKind,
    Finding,
    Observation,
    Operation,
    Origin,
    ScanAnswer,
    ScanJob,
    Selection,
    SelectionReason,
    Timeouts,
    Timings,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

PATH = "/v1/moderations"
MOST_TEXTS = 32
"""Of one call."""
_LONGEST_ANSWER = 1024 * 1024
_DAY_S = 86_400
_US = Caller(key_alias="leadline", tenant="leadline", feature="moderation")
_MALFORMED = UpstreamFailure(
    kind=FailureKind.PROVIDER_MALFORMED, status=200, message="the answer is not that of a moderation route"
)
_UNSAID = UpstreamFailure(kind=FailureKind.PROVIDER_CONNECTION, message="it ended without a reason")


class _Result(msgspec.Struct):
    categories: dict[str, bool | None] = {}
    category_scores: dict[str, float | None] = {}


class _Reply(msgspec.Struct):
    results: list[_Result]


_reply = msgspec.json.Decoder(_Reply)


class NotJudged(Exception):
    """Nobody looked, as a sentence."""


class Moderator:
    """One guard of type `content`. `follow` tells it of each new plan; without targets it sees nothing."""

    def __init__(self, guard: Content) -> None:
        self.guard = guard
        self._targets: Sequence[ReadyTarget] = ()
        self._parts: GatewayParts | None = None
        self._places = asyncio.Semaphore(guard.parallel)
        self._day, self._calls = 0, 0

    def follow(self, targets: Sequence[ReadyTarget], parts: GatewayParts) -> None:
        self._targets, self._parts = targets, parts

    async def look(self, texts: Sequence[str]) -> list[tuple[Finding, ...]]:
        """What is in each of them. Raises NotJudged."""
        wanted = list(dict.fromkeys([text for text in texts if text.strip()]))
        judged: dict[str, tuple[Finding, ...]] = {}
        try:
            async with asyncio.timeout(self.guard.timeout_s), self._places:
                for begin in range(0, len(wanted), MOST_TEXTS):
                    judged |= await self._judge(wanted[begin : begin + MOST_TEXTS])
        except TimeoutError:
            named, limit = self.guard.model, self.guard.timeout_s
            raise NotJudged(f"the route {named!r} did not judge within {limit:g} s") from None
        return [judged.get(text, ()) for text in texts]

    async def _judge(self, texts: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        """From target to target until one answers."""
        parts, why = self._parts, "has no target"
        for target in self._targets if parts is not None else ():
            if parts is None or target.secret is None:
                continue
            health = parts.breakers.available(target, parts.clock()).health
            if health in (Health.OPEN, Health.UNFIT):
                why = "is left alone by its breaker"
                continue
            self._spend(parts.clock())
            results = await self._asked(target, target.secret, parts, health, texts)
            if isinstance(results, UpstreamFailure):
                why = f"failed with {results.kind or results.error_code or results.status}"
                continue
            return {text: self._findings(result, text) for text, result in zip(texts, results, strict=True)}
        raise NotJudged(f"the route {self.guard.model!r} {why}")

    def _spend(self, now: float) -> None:
        day = int(now // _DAY_S)
        if day != self._day:
            self._day, self._calls = day, 0
        if self._calls >= self.guard.calls_per_day:
            raise NotJudged(f"today's {self.guard.calls_per_day} calls to {self.guard.model!r} are spent")
        self._calls += 1

    def _findings(self, result: _Result, text: str) -> tuple[Finding, ...]:
        try:
            judged = self.guard.judged(result.category_scores, result.categories)
        except KeyError as unknown:
            raise NotJudged(f"the route {self.guard.model!r} does not judge {unknown.args[0]}") from None
        return self.guard.findings(judged, text)

    async def _asked(
        self, target: ReadyTarget, secret: str, parts: GatewayParts, health: Health, texts: Sequence[str]
    ) -> list[_Result] | UpstreamFailure:
        """Breakers and records learn of it like of any call of ours."""
        body = msgspec.json.encode({"model": target.target.identity.model, "input": texts})
        headers = {"content-type": "application/json"}
        request = ClientRequest(method="POST", path=PATH, query="", headers=headers, body=body)
        outbound = target.provider.passed_on(request, target.target, secret)
        identity, began = target.target.identity, parts.clock()
        try:
            sent = await parts.transport.send(outbound, _within(target.target.timeouts, self.guard.timeout_s))
            reply = None
            if arrived(sent):
                content = await sent.read(_LONGEST_ANSWER)
                reply = UpstreamReply(status=sent.status, headers=sent.headers, body=content)
        except BaseException:
            parts.breakers.forget(identity, health, began, parts.clock())
            raise
        failure = sent.failure or (_UNSAID if reply is None else None)
        read = failure if failure is not None or reply is None else _read(reply, target, len(texts))
        failure = read if isinstance(read, UpstreamFailure) else None
        parts.breakers.tell(identity, health, began, parts.clock(), failure)
        parts.spool.offer(_observed(target, (began, parts.clock()), sent.timings(), reply, failure))
        return read if read is not None else _UNSAID


class ModeratedPool:
    """A pool of check processes, and beside it the routes that some guards ask."""

    def __init__(self, pool: CheckPool, moderators: Mapping[str, Moderator]) -> None:
        self._pool = pool
        self.moderators = moderators

    @property
    def ends(self) -> ProcessEnds:
        return self._pool.ends

    @property
    def unavailable(self) -> Mapping[str, str]:
        return self._pool.unavailable

    async def aclose(self) -> None:
        await self._pool.aclose()

    async def ask(self, job: ScanJob) -> ScanAnswer | str:
        asked = [name for name in job.guards if name in self.moderators]
        rest = [name for name in job.guards if name not in self.moderators]
        if not asked:
            return await self._pool.ask(job)
        looks = [self._look(name, job) for name in asked]
        if not rest:
            return joined(await asyncio.gather(*looks))
        return joined(await asyncio.gather(part_of(job, rest, self._pool), *looks))

    async def _look(self, name: str, job: ScanJob) -> ScanAnswer:
        places = job.guards[name]
        numbers = [at for at, (place, _) in enumerate(job.texts) if place in places]
        try:
            found = await self.moderators[name].look([job.texts[at][1] for at in numbers])
        except NotJudged as why:
            return ScanAnswer((), {name: str(why)})
        pairs = zip(numbers, found, strict=True)
        return ScanAnswer(tuple([(name, at, one) for at, findings in pairs for one in findings]), {})


def _within(timeouts: Timeouts, seconds: float) -> Timeouts:
    return Timeouts(
        connect_s=min(timeouts.connect_s, seconds),
        first_byte_s=min(timeouts.first_byte_s, seconds),
        idle_s=min(timeouts.idle_s, seconds),
        total_s=min(timeouts.total_s, seconds),
    )


def _read(reply: UpstreamReply, target: ReadyTarget, count: int) -> list[_Result] | UpstreamFailure:
    if reply.status != 200:
        outcome = target.surface.read_reply(reply)
        return outcome if isinstance(outcome, UpstreamFailure) else _MALFORMED
    try:
        results = _reply.decode(reply.body).results
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _MALFORMED
    return results if len(results) == count else _MALFORMED


def _observed(
    target: ReadyTarget,
    span: tuple[float, float],
    timings: Timings,
    reply: UpstreamReply | None,
    failure: UpstreamFailure | None,
) -> Observation:
    """A call of ours: evidence about the target, no traffic, and not a word of what was judged."""
    status = reply.status if reply is not None else 0
    attempt = Attempt(
        number=1,
        target=target.target.identity,
        selection=Selection(reason=SelectionReason.PRIMARY, detail="moderation"),
        started_at=span[0],
        ended_at=span[1],
        status=status,
        failure=failure,
        timings=timings,
    )
    exchange = Exchange(
        request_id=str(uuid_utils.uuid7()),
        started_at=span[0],
        ended_at=span[1],
        protocol=WireProtocol.PASSTHROUGH,
        operation=Operation.PASSTHROUGH,
        alias="",
        streaming=False,
        caller=_US,
        status=status or 502,
        attempts=(attempt,),
        origin=Origin.JUDGE,
    )
    return Observation(exchange=exchange)
