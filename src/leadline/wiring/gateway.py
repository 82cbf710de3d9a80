"""Builds one gateway worker and runs it: the plan, the wire, the checks, the spool."""

import asyncio
import gc
import os
import random
import secrets as randomness
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, cast

import msgspec
import structlog

from leadline import plugs
from leadline.asking import OwnerUnreachable, ask
from leadline.checks.inline import InlineCheck
from leadline.configuration.decisions import read_rules
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.gateway.app import GatewayApp
from leadline.gateway.board import Board, BoardUnusable
from leadline.gateway.key_limits import KeyLimits
from leadline.gateway.parts import GatewayParts, GatewaySettings, LookUp, Released
from leadline.gateway.patience import Alarm
from leadline.gateway.plan_file import Generation, PlanFiles
from leadline.gateway.prober import Prober
from leadline.gateway.server import ServerSettings, serve
from leadline.gateway.spool import SpoolLimits, SpoolStats, SpoolWriter
from leadline.gateway.thinning import ThinningSpool, lag_s
from leadline.gateway.transport import PooledTransport, Proxies
from leadline.gateway.wire.expiry import Expiry
from leadline.policy.rungs import Rung
from leadline.vocabulary import (
    Ask,
    CheckSettings,
    DataLayout,
    Heartbeat,
    Overlay,
    Plan,
    Query,
    RungSettings,
)
from leadline.wiring.breaking import Guards, guards_of, workers_of
from leadline.wiring.guarding import guarding_by
from leadline.wiring.listening import address
from leadline.wiring.named_files import NamedFiles
from leadline.wiring.plan import compile_plan
from leadline.wiring.process import Launch, Life, listening, start
from leadline.wiring.providers import provider, surfaces
from leadline.wiring.tool_policies import tool_policy_of
from leadline.wiring.vouching import vouchers

CHECKS, RUNGS = "leadline.checks.inline", "leadline.policy.rungs"
_ALLOCATIONS_PER_COLLECTION = 20_000
_LONGEST_CHECK_S = 0.1
"""Twice the budget of all checks together: its verdict is lost by then, what is saved is the worker."""
log = structlog.get_logger()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m leadline.wiring.gateway`, and `leadline gateway`."""
    return start("gateway", _run, sys.argv[1:] if arguments is None else arguments)


async def _run(launch: Launch, life: Life) -> None:
    config, layout = launch.config, launch.layout
    sockets = listening(launch, *address(config.gateway.listen))
    secrets = Secrets(os.environ)
    board = _board(layout, launch.worker)
    limits = KeyLimits(board, time.time)
    spool = _spool(config, layout, launch.worker)
    guards = guards_of(config, board, spool, launch.worker)
    transport = _transport(guards)

    def follow(plan: Plan) -> None:
        transport.trust(vouchers(plan))
        limits.follow(plan.keys)
        guards.follow(plan)

    files = PlanFiles(layout.plan, layout.overlay, follow)
    plans = Plans(files, lambda: _plan_of(launch, secrets), follow)
    patience = Alarm(_LONGEST_CHECK_S, time.perf_counter)
    parts = GatewayParts(
        surfaces=surfaces(),
        build_provider=provider,
        transport=transport,
        plans=plans,
        spool=_thinning(spool, plans),
        limits=limits,
        secrets=secrets,
        build_guarding=guarding_by(secrets, patience),
        build_check=_check,
        build_rung=_rung,
        look_up=_look_up(layout),
        released=_released(layout),
        clock=time.time,
        perf=time.perf_counter,
        random=random.random,
        breakers=guards.breakers,
        headroom=guards.headroom,
        pulses=guards.care.pulses,
        patience=patience,
    )
    settings = _settings(config, launch.worker, workers_of(config))
    app = GatewayApp(parts, settings)
    beside = _run_beside(app, Prober(parts, guards.breakers, lambda: app.active), life)
    _collect_rarely()
    life.ready()
    try:
        await serve(app, sockets, ServerSettings(drain_s=config.gateway.drain), stop=life.stop)
    finally:
        await _wind_down(app, parts, beside)
        spool.offer(_farewell(settings, app.requests, spool.stats))
        await spool.close()


def _settings(config: Config, worker: int, workers: int) -> GatewaySettings:
    return GatewaySettings(
        host=socket.gethostname(),
        worker=worker,
        pid=os.getpid(),
        workers=workers,
        body_limit_bytes=config.gateway.max_body,
    )


def _run_beside(app: GatewayApp, prober: Prober, life: Life) -> asyncio.Future[tuple[None, None]]:
    """What goes on between requests. A worker that no longer follows the plan must not go on serving: its
    supervisor starts it anew.
    """
    running = asyncio.gather(app.run_background(), prober.run())
    running.add_done_callback(lambda _: life.stop.set())
    return running


async def _wind_down(app: GatewayApp, parts: GatewayParts, beside: asyncio.Future[tuple[None, None]]) -> None:
    beside.cancel()
    await asyncio.gather(beside, return_exceptions=True)
    await parts.transport.aclose()
    await app.aclose()


def _collect_rarely() -> None:
    """A request leaves no reference cycles behind, so the collector finds next to nothing: by its defaults it
    took an eighth of the worker's time, most of it over modules and plans that stay for good.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_PER_COLLECTION, 10, 10)


class Files(Protocol):
    """The plan's and the overlay's, as they stand on disk."""

    @property
    def problem(self) -> str: ...

    def current(self) -> Generation: ...


class Plans:
    """The plan that control writes; until there is one, the configuration as this process read it. Where a
    file that it names has changed, it is a new plan of the same generation: everything is read again.
    """

    def __init__(self, files: Files, compiled: Callable[[], Plan], on_plan: Callable[[Plan], None]) -> None:
        self._files = files
        self._on_plan = on_plan
        self._own: Generation | None = None
        self._written: Plan | None = None
        self._renewed: Plan | None = None
        self._named: NamedFiles | None = None
        if files.current().plan is None:
            plan = compiled()
            on_plan(plan)
            self._own = Generation(plan, Overlay())

    @property
    def problem(self) -> str:
        """Why a file on disk is not in use; empty when all is well."""
        return self._files.problem

    def current(self) -> Generation:
        found = self._files.current()
        if found.plan is None and self._own is not None:
            found = self._own
        plan = found.plan
        if plan is None:
            return found
        if plan is not self._written or self._named is None:
            self._written = self._renewed = plan
            self._named = NamedFiles(plan)
        elif self._named.changed():
            log.info("a file that the plan names has changed; it is read again")
            self._renewed = msgspec.structs.replace(plan)
            self._on_plan(self._renewed)
        return Generation(self._renewed, found.overlay)


def _farewell(settings: GatewaySettings, requests: int, stats: SpoolStats) -> Heartbeat:
    """The last sign of life, which says that silence from here on is meant."""
    return Heartbeat(
        host=settings.host,
        worker=settings.worker,
        pid=settings.pid,
        at=time.time(),
        requests=requests,
        recorded=stats.recorded,
        dropped=stats.dropped,
        dropped_failures=stats.dropped_failures,
        drop_reason=stats.drop_reason,
        ending=True,
    )


def _plan_of(launch: Launch, secrets: Secrets) -> Plan:
    plan = compile_plan(
        launch.config,
        secret=secrets,
        prices={},
        first_key=None,
        created_at=time.time(),
        tool_policy=tool_policy_of(
            launch.config, launch.config_path, read_rules(Path(launch.layout.tool_rules)).values()
        ),
    )
    log.warning("no plan yet; running by the configuration alone, without prices", next_step="start control")
    return msgspec.structs.replace(plan, generation=0)


def _check(settings: CheckSettings) -> InlineCheck:
    return cast("InlineCheck", plugs.build(CHECKS, {**settings.settings, "type": settings.type}))


def _rung(settings: RungSettings) -> Rung:
    return cast("Rung", plugs.build(RUNGS, {**settings.settings, "type": settings.type}))


def _board(layout: DataLayout, worker: int) -> Board:
    """The supervisor's board, or one of our own when there is no supervisor."""
    try:
        return Board.attach(layout.board, worker)
    except (FileNotFoundError, BoardUnusable):
        Board.create(layout.board, worker + 1)
        return Board.attach(layout.board, worker)


def _spool(config: Config, layout: DataLayout, worker: int) -> SpoolWriter:
    boot = f"{int(time.time() * 1000):013d}x{randomness.token_hex(3)}"
    total = config.gateway.spool_limit
    # the watch removes whole segments only, so a small spool needs small ones
    limits = SpoolLimits(total_bytes=total, segment_bytes=max(4096, min(8 * 1024 * 1024, total // 8)))
    return SpoolWriter(layout.spool, socket.gethostname(), boot, worker, limits=limits)


def _thinning(spool: SpoolWriter, plans: Plans) -> ThinningSpool:
    def lag() -> float:
        return lag_s(plans.current().overlay, time.time())

    return ThinningSpool(spool, lag, lambda: spool.fullness)


def _transport(guards: Guards) -> PooledTransport:
    expiry = Expiry(time.time, guards.certificates.told)
    return PooledTransport(proxies=Proxies.of(os.environ), shown=expiry.shown)


def _look_up(layout: DataLayout) -> LookUp:
    async def look_up(request_id: str, tenant: str) -> dict[str, object] | None:
        return await _row(layout, Query.REQUEST, request_id=request_id, tenant=tenant)

    return look_up


def _released(layout: DataLayout) -> Released:
    async def released(review_id: str, tenant: str, key_alias: str) -> dict[str, object] | None:
        return await _row(layout, Query.RELEASED, review_id=review_id, tenant=tenant, key_alias=key_alias)

    return released


async def _row(layout: DataLayout, query: Query, **arguments: object) -> dict[str, object] | None:
    """None also where the watch does not answer."""
    try:
        told = await ask(Path(layout.watch_socket), Ask(name=query, arguments=arguments, limit=1))
    except OwnerUnreachable:
        return None
    return told.rows[0] if told.rows else None


if __name__ == "__main__":
    sys.exit(main())
