"""The gateway as a bare ASGI app: each path finds its answer here."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
import uuid_utils
from msgspec.structs import asdict

from leadline import __version__
from leadline.gateway import admission, answering, guard_check, late_retrieval, openapi
from leadline.gateway.activation import ActivePlan, activate
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.calls import Calls
from leadline.gateway.client import Client, RawHeaders, Receive, Send, joined
from leadline.gateway.cycle import WHEN_LEFT
from leadline.gateway.entrance import Entrance
from leadline.gateway.guarding.ready import Guarding
from leadline.gateway.guarding.trying import Checked
from leadline.gateway.parts import Decided, GatewayParts, GatewaySettings
from leadline.gateway.passing import passage
from leadline.gateway.recent import Recent
from leadline.gateway.recording import Call, Passage
from leadline.providers import ClientRequest, Surface
from leadline.vocabulary import ClientError, Heartbeat, WireProtocol

_log = structlog.get_logger()

MODELS = ("/v1/models", "/models", "/v1beta/models")
HEALTH = ("/health", "/health/liveliness", "/health/readiness")
REQUESTS = "/v1/requests/"
OPEN = (*HEALTH, openapi.PATH)
"""What is told without a key."""
OURS = (guard_check.ENDPOINT, *[f"GET {path}" for path in (*MODELS, *OPEN, f"{REQUESTS}{{id}}")])
STORED_AFTER_S = 2.0
"""A younger request is answered for from memory: the watch may not have read it yet."""
ASK_AGAIN_S = 0.05
LONGEST_REQUEST_S = 900.0


class GatewayApp:
    """ASGI 3 with the extension `leadline.when_left`, which `gateway.server` gives.

    Run `run_background` beside it: it follows the plan and writes the heartbeat.
    """

    def __init__(self, parts: GatewayParts, settings: GatewaySettings) -> None:
        self._parts = parts
        self._settings = settings
        self._recent = Recent(settings.recent_requests)
        self._calls = Calls(parts, settings, self._recent)
        self._entrance = Entrance(parts.surfaces)
        self._active: ActivePlan | None = None
        self._unusable: Decided | None = None
        self._problem = ""
        self._dropped = 0
        self._dropping = False
        self._retiring: set[asyncio.Task[None]] = set()
        self.in_flight = 0
        self.requests = 0
        self.follow_plan()

    @property
    def active(self) -> ActivePlan | None:
        """The plan in use; None = none yet."""
        return self._active

    @property
    def generation(self) -> int | None:
        """Of the plan in use; None = none yet."""
        return self._active.plan.generation if self._active is not None else None

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"the gateway speaks HTTP only, not {scope['type']}")
        request = ClientRequest(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            headers=joined(scope["headers"]),
            body=b"",
        )
        client = Client(receive, send, scope["extensions"][WHEN_LEFT])
        surface = self._entrance.at(request.path) if request.method == "POST" else None
        if surface is not None:
            await self._ask(surface, request, client)
        elif request.path in guard_check.PATHS:
            await self._check_texts(request, client)
        else:
            await self._elsewhere(request, client)

    async def _ask(
        self, surface: Surface, request: ClientRequest, client: Client, passing: Passage | None = None
    ) -> None:
        active = self._active
        if active is None:
            await answering.refuse(client, surface, _NO_PLAN)
            return
        call = Call(
            request_id=str(uuid_utils.uuid7()),
            request=request,
            surface=surface,
            active=active,
            started_at=self._parts.clock(),
            started=self._parts.perf(),
            tries=[],
            passage=passing,
        )
        self.requests += 1
        self.in_flight += 1
        try:
            await self._calls.serve(call, client)
        finally:
            self.in_flight -= 1

    # everything that is not asked of a model

    async def _check_texts(self, request: ClientRequest, client: Client) -> None:
        surface, active = self._speaker(request), self._active
        if request.method != "POST":
            await _wrong_method(client, surface, "POST")
            return
        if active is None:
            await answering.refuse(client, surface, _NO_PLAN)
            return
        found: AdmittedKey | Checked | ClientError
        found = admission.find_key(active.keys, request.headers, request.query)
        if not isinstance(found, ClientError):
            limit = self._settings.body_limit_bytes
            found = await guard_check.check(active, found, client, self._parts.limits, limit)
        if isinstance(found, ClientError):
            await answering.refuse(client, surface, found)
        else:
            await _json(client, 200, found)

    async def _elsewhere(self, request: ClientRequest, client: Client) -> None:
        path = request.path.rstrip("/") or "/"
        surface = self._speaker(request)
        if self._entrance.at(request.path) is not None:
            await _wrong_method(client, surface, "POST")
        elif (passing := self._passage(request.path)) is not None:
            there = msgspec.structs.replace(request, path=passing.path)
            await self._ask(passing.route.targets[0].surface, there, client, passing)
        elif not (path in OPEN or path.startswith(REQUESTS) or _model_in(path) is not None):
            await answering.refuse(client, surface, _unknown_path(request, self._entrance.endpoints))
        elif request.method == "POST" and path.startswith(REQUESTS) and path.endswith(late_retrieval.SUFFIX):
            await self._take_retrieval(request, path[len(REQUESTS) : -len(late_retrieval.SUFFIX)], client)
        elif request.method not in ("GET", "HEAD"):
            await _wrong_method(client, surface, "GET")
        elif path in HEALTH:
            await self._health(path, client)
        elif path == openapi.PATH:
            await _json(client, 200, openapi.document(self._parts.surfaces, OURS, __version__))
        else:
            await self._for_key(request, path, surface, client)

    def _passage(self, path: str) -> Passage | None:
        return passage(path, self._active.accounts) if self._active is not None else None

    def _speaker(self, request: ClientRequest) -> Surface:
        """Whose shape a call without a body is answered in: what its headers and path give away."""
        headers = request.headers
        if "anthropic-version" in headers:
            wanted = WireProtocol.ANTHROPIC_MESSAGES
        elif (
            "x-goog-api-key" in headers
            or "x-goog-api-client" in headers
            or request.path.startswith("/v1beta")
            or "key=" in request.query
        ):
            wanted = WireProtocol.GEMINI_GENERATE
        else:
            wanted = WireProtocol.OPENAI_CHAT
        return self._entrance.speaking(wanted)

    async def _health(self, path: str, client: Client) -> None:
        if path == "/health/readiness" and self._active is None:
            await _json(client, 503, {"status": "not ready", "because": _NO_PLAN.message})
        else:
            await _json(client, 200, {"status": "ok", "plan_generation": self.generation})

    async def _for_key(self, request: ClientRequest, path: str, surface: Surface, client: Client) -> None:
        if self._active is None:
            await answering.refuse(client, surface, _NO_PLAN)
            return
        key = admission.find_key(self._active.keys, request.headers, request.query)
        if isinstance(key, ClientError):
            await answering.refuse(client, surface, key)
        elif path.startswith(REQUESTS):
            await self._one_request(path.removeprefix(REQUESTS), key.grant.tenant, client)
        else:
            speaking = self._active.routes[surface.protocol]
            aliases = [alias for alias in key.aliases if alias in speaking]
            await _models(client, surface, aliases, _model_in(path) or "", self._active.plan.created_at)

    async def _one_request(self, request_id: str, tenant: str, client: Client) -> None:
        """The record of one request: the watch's, which knows the verdicts, else what we remember."""
        found = self._recent.find(request_id, tenant)
        stored = None
        if found is None:
            stored = await self._when_stored(request_id, tenant)
        elif self._parts.clock() - found[0].ended_at > STORED_AFTER_S:
            stored = await self._parts.look_up(request_id, tenant)
        if stored is not None:
            await _json(client, 200, stored)
        elif found is not None:
            exchange, signals = found[0], [asdict(signal) for signal in found[1]]
            await _json(client, 200, {"exchange": exchange, "signals": signals, "events": None, "text": None})
        else:
            surface = self._entrance.speaking(WireProtocol.OPENAI_CHAT)
            message = "No such request of this tenant is known; it may be older than what is kept."
            await answering.refuse(
                client, surface, ClientError(status=404, code="unknown_request", message=message)
            )

    async def _take_retrieval(self, request: ClientRequest, request_id: str, client: Client) -> None:
        keys = self._active.keys if self._active is not None else {}
        found: AdmittedKey | late_retrieval.Taken | ClientError
        found = admission.find_key(keys, request.headers, request.query)
        if not isinstance(found, ClientError):
            is_new, at = self._is_new(request_id, late_retrieval.JOINED_S), self._parts.clock()
            about = late_retrieval.About(request_id, found.grant, at) if is_new else None
            found = await late_retrieval.take(about, request.headers, client, self._parts.spool)
        if isinstance(found, ClientError):
            await answering.refuse(client, self._speaker(request), found)
        else:
            await _json(client, 202, found)

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

    # between requests

    async def run_background(self) -> None:
        """Follow the plan and write the heartbeat until cancelled."""
        next_beat = self._parts.perf()
        while True:
            before = self.generation
            self.follow_plan()
            if self._parts.perf() >= next_beat:
                next_beat += self._settings.beat_every_s
                self.beat()
            elif self.generation != before:
                self.beat()  # whoever swapped a route waits for it
            await asyncio.sleep(self._settings.poll_every_s)

    def follow_plan(self) -> None:
        """Take over a new generation of plan or overlay; a broken one leaves the last good one in use."""
        decided, active = self._parts.plans.current(), self._active
        problem = self._parts.plans.problem
        if problem and problem != self._problem:
            _log.warning(problem)
        self._problem = problem
        if decided.plan is None or _same(decided, active) or _same(decided, self._unusable):
            return
        try:
            self._active = activate(decided, self._parts, self._settings.checks_budget_s, active)
            self._retire(active)
        except (LookupError, ValueError) as error:
            self._unusable = decided
            _log.error("a plan cannot be used", generation=decided.plan.generation, because=str(error))

    def _retire(self, before: ActivePlan | None) -> None:
        """The check processes of an older plan serve until the calls that began with it are over."""
        old = before.guarding if before is not None else None
        if old is not None and self._active is not None and self._active.guarding is not old:
            task = asyncio.create_task(_close_later(old))
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def aclose(self) -> None:
        """End the check processes."""
        for task in self._retiring:
            task.cancel()
        await asyncio.gather(*self._retiring, return_exceptions=True)
        if self._active is not None and self._active.guarding is not None:
            await self._active.guarding.aclose()

    def beat(self) -> None:
        stats = self._parts.spool.stats
        active = self._active
        self._tell_drops(stats.dropped, stats.drop_reason)
        self._parts.spool.offer(
            Heartbeat(
                host=self._settings.host,
                worker=self._settings.worker,
                pid=self._settings.pid,
                at=self._parts.clock(),
                plan_generation=self.generation or 0,
                in_flight=self.in_flight,
                requests=self.requests,
                recorded=stats.recorded,
                dropped=stats.dropped,
                drop_reason=stats.drop_reason,
                spool_bytes=stats.spool_bytes,
                checks_skipped=_skipped(active),
                targets=self._parts.pulses(self._parts.clock()),
            )
        )

    def _tell_drops(self, dropped: int, reason: str) -> None:
        """Once when copies begin to be dropped, for a watch that reads nothing cannot tell it."""
        began = dropped > self._dropped and not self._dropping
        self._dropping, self._dropped = dropped > self._dropped, dropped
        if began:
            _log.warning("copies of requests are dropped, answers are not", because=reason)


async def _close_later(guarding: Guarding) -> None:
    try:
        await asyncio.sleep(LONGEST_REQUEST_S)
    finally:
        await guarding.aclose()


def _skipped(active: ActivePlan | None) -> int:
    """Checks and guards that gave no verdict."""
    if active is None:
        return 0
    return active.checking.skipped + (active.guarding.failed if active.guarding is not None else 0)


def _same(one: Decided, other: Decided | None) -> bool:
    return other is not None and one.plan is other.plan and one.overlay is other.overlay


_NO_PLAN = ClientError(
    status=503,
    code="not_ready",
    message="The gateway has no plan yet; it begins to serve as soon as the control process has written one.",
)


def _unknown_path(request: ClientRequest, endpoints: tuple[str, ...]) -> ClientError:
    path = request.path[: admission.LONGEST_ECHO]
    return ClientError(
        status=404,
        code="unknown_path",
        message=f"There is no {path!r} here; there is {', '.join(endpoints + OURS)}.",
    )


def _model_in(path: str) -> str | None:
    """The alias behind a models path, `""` for the list, None when it is no such path."""
    for prefix in MODELS:
        if path == prefix:
            return ""
        if path.startswith(prefix + "/"):
            return path.removeprefix(prefix + "/")
    return None


async def _models(
    client: Client, surface: Surface, aliases: list[str], wanted: str, created_at: float
) -> None:
    if wanted and wanted not in aliases:
        message = f"The model {wanted[: admission.LONGEST_ECHO]!r} does not exist for this key."
        await answering.refuse(
            client, surface, ClientError(status=404, code="unknown_model", message=message)
        )
        return
    reply = surface.models_reply([wanted] if wanted else aliases, created_at)
    body = _only_entry(reply.body) if wanted else reply.body
    await client.reply(reply.status, [(b"content-type", b"application/json")], body)


def _only_entry(body: bytes) -> bytes:
    """A list of one model, and the client asked for that one: every protocol gives it as it is listed."""
    listed: dict[str, msgspec.Raw] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    entries = listed.get("data") or listed["models"]
    return bytes(msgspec.json.decode(entries, type=list[msgspec.Raw])[0])


async def _wrong_method(client: Client, surface: Surface, allowed: str) -> None:
    error = ClientError(status=405, code="method_not_allowed", message=f"This path takes {allowed} only.")
    status, headers, body = answering.own_error(surface, error)
    headers.append((b"allow", allowed.encode()))
    await client.reply(status, headers, body)


async def _json(client: Client, status: int, content: object) -> None:
    headers: RawHeaders = [(b"content-type", b"application/json")]
    await client.reply(status, headers, msgspec.json.encode(content))
