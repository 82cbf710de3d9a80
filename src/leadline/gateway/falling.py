"""When no target gave a usable answer: which rungs of the fallback ladder stand in, and what they write."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from leadline.gateway import screening
from leadline.gateway.answering import standing_in_headers
from leadline.gateway.client import Client
from leadline.gateway.ladders import SIMULATED, Ladders, ReadyRung
from leadline.gateway.recording import Call, Try
from leadline.gateway.routing import Cause, ReadyRoute
from leadline.policy.fallback import mode_of, rungs_for
from leadline.translation import SPEAKERS, Telling
from leadline.translation.neutral import Reply, Text
from leadline.vocabulary import Answer, FailureKind, FinishReason, TokenUsage, Verdict, WireProtocol, Word


def ladders_of(call: Call, route: ReadyRoute) -> tuple[Ladders, ...]:
    """The feature's, then the route's; empty when there is none."""
    by_feature = call.active.fallbacks
    if not by_feature:
        return (route.fallback,) if route.fallback else ()
    feature = by_feature.get(call.caller.feature) if call.caller is not None else None
    return tuple([ladder for ladder in (feature, route.fallback) if ladder])


_CALLING = (None, Word.FALL_BACK)
"""What a policy found and did not send to the ladder is settled already."""
Climb = Callable[[Call, Client, ReadyRoute, Cause], Awaitable[None]]


async def stand_in(call: Call, client: Client, climb: Climb) -> None:
    """From rung to rung when what the tries brought is no use. `call.rung` tells which one helped; one that
    speaks itself leaves its words in `call.said`.
    """
    kind = unusable(call)
    if kind is None:
        return
    cause, kept = cause_of(call, kind), call.tries[-1]
    verdicts = call.signals
    withhold(call)
    for ready in rungs(call, kind):
        call.rung, call.rung_cause = ready.type, cause
        if call.simulation is None or call.simulation.until in ("", ready.type):
            await _try(call, client, ready, climb)
        if client.begun or call.said is not None or unusable(call) is None:
            return
        withhold(call)
    call.rung, call.rung_cause = "", None
    if kept.failure is None:
        # an answer that a check dislikes is better than none
        call.tries.remove(kept)
        call.tries.append(kept)
        call.signals, call.withheld = verdicts, [one for one in call.withheld if one.attempt != kept.number]


async def stand_in_for_question(call: Call, client: Client, climb: Climb) -> None:
    """The same for a question that a policy keeps from the targets of its route, and says so."""
    kind = screening.falls_back(call)
    if kind is None:
        return
    for ready in rungs(call, kind):
        call.rung, call.rung_cause = ready.type, Cause(kind, 0, f"the question was stopped for {kind}")
        await _try(call, client, ready, climb)
        if client.begun or call.said is not None or (call.tries and unusable(call) is None):
            return
    call.rung, call.rung_cause = "", None


async def _try(call: Call, client: Client, ready: ReadyRung, climb: Climb) -> None:
    route = others(call, ready.rung.alias) if ready.rung.alias else None
    if route is not None and call.rung_cause is not None:
        await climb(call, client, route, call.rung_cause)
    elif call.surface.protocol in SPEAKERS:
        call.said = ready.rung.answer(call.question)


def rungs(call: Call, kind: FailureKind) -> Sequence[ReadyRung]:
    return rungs_for(mode_of(kind), call.ladders)


def unusable(call: Call) -> FailureKind | None:
    """Why the client should not be given what the last try brought; None = it should."""
    tried = call.tries[-1]
    if tried.failure is not None:
        return tried.failure.kind
    failed = [s.kind for s in call.signals if s.verdict is Verdict.FAIL and s.kind and s.word in _CALLING]
    return next((kind for kind in failed if rungs(call, kind)), None)


def cause_of(call: Call, kind: FailureKind) -> Cause:
    number = call.tries[-1].number
    return Cause(kind, number, f"attempt {number} failed with {kind}")


def withhold(call: Call) -> None:
    """The verdicts on an answer that is not given stay with its attempt."""
    number = call.tries[-1].number
    call.withheld += [msgspec.structs.replace(signal, attempt=number) for signal in call.signals]
    call.signals = ()


def others(call: Call, alias: str) -> ReadyRoute | None:
    """The targets of another alias that this request has not tried; None = there are none."""
    route = call.active.routes[call.surface.protocol].get(alias)
    if route is None:
        return None
    tried = {one.step.target.target.identity for one in call.tries}
    fresh = tuple([target for target in route.targets if target.target.identity not in tried])
    return ReadyRoute.of(alias, fresh, 0) if fresh else None


def is_simulated(call: Call, tried: Try) -> bool:
    """Whether this try is one that the caller wants to see fail."""
    asked = call.simulation
    if asked is None:
        return False
    if asked.until:
        return call.rung != asked.until
    return tried.step.target.target.identity == call.tries[0].step.target.target.identity


def was_simulated(tried: Try) -> bool:
    return tried.failure is not None and tried.failure.error_code == SIMULATED


async def say(call: Call, client: Client, words: str, now: float) -> None:
    """The words of a rung as an answer of the client's own protocol, streamed if it asked for a stream."""
    codec, protocol = SPEAKERS[call.surface.protocol], call.surface.protocol
    in_array = protocol is WireProtocol.GEMINI_GENERATE and "alt=sse" not in call.request.query
    telling = Telling(
        id=f"leadline-{call.request_id}",
        model=call.question.model,
        created_at=now,
        usage_wanted=call.question.wants_stream_usage,
        in_array=in_array,
    )
    answer = Answer(text=words, text_chars=len(words), finish_reason=FinishReason.STOP, usage=TokenUsage())
    if call.question.streaming:
        sink = codec.sink(telling)
        body = sink.begin(telling.id, telling.model) + sink.write(Text(words)) + sink.end(answer)
        kind = "application/json" if in_array else "text/event-stream; charset=utf-8"
    else:
        body = codec.write_reply(
            Reply(id=telling.id, model=telling.model, parts=[Text(words)]), answer, telling
        )
        kind = "application/json"
    call.status = 200
    await client.reply(200, {"content-type": kind, **standing_in_headers(call)}, body)
