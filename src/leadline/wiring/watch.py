"""Builds the watch: the rules, the desk, the destinations, and the parts that keep them fed."""

import asyncio
import os
import random
import sys
import time
from collections.abc import Callable, Sequence

from leadline.configuration.loading import BadConfiguration
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.storage import Keeping, StoreLocked, StoreTooNew
from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.watch.lookout import Watch, WatchParts
from leadline.watch.outbound import Sender
from leadline.watch.tapping import SayHow, Tap
from leadline.watch.triage_loop import Clockwork, Triage
from leadline.wiring.destinations import destinations_of, routes_of
from leadline.wiring.listening import address
from leadline.wiring.process import Launch, Life, listening, start
from leadline.wiring.rules import rules_of


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m leadline.wiring.watch`, and `leadline watch`."""
    return start("watch", _run, sys.argv[1:] if arguments is None else arguments)


async def _run(launch: Launch, life: Life) -> None:
    config = launch.config
    dog = config.watch.watchdog
    rules = rules_of(config.watch.rules)
    parts = WatchParts(
        layout=launch.layout,
        triage=_triage(rules, baseline_of(config)),
        probe_every_s=rules.probe_interval_s if config.gateway.breaker.probes else None,
        destinations=destinations_of(config, Secrets(os.environ)),
        routes=routes_of(config),
        send=Sender(allow_private=config.watch.allow_private_destinations),
        watchdog=(dog.destination, dog.every) if dog else None,
        clock=time.time,
        jitter=random.random,
        sockets=listening(launch, *address(config.watch.listen)),
        tap=_tap(config),
        keeping=Keeping(facts_s=config.watch.keep_facts, rollups_s=config.watch.keep_rollups),
    )
    try:
        watch = Watch(parts)
    except (StoreLocked, StoreTooNew) as error:
        raise BadConfiguration("", problem=str(error)) from error
    running = asyncio.create_task(watch.run(life.stop))
    life.ready()
    await running


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
