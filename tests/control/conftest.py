"""A control API on a real socket, in front of a real unix socket that answers like the watch."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import uvicorn
from tests.control.sample_decisions import Decisions
from tests.control.sample_rows import Sample
from tests.control.watch_stand_in import WatchStandIn

from leadline import asking
from leadline.control.admin_key import open_admin_key
from leadline.control.books import HoldBook, RouteBook, RuleBook
from leadline.control.parts import ControlParts
from leadline.control.plan_writer import PlanWriter
from leadline.control.service import api_application
from leadline.vocabulary import (
    Ask,
    DataLayout,
    KeyGrant,
    Plan,
    ProviderIdentifier,
    Route,
    Target,
    TargetChoice,
    Told,
)

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Loopback needs none, and to load all the roots of this world takes longer than a call."""
CONFIGURED = {"gpt-4o": (TargetChoice(provider="openai", model="gpt-4o"),)}


def sample_plan() -> Plan:
    target = Target(
        identity=ProviderIdentifier(provider="openai", model="gpt-4o"),
        type="openai",
        base_url="https://user:hunter2@api.example.test/v1",
        secret="env:OPENAI_API_KEY",
    )
    return Plan(
        generation=0,
        created_at=0.0,
        routes={"gpt-4o": Route(alias="gpt-4o", targets=(target,))},
        keys={"ab" * 32: KeyGrant(alias="backend")},
    )


class Control:
    """A running control API: its address, key and parts, and the watch behind it."""

    def __init__(self, root: Path, build_plan: Callable[[], Plan] = sample_plan) -> None:
        self.layout = DataLayout(str(root))
        self.time = time.time()
        self.sample = Sample(self.time)
        decisions = Decisions(self.sample.rows)
        self.watch = WatchStandIn(Path(self.layout.watch_socket), decisions.rows, decisions.obey)
        self.parts = ControlParts(
            ask=self._ask,
            plans=PlanWriter(Path(self.layout.plan), build_plan),
            tool_rules=RuleBook(Path(self.layout.tool_rules)),
            routes=RouteBook(Path(self.layout.route_overrides), lambda: CONFIGURED),
            holds=HoldBook(Path(self.layout.breaker_holds)),
            admin_key=open_admin_key(Path(self.layout.admin_key)),
            hosts=("console.example.test",),
            time_scale=0.1,
            destinations={"pagerduty": "pagerduty", "mail": "email", "hook": "webhook"},
            now=lambda: self.time,
        )
        self.key = Path(self.layout.admin_key).read_text().strip()
        self.address = ""

    async def _ask(self, question: Ask) -> Told:
        return await asking.ask(Path(self.layout.watch_socket), question)

    def client(self, **settings) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.address, verify=NO_TLS, **settings)

    def signed_in(self) -> httpx.AsyncClient:
        return self.client(headers={"authorization": f"Bearer {self.key}"})


@pytest.fixture
async def control(tmp_path) -> AsyncIterator[Control]:
    running = Control(tmp_path)
    bound = socket.create_server(("127.0.0.1", 0))
    running.address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    server = uvicorn.Server(
        uvicorn.Config(api_application(running.parts), log_config=None, lifespan="off", access_log=False)
    )
    async with running.watch:
        serving = asyncio.ensure_future(server.serve([bound]))
        yield running
        server.should_exit = True
        await serving
