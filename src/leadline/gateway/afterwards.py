"""What is asked or told of a request once it is over: its record, what was retrieved for it, feedback."""

import asyncio

import msgspec
import uuid_utils

from leadline.gateway import answering, feedback, late_retrieval, reviews
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.client import Client
from leadline.gateway.parts import GatewayParts, GatewaySettings
from leadline.gateway.recent import Recent
from leadline.providers import ClientRequest, Surface
from leadline.vocabulary import ClientError, Exchange, KeyGrant

REQUESTS = "/v1/requests/"
STORED_AFTER_S = 2.0
"""A younger request is answered for from memory: the watch may not have read it yet."""
ASK_AGAIN_S = 0.05
LONGEST_REQUEST_S = 900.0
_RECORD = ""
_METHODS = {_RECORD: "GET", late_retrieval.SUFFIX: "POST", feedback.SUFFIX: "POST", reviews.SUFFIX: "GET"}
"""By what stands behind the id."""
ENDPOINTS = tuple([f"{method} {REQUESTS}{{id}}{suffix}" for suffix, method in _METHODS.items()])


class Afterwards:
    """One object per worker."""

    def __init__(self, parts: GatewayParts, settings: GatewaySettings, recent: Recent) -> None:
        self._parts = parts
        self._settings = settings
        self._recent = recent

    async def serve(self, request: ClientRequest, key: AdmittedKey, surface: Surface, client: Client) -> None:
        """`request` is to a path below `REQUESTS`, and `allowed` of its method."""
        request_id, suffix = _parted(request.path)
        told: tuple[int, object] | ClientError | None
        match suffix:
            case late_retrieval.SUFFIX:
                told = await self._take_retrieval(request_id, request, key.grant, client)
            case feedback.SUFFIX:
                told = await self._take_feedback(request_id, request, key.grant, client)
            case reviews.SUFFIX:
                told = await self._give_released(request_id, key.grant, client)
            case _:
                told = await self._record(request_id, key.grant.tenant)
        if told is None:
            return
        if isinstance(told, ClientError):
            await answering.refuse(client, surface, told)
        else:
            await answering.json(client, *told)

    async def _record(self, request_id: str, tenant: str) -> tuple[int, object] | ClientError:
        """The record of one request: the watch's, which knows the verdicts, else what we remember."""
        found = self._recent.find(request_id, tenant)
        stored = None
        if found is None:
            stored = await self._when_stored(request_id, tenant)
        elif self._parts.clock() - found[0].ended_at > STORED_AFTER_S:
            stored = await self._parts.look_up(request_id, tenant)
        if stored is not None:
            return 200, stored
        if found is None:
            return _unknown("No such request of this tenant is known; it may be older than what is kept.")
        signals = [msgspec.structs.asdict(signal) for signal in found[1]]
        return 200, {
            "exchange": found[0],
            "signals": signals,
            "events": None,
            "text": None,
            "feedback": None,
        }

    async def _take_retrieval(
        self, request_id: str, request: ClientRequest, grant: KeyGrant, client: Client
    ) -> tuple[int, object] | ClientError:
        is_new, at = self._is_new(request_id, late_retrieval.JOINED_S), self._parts.clock()
        about = late_retrieval.About(request_id, grant, at) if is_new else None
        taken = await late_retrieval.take(about, request.headers, client, self._parts.spool)
        return taken if isinstance(taken, ClientError) else (202, taken)

    async def _take_feedback(
        self, request_id: str, request: ClientRequest, grant: KeyGrant, client: Client
    ) -> tuple[int, object] | ClientError:
        exchange = await self._exchange(request_id, grant)
        about = feedback.About(exchange, grant, self._parts.clock()) if exchange is not None else None
        taken = await feedback.take(about, request.headers, client, self._parts.spool)
        return taken if isinstance(taken, ClientError) else (202, taken)

    async def _give_released(self, request_id: str, grant: KeyGrant, client: Client) -> ClientError | None:
        """None = it was given. What was just held may still be on its way to the watch."""
        patient_until = self._parts.perf() + (STORED_AFTER_S if self._is_new(request_id) else 0.0)
        while True:
            row = await self._parts.released(request_id, grant.tenant, grant.alias)
            if row is not None:
                return await reviews.give(row, self._parts.clock(), client)
            if self._parts.perf() >= patient_until:
                return _unknown("No held text of such a request of this key is known.")
            await asyncio.sleep(ASK_AGAIN_S)

    async def _exchange(self, request_id: str, grant: KeyGrant) -> Exchange | None:
        """A request of this very key; None for any other one: whether it exists is not told."""
        found = self._recent.find(request_id, grant.tenant)
        if found is not None:
            exchange = found[0]
        else:
            stored = await self._when_stored(request_id, grant.tenant)
            if stored is None:
                return None
            exchange = msgspec.convert(stored["exchange"], Exchange)
        return exchange if exchange.caller.key_alias == grant.alias else None

    async def _when_stored(self, request_id: str, tenant: str) -> dict[str, object] | None:
        """The watch's record. A new request may be another worker's, and its copy still on the way."""
        may_come = self._settings.workers > 1 and self._is_new(request_id)
        patient_until = self._parts.perf() + (STORED_AFTER_S if may_come else 0.0)
        while True:
            stored = await self._parts.look_up(request_id, tenant)
            if stored is not None or self._parts.perf() >= patient_until:
                return stored
            await asyncio.sleep(ASK_AGAIN_S)

    def _is_new(self, request_id: str, within_s: float = LONGEST_REQUEST_S) -> bool:
        """Whether it is an id of ours and as young: it holds its time (RFC 9562, version 7)."""
        try:
            began_at = uuid_utils.UUID(request_id).timestamp / 1000
        except ValueError:
            return False
        return abs(self._parts.clock() - began_at) < within_s


def allowed(path: str) -> str:
    """The method that the path takes."""
    return _METHODS[_parted(path)[1]]


def _parted(path: str) -> tuple[str, str]:
    """The id, and what stands behind it."""
    rest = path.rstrip("/").removeprefix(REQUESTS)
    suffix = next((one for one in _METHODS if one and rest.endswith(one)), _RECORD)
    return rest.removesuffix(suffix), suffix


def _unknown(message: str) -> ClientError:
    return ClientError(status=404, code="unknown_request", message=message)
