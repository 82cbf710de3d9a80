"""The gateway as an app of its server: each path finds its answer here."""

import asyncio

import msgspec
import structlog
import uuid_utils

from leadline import __version__
from leadline.gateway import admission, afterwards, answering, guard_check, openapi, reference_page
from leadline.gateway.activation import ActivePlan, activate
from leadline.gateway.admission import AdmittedKey
from leadline.gateway.afterwards import LONGEST_REQUEST_S, REQUESTS, Afterwards
from leadline.gateway.calls import Calls
from leadline.gateway.client import Client
from leadline.gateway.entrance import Entrance
from leadline.gateway.guarding.ready import Guarding
from leadline.gateway.guarding.trying import Checked
from leadline.gateway.lost_sight import lost_sight
from leadline.gateway.parts import Decided, GatewayParts, GatewaySettings
from leadline.gateway.passing import passage
from leadline.gateway.recent import Recent
from leadline.gateway.recording import Call, Passage
from leadline.providers import ClientRequest, Surface
from leadline.vocabulary import ClientError, Heartbeat, WireProtocol

_log = structlog.get_logger()

MODELS = ("/v1/models", "/models", "/v1beta/models")
HEALTH = ("/health", "/health/liveliness", "/health/readiness")
OPEN = (*HEALTH, openapi.PATH, openapi.PAGE)
"""What is told without a key."""
OURS = (guard_check.ENDPOINT, *[f"GET {path}" for path in (*MODELS, *OPEN)], *afterwards.ENDPOINTS)


class GatewayApp:
    """The app that `gateway.server` serves.

    Run `run_background` beside it: it follows the plan and writes the heartbeat.
    """

    def __init__(self, parts: GatewayParts, settings: GatewaySettings) -> None:
        self._parts = parts
        self._settings = settings
        self._recent = Recent(settings.recent_requests)
        self._calls = Calls(parts, settings, self._recent)
        self._afterwards = Afterwards(parts, settings, self._recent)
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

    async def __call__(self, client: Client) -> None:
        request = ClientRequest(
            method=client.method,
            path=client.path,
            query=client.query,
            headers=client.headers,
            body=b"",
        )
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
            await answering.json(client, 200, found)

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
        elif not _fits(request.method, allowed := _allowed(path)):
            await _wrong_method(client, surface, allowed)
        elif path in HEALTH:
            await self._health(path, client)
        elif path == openapi.PATH:
            await answering.json(client, 200, self._document())
        elif path == openapi.PAGE:
            await client.reply(200, reference_page.HEADERS, reference_page.page(self._document()))
        else:
            await self._for_key(request, path, surface, client)

    def _document(self) -> openapi.Document:
        return openapi.document(self._parts.surfaces, OURS, __version__)

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
            await answering.json(client, 503, {"status": "not ready", "because": _NO_PLAN.message})
        else:
            await answering.json(client, 200, {"status": "ok", "plan_generation": self.generation})

    async def _for_key(self, request: ClientRequest, path: str, surface: Surface, client: Client) -> None:
        if self._active is None:
            await answering.refuse(client, surface, _NO_PLAN)
            return
        key = admission.find_key(self._active.keys, request.headers, request.query)
        if isinstance(key, ClientError):
            await answering.refuse(client, surface, key)
        elif path.startswith(REQUESTS):
            await self._afterwards.serve(request, key, surface, client)
        else:
            speaking = self._active.routes[surface.protocol]
            aliases = [alias for alias in key.aliases if alias in speaking]
            await _models(client, surface, aliases, _model_in(path) or "", self._active.plan.created_at)

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
        stats, lost = self._parts.spool.stats, lost_sight(self._active)
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
                dropped_failures=stats.dropped_failures,
                drop_reason=stats.drop_reason,
                spool_bytes=stats.spool_bytes,
                checks_skipped=lost.checks_skipped,
                lost=lost,
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
    await client.reply(reply.status, {"content-type": "application/json"}, body)


def _only_entry(body: bytes) -> bytes:
    """A list of one model, and the client asked for that one: every protocol gives it as it is listed."""
    listed: dict[str, msgspec.Raw] = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    entries = listed.get("data") or listed["models"]
    return bytes(msgspec.json.decode(entries, type=list[msgspec.Raw])[0])


async def _wrong_method(client: Client, surface: Surface, allowed: str) -> None:
    error = ClientError(status=405, code="method_not_allowed", message=f"This path takes {allowed} only.")
    status, headers, body = answering.own_error(surface, error)
    headers["allow"] = allowed
    await client.reply(status, headers, body)


def _allowed(path: str) -> str:
    return afterwards.allowed(path) if path.startswith(REQUESTS) else "GET"


def _fits(method: str, allowed: str) -> bool:
    return method == allowed or (method, allowed) == ("HEAD", "GET")
