"""Builds the watch: the rules, the desk, the destinations, and the parts that keep them fed."""

import asyncio
import os
import random
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import structlog

from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.proxies import Proxies
from leadline.storage import Keeping, StoreLocked, StoreTooNew
from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.watch.centroids import SIMILARITY, Embeds
from leadline.watch.lookout import Watch, WatchParts
from leadline.watch.outbound import Sender
from leadline.watch.segments import Tidying
from leadline.watch.tapping import SayHow, Tap
from leadline.watch.triage_loop import Clockwork, Triage
from leadline.wiring.deep_checks import deep_checks_of, deep_tools
from leadline.wiring.destinations import destinations_of, routes_of
from leadline.wiring.listening import address
from leadline.wiring.process import Launch, Life, listening, start
from leadline.wiring.rules import rules_of

NOT_THE_WATCHS = frozenset(
    {"version", "data_dir", "demo", "gateway", "control", "supervisor", "providers", "models", "fallbacks"}
    | {"keys", "checks", "guardrails", "tool_policy"}
)
log = structlog.get_logger()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m leadline.wiring.watch`, and `leadline watch`."""
    return start("watch", _run, sys.argv[1:] if arguments is None else arguments)


async def _run(launch: Launch, life: Life) -> None:
    """One watch after the other, each until it is to end or is renewed; whatever they know lies on disk."""
    sockets = listening(launch, *address(launch.config.watch.listen))
    renewal = Renewal(launch, sockets)
    while not life.stop.is_set():
        ending = asyncio.Event()
        try:
            watch = Watch(renewal.take())
        except (StoreLocked, StoreTooNew) as error:
            raise BadConfiguration("", problem=str(error)) from error
        running = asyncio.create_task(watch.run(ending))
        if not renewal.is_first:
            log.info("the watch goes on by the configuration as it is now")
        life.ready()
        waits = [asyncio.ensure_future(event.wait()) for event in (life.stop, renewal.asked)]
        await asyncio.wait((running, *waits), return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        ending.set()
        await running
        if not (renewal.asked.is_set() or life.stop.is_set()):
            return


class Renewal:
    """What the watch in force is made of, and the next one. `renew` may be called in any thread."""

    def __init__(self, launch: Launch, sockets: Sequence[socket.socket]) -> None:
        """Raises BadConfiguration."""
        self._launch = launch
        self._sockets = sockets
        self._loop = asyncio.get_running_loop()
        self._config = launch.config
        self._parts = parts_of(launch.config, launch)
        self.asked = asyncio.Event()
        self.is_first = True
        self._loop.add_signal_handler(signal.SIGHUP, self._on_hangup)

    def take(self) -> WatchParts:
        """For the watch that begins now."""
        self.is_first = not self.asked.is_set()
        self.asked.clear()
        own = [listener.dup() for listener in self._sockets]  # a watch closes what it was given
        return msgspec.structs.replace(self._parts, sockets=own, renew=self.renew)

    def renew(self) -> bool:
        """Whether anything is different now for the watch. Raises BadConfiguration; then all stays."""
        config = load(self._launch.config_path)
        parts = parts_of(config, self._launch)
        if same_for_the_watch(config, self._config) and parts.destinations == self._parts.destinations:
            return False
        self._loop.call_soon_threadsafe(self._begin, config, parts)
        return True

    def _begin(self, config: Config, parts: WatchParts) -> None:
        self._config, self._parts = config, parts
        self.asked.set()

    def _on_hangup(self) -> None:
        try:
            self.renew()
        except BadConfiguration as error:
            log.error("reload_refused", why=str(error))  # noqa: TRY400 - a sentence, not a trace


def same_for_the_watch(one: Config, other: Config) -> bool:
    names = [name for name in Config.model_fields if name not in NOT_THE_WATCHS]
    same = all(getattr(one, name) == getattr(other, name) for name in names)
    probes = one.gateway.breaker.probes == other.gateway.breaker.probes
    return same and probes and baseline_of(one) == baseline_of(other)


def parts_of(config: Config, launch: Launch) -> WatchParts:
    """All but the listening sockets. Raises BadConfiguration."""
    dog = config.watch.watchdog
    tools = deep_tools(config, launch.layout, time.time, Path(launch.config_path).parent)
    rules = rules_of(config.watch.rules)
    return WatchParts(
        layout=launch.layout,
        triage=_triage(rules, baseline_of(config)),
        probe_every_s=rules.probe_interval_s if config.gateway.breaker.probes else None,
        destinations=destinations_of(config, Secrets(os.environ)),
        routes=routes_of(config),
        embeds=_embeds(config),
        send=Sender(allow_private=config.watch.allow_private_destinations, proxies=Proxies.of(os.environ)),
        watchdog=(dog.destination, dog.every) if dog else None,
        clock=time.time,
        jitter=random.random,
        tap=_tap(config),
        deep=deep_checks_of(config, tools),
        tidying=Tidying(spool_bytes=min(Tidying().spool_bytes, config.gateway.spool_limit // 2)),
        keeping=Keeping(facts_s=config.watch.keep_facts, rollups_s=config.watch.keep_rollups),
    )


def _embeds(config: Config) -> Embeds | None:
    """What centroids are learnt with, where a check asks for them; None as well without wordllama."""
    if config.checks is not None and not any(check.type == SIMILARITY for check in config.checks):
        return None
    from leadline.measures.vectors import embedder  # noqa: PLC0415 - 44 MB for those who need them

    return embedder()


def _tap(config: Config) -> Callable[[SayHow], Tap] | None:
    """Raises BadConfiguration."""
    if config.otlp is None:
        return None
    # whoever has no collector need not load what speaks to one
    from leadline.watch.otlp.exporting import Exporter  # noqa: PLC0415
    from leadline.wiring.otlp import otlp_of  # noqa: PLC0415

    otlp = otlp_of(config.otlp, Secrets(os.environ))
    return lambda told: Exporter(otlp, time.time, random.random, told)


def _triage(rules: Rules, baseline: Baseline) -> Triage:
    def desk(snapshot: bytes | None) -> Desk:
        return Desk(rules, baseline) if snapshot is None else Desk.restore(snapshot, rules, baseline)

    clockwork = Clockwork(tick_s=rules.tick_s, delay_s=rules.tick_delay_s)
    return Triage(desk, rows_of, clockwork)


def baseline_of(config: Config) -> Baseline:
    """What the configuration says is normal, and which models have a further rung below them."""
    section = config.watch.baseline
    limits: dict[str, float] = {}
    fallbacks: set[str] = set()
    for alias, model in config.models.items():
        names = [
            f"{config.providers[target.provider].provider or target.provider}/{target.model or alias}"
            for target in model.targets
        ]
        below = model.fallback.model_dump(exclude_none=True)
        fallbacks.update(names if any(below.values()) else names[:-1])
        if model.sla is not None:
            limits.update(dict.fromkeys(names, model.sla * 1000))
    return Baseline(
        sla_ms=limits,
        p99_ms={name: seconds * 1000 for name, seconds in section.p99.items()},
        quality=dict(section.quality),
        cost_per_min=dict(section.cost_per_min),
        retrieval={name: (scores.usual, scores.threshold) for name, scores in section.retrieval.items()},
        mitigation={category.name: degree for category, degree in section.mitigation.items()},
        fallbacks=frozenset(fallbacks),
    )


if __name__ == "__main__":
    sys.exit(main())
