"""A gateway on a real socket, in front of real upstream servers that do as they are told."""

import asyncio
import hashlib
import random
import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
import uvloop
from tests.gateway.upstream import Upstream

from leadline import plugs
from leadline.gateway.app import GatewayApp
from leadline.gateway.parts import Deaf, GatewayParts, GatewaySettings, NoBreakers, NoLimits, no_pulses
from leadline.gateway.patience import Endless
from leadline.gateway.server import ServerSettings, serve
from leadline.gateway.transport import PooledTransport
from leadline.gateway.wire.trust import trusted_context
from leadline.vocabulary import (
    CheckSettings,
    Heartbeat,
    KeyGrant,
    Observation,
    Overlay,
    Plan,
    Price,
    ProviderIdentifier,
    Route,
    RungSettings,
    SpoolRecord,
    Target,
    Timeouts,
)
from leadline.wiring.guarding import guarding_by
from leadline.wiring.providers import provider, surfaces

KEY = "lk-alice-7f3a"
UPSTREAM_SECRET = "sk-upstream-9c1d"
TRUSTED = trusted_context()
"""Made once: reading all authorities of the machine takes longer than most tests."""
QUICK = Timeouts(connect_s=2.0, first_byte_s=0.3, idle_s=0.5, total_s=5.0)


def openai_answer(text: str = "Paris", **more: Any) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-2024-08-06",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
        **more,
    }


def openai_chunks(*words: str, finish: str | None = "stop") -> list[bytes]:
    """The events of a stream; without `finish` it breaks off after its last word."""

    def event(choices: list[dict[str, Any]], **more: Any) -> bytes:
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-4o", **more}
        return b"data: " + msgspec.json.encode({**chunk, "choices": choices}) + b"\n\n"

    events = [event([{"index": 0, "delta": {"content": word}, "finish_reason": None}]) for word in words]
    if finish is None:
        return events
    usage = {"prompt_tokens": 12, "completion_tokens": len(words), "total_tokens": 12 + len(words)}
    last = event([{"index": 0, "delta": {}, "finish_reason": finish}])
    return [*events, last, event([], usage=usage), b"data: [DONE]\n\n"]


class Copies:
    """A spool that keeps what it is offered, or refuses when full. It is its own `stats`."""

    def __init__(self) -> None:
        self.offered: list[SpoolRecord] = []
        self.full = False
        self.recorded = self.dropped = self.dropped_failures = self.spool_bytes = 0
        self.drop_reason = ""

    @property
    def stats(self) -> "Copies":
        return self

    def offer(self, record: SpoolRecord) -> bool:
        if self.full:
            self.dropped += 1
            self.drop_reason = "the spool is full"
            return False
        self.recorded += 1
        self.offered.append(record)
        return True

    @property
    def observations(self) -> list[Observation]:
        return [record for record in self.offered if isinstance(record, Observation)]

    @property
    def heartbeats(self) -> list[Heartbeat]:
        return [record for record in self.offered if isinstance(record, Heartbeat)]


class Chosen:
    """Plans as a test sets them."""

    def __init__(self, plan: Plan | None) -> None:
        self.plan = plan
        self.overlay = Overlay()
        self.problem = ""

    def current(self) -> "Chosen":
        snapshot = Chosen(self.plan)
        snapshot.overlay = self.overlay
        return snapshot


class Gateway:
    """A running gateway with what a test needs to ask it and to look behind it."""

    parts: GatewayParts
    stop: asyncio.Event
    serving: "asyncio.Task[None]"

    def __init__(self, app: GatewayApp, url: str, plans: Chosen, spool: Copies) -> None:
        self.app = app
        self.url = url
        self.plans = plans
        self.spool = spool
        self.http = httpx.AsyncClient(base_url=url, timeout=10, verify=TRUSTED)

    async def chat(self, model: str = "chat", *, key: str = KEY, **more: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {key}", **more.pop("headers", {})}
        body = {"model": model, "messages": [{"role": "user", "content": "Capital of France?"}], **more}
        return await self.http.post("/v1/chat/completions", json=body, headers=headers)

    async def recorded(self, number: int = 1) -> Observation:
        """The `number`th record, as soon as it is there."""
        async with asyncio.timeout(5):
            while len(self.spool.observations) < number:
                await asyncio.sleep(0.005)
        return self.spool.observations[number - 1]


def target(kind: str, model: str, base_url: str, provider: str | None = None) -> Target:
    return Target(
        identity=ProviderIdentifier(provider=provider or kind, model=model),
        type=kind,
        base_url=base_url,
        secret="env:UPSTREAM",
        timeouts=QUICK,
    )


def plan_for(primary: Upstream, fallback: Upstream) -> Plan:
    """Alias `chat` has a fallback; `claude` and `gem` speak the other two protocols; `alone` has no net."""
    first = target("openai", "gpt-4o", primary.url, "openai-main")
    second = target("openai", "gpt-4o-mini", fallback.url, "openai-spare")
    bare = primary.url.removesuffix("/v1")
    routes = [
        Route(alias="chat", targets=(first, second)),
        Route(alias="alone", targets=(first,), retries=0),
        Route(alias="claude", targets=(target("anthropic", "claude-5", bare),), retries=0),
        Route(alias="gem", targets=(target("gemini", "gemini-3", bare),), retries=0),
    ]
    return Plan(
        generation=7,
        created_at=1_700_000_000.0,
        routes={route.alias: route for route in routes},
        keys={
            hashed(KEY): KeyGrant(alias="alice", tenant="acme"),
            hashed("lk-bob"): KeyGrant(alias="bob", tenant="other", models=("chat",), capture="facts"),
        },
        prices={"openai/gpt-4o": Price(input_usd=2.5, output_usd=10.0)},
        checks=(CheckSettings("json_schema"),),
    )


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


@pytest.fixture
async def primary():
    upstream = Upstream()
    await upstream.start()
    yield upstream
    await upstream.stop()


@pytest.fixture
async def fallback():
    upstream = Upstream()
    await upstream.start()
    yield upstream
    await upstream.stop()


@pytest.fixture
async def start(primary, fallback):
    """Start a gateway: `await start(plan=..., settings={...}, parts={...})`."""
    running: list[tuple[asyncio.Event, asyncio.Task[None], Gateway, PooledTransport]] = []

    async def begin(
        plan: Plan | None = None, settings: dict[str, Any] | None = None, **parts: Any
    ) -> Gateway:
        plans = parts.pop("plans", None) or Chosen(plan or plan_for(primary, fallback))
        spool = parts.pop("spool", None) or Copies()
        transport = PooledTransport(ssl_context=TRUSTED)
        drain_s = parts.pop("drain_s", 0.2)
        made_of = msgspec.structs.replace(_parts(plans, spool, transport), **parts)
        app = GatewayApp(
            made_of,
            GatewaySettings(host="h", worker=0, pid=1, backoff_s=0.01, **(settings or {})),
        )
        listening = socket.create_server(("127.0.0.1", 0))
        stop = asyncio.Event()
        serving = asyncio.create_task(serve(app, [listening], ServerSettings(drain_s=drain_s), stop=stop))
        gateway = Gateway(app, f"http://127.0.0.1:{listening.getsockname()[1]}", plans, spool)
        gateway.parts = made_of
        gateway.stop, gateway.serving = stop, serving
        running.append((stop, serving, gateway, transport))
        return gateway

    yield begin
    for stop, serving, gateway, transport in running:
        await gateway.http.aclose()
        stop.set()
        await serving
        await transport.aclose()
        await gateway.app.aclose()


def _parts(
    plans: Chosen,
    spool: Copies,
    transport: PooledTransport,
) -> GatewayParts:
    async def nobody(_request_id: str, _tenant: str) -> dict[str, object] | None:
        return None

    async def nothing_held(_name: str, _tenant: str, _key: str) -> dict[str, object] | None:
        return None

    def build_check(settings: CheckSettings) -> Any:
        return plugs.build("leadline.checks.inline", {"type": settings.type, **settings.settings})

    def build_rung(settings: RungSettings) -> Any:
        return plugs.build("leadline.policy.rungs", {"type": settings.type, **settings.settings})

    return GatewayParts(
        surfaces=surfaces(),
        build_provider=provider,
        transport=transport,
        plans=plans,
        spool=spool,
        limits=NoLimits(),
        secrets={"env:UPSTREAM": UPSTREAM_SECRET}.__getitem__,
        build_guarding=guarding_by({"env:TOKENS": "a secret of tokens"}.__getitem__),
        build_check=build_check,
        build_rung=build_rung,
        look_up=nobody,
        released=nothing_held,
        clock=time.time,
        perf=time.perf_counter,
        random=random.random,
        breakers=NoBreakers(),
        headroom=Deaf(),
        pulses=no_pulses,
        patience=Endless(),
    )


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], uvloop.Loop]]:
    """What touches the wire is tried on the loop of production."""
    return {"uvloop": uvloop.new_event_loop}
