"""Pass a stream on through the gate of the guardrails."""

from collections.abc import AsyncIterator

import msgspec

from leadline.gateway.answering import upstream_error
from leadline.gateway.client import Client
from leadline.gateway.guarding.gate import Gate
from leadline.gateway.guarding.refusing import not_held_refusal, refusal
from leadline.gateway.parts import GatewayParts
from leadline.gateway.recording import Call, HeldBody, Try, words_of
from leadline.gateway.relay import BROKEN_OFF, Relay
from leadline.gateway.translating import headers_of
from leadline.gateway.upstream import UpstreamResponse
from leadline.policy.guardrails import Decision, blocked_instead
from leadline.providers import StreamReader
from leadline.vocabulary import Answer, UpstreamFailure, Word


class GuardedRelay(Relay):
    """The head of the answer waits for the first text that may go out: until then a policy can still refuse
    with a status of its own, and another target can still take over.
    """

    def __init__(self, call: Call, client: Client, parts: GatewayParts, gate: Gate) -> None:
        super().__init__(call, client, parts.perf, parts.clock)
        self._gate = gate
        self._ready = b""

    async def _begin(self, tried: Try, response: UpstreamResponse, held: bytes) -> None:
        await self._let_through(tried, response, await self._gate.feed(held))

    async def _let_through(self, tried: Try, response: UpstreamResponse, out: bytes) -> None:
        if self._client.begun:
            if out:
                await self._client.chunk(out)
            return
        self._ready += out
        if self._gate.told and self._gate.stopped is None:
            ready, self._ready = self._ready, b""
            await super()._begin(tried, response, ready)

    async def _pass_on(
        self,
        tried: Try,
        reader: StreamReader,
        chunks: AsyncIterator[bytes],
        response: UpstreamResponse,
    ) -> None:
        """No terminal marker goes out before `_finish`, so a client that leaves has not had its answer."""
        async for chunk in chunks:
            if relayed := reader.feed(chunk):
                await self._let_through(tried, response, await self._gate.feed(relayed))
            if reader.gave_up or self._gate.stopped is not None:
                response.abort()
                return

    async def _finish(
        self, tried: Try, response: UpstreamResponse, reader: StreamReader, tail: bytes
    ) -> None:
        gate = self._gate
        outcome = reader.outcome()
        failure = outcome if isinstance(outcome, UpstreamFailure) else tried.failure
        if isinstance(outcome, Answer) and not outcome.complete:
            failure = response.failure or BROKEN_OFF
        last = b""
        if gate.stopped is None and (failure is None or self._client.begun):
            last = await gate.finish(tail)
        tried.guarded, tried.stopped = gate.signals, gate.stopped
        self._hold(tried, response, outcome)
        tried.answer = _as_told(outcome, gate)
        if gate.stopped is not None:
            await self._stop(tried, reader, gate.stopped)
        elif failure is not None:
            tried.failure = failure
            await self._break_off(tried, reader, failure, last)
        else:
            if not self._client.begun:
                await super()._begin(tried, response, b"")
            await self._client.end(self._ready + last)

    def _hold(self, tried: Try, response: UpstreamResponse, outcome: Answer | UpstreamFailure) -> None:
        """Keep all of it where a person is to decide; a part that is out already cannot be held."""
        gate = self._gate
        if gate.stopped is None or gate.stopped.word is not Word.HOLD or self._client.begun:
            return
        rest = gate.withheld()
        if rest is not None and isinstance(outcome, Answer) and outcome.complete:
            kind = headers_of(self._call, tried, response.headers).get("content-type", "")
            text = "".join(gate.said) or words_of(outcome)
            tried.held = HeldBody(self._ready + rest, kind, text)

    async def _stop(self, tried: Try, reader: StreamReader, decision: Decision) -> None:
        """Whoever has heard a part already is told in the stream; else the status says it."""
        if not self._client.begun:
            return
        if decision.word is Word.HOLD:
            tried.guarded = blocked_instead(tried.guarded)
            told = not_held_refusal(decision, "answer", self._call.request_id, "part of it was given already")
        else:
            told = refusal(decision, "answer", self._call.request_id)
        await self._say_last(reader, self._call.surface.error_event(told))

    async def _break_off(
        self, tried: Try, reader: StreamReader, failure: UpstreamFailure, last: bytes
    ) -> None:
        if not self._client.begun:
            return  # nothing was given, so another target may answer
        await self._client.chunk(last)
        if reader.failure is None or reader.gave_up:
            told = upstream_error(self._call, tried, failure)
            await self._say_last(reader, self._call.surface.error_event(told))
        else:
            await self._client.end()

    async def _say_last(self, reader: StreamReader, event: bytes) -> None:
        last = reader.closing(event)
        await (self._client.end(last) if reader.sdks_raise else self._client.cut(last))


def _as_told(outcome: Answer | UpstreamFailure, gate: Gate) -> Answer | None:
    """The facts of the answer with the text that the client was given, not the one that was taken out."""
    if isinstance(outcome, UpstreamFailure):
        return None
    if gate.stopped is not None:
        return msgspec.structs.replace(outcome, text="", tool_calls=())
    return msgspec.structs.replace(outcome, text="".join(gate.said)) if gate.changed else outcome
