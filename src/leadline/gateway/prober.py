"""Asks the targets of a troubled provider for a sign of life, so that moved traffic hides no recovery."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Protocol

import uuid_utils

from leadline.gateway.activation import ActivePlan
from leadline.gateway.parts import GatewayParts
from leadline.gateway.probe_question import PROBED, probe_question
from leadline.gateway.routing import ReadyTarget
from leadline.gateway.upstream import arrived
from leadline.vocabulary import (
    Answer,
    Attempt,
    Caller,
    Exchange,
    FailureKind,
    Observation,
    Origin,
    OutboundRequest,
    ProviderIdentifier,
    Selection,
    SelectionReason,
    Timings,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

PROBE = "probe"
"""The overlay's word: `name` is a provider (`*` = all), `value` the seconds from one probe to the next."""
EVERYWHERE = "*"
_LOOK_EVERY_S = 0.25
_LONGEST_ANSWER = 1024 * 1024
_US = Caller(key_alias="leadline", tenant="leadline", feature="probe")
_WHY = Selection(reason=SelectionReason.PROBE, detail="its provider has an open incident")


class Probing(Protocol):
    """All workers together send one probe per target and interval."""

    def may_probe(self, target: ProviderIdentifier, every_s: float, now: float) -> bool: ...

    def well(self, target: ProviderIdentifier, now: float) -> None: ...


class Prober:
    """The watch asks for probes through the overlay, since only gateway workers hold provider keys.

    A probe takes the way of every call: the target's own provider, transport and reading of the answer.
    """

    def __init__(
        self, parts: GatewayParts, probing: Probing, active: Callable[[], ActivePlan | None]
    ) -> None:
        self._parts = parts
        self._probing = probing
        self._active = active
        self._running: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled; what is under way then is cancelled, too."""
        try:
            while True:
                for target in list(self._due()):
                    task = asyncio.create_task(self._probe(target))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)
                await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            for task in self._running:
                task.cancel()

    def _due(self) -> Iterator[ReadyTarget]:
        active, now = self._active(), self._parts.clock()
        wanted = {} if active is None else _wanted(active, now)
        if active is None or not wanted:
            return
        for identity, target in _targets(active).items():
            every_s = wanted.get(identity.provider) or wanted.get(EVERYWHERE)
            if every_s and target.secret and self._probing.may_probe(identity, every_s, now):
                yield target

    async def _probe(self, target: ReadyTarget) -> None:
        parts, identity = self._parts, target.target.identity
        request = probe_question(target.surface.protocol, identity.model)
        if request is None or target.secret is None:
            return
        question = target.surface.read_question(request)
        outbound = target.provider.outbound(target.surface, request, question, target.target, target.secret)
        started_at = parts.clock()
        outcome, timings, status = await self._ask(target, outbound)
        ended_at = parts.clock()
        failure = outcome if isinstance(outcome, UpstreamFailure) else None
        if failure is None or failure.kind is None:
            self._probing.well(identity, ended_at)
        usage = outcome.usage if isinstance(outcome, Answer) else None
        attempt = Attempt(
            number=1,
            target=identity,
            selection=_WHY,
            started_at=started_at,
            ended_at=ended_at,
            status=status,
            failure=failure,
            timings=timings,
            usage=usage,
        )
        parts.spool.offer(Observation(exchange=_exchange(target.surface.protocol, attempt)))

    async def _ask(
        self, target: ReadyTarget, request: OutboundRequest
    ) -> tuple[Answer | UpstreamFailure, Timings, int]:
        """What came back, how long it took, and its HTTP status (0 = none)."""
        sent = await self._parts.transport.send(request, target.target.timeouts)
        status = 0
        if arrived(sent):
            status, body = sent.status, await sent.read(_LONGEST_ANSWER)
            if sent.failure is None:
                reply = UpstreamReply(status=status, headers=sent.headers, body=body)
                return target.surface.read_reply(reply), sent.timings(), status
        return sent.failure or _UNSAID, sent.timings(), status


_UNSAID = UpstreamFailure(kind=FailureKind.PROVIDER_CONNECTION, message="the probe ended without a reason")


def _exchange(protocol: WireProtocol, attempt: Attempt) -> Exchange:
    return Exchange(
        request_id=str(uuid_utils.uuid7()),
        started_at=attempt.started_at,
        ended_at=attempt.ended_at,
        protocol=protocol,
        alias="",
        streaming=False,
        caller=_US,
        status=attempt.status or 502,
        attempts=(attempt,),
        origin=Origin.PROBE,
    )


def _wanted(active: ActivePlan, now: float) -> dict[str, float]:
    """Provider -> seconds between probes."""
    return {
        entry.name: entry.value
        for entry in active.overlay.entries
        if entry.what == PROBE and (entry.expires_at is None or now < entry.expires_at)
    }


def _targets(active: ActivePlan) -> dict[ProviderIdentifier, ReadyTarget]:
    found: dict[ProviderIdentifier, ReadyTarget] = {}
    for protocol in PROBED:
        for route in active.routes.get(protocol, {}).values():
            for target in route.targets:
                found.setdefault(target.target.identity, target)
    return found
