"""Builds the control process: the plan's writer, the first keys, the API and the console."""

import asyncio
import datetime as dt
import os
import secrets as randomness
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path

import structlog

from leadline.asking import ask
from leadline.configuration.loading import BadConfiguration, read_file
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.control.admin_key import open_admin_key
from leadline.control.books import HoldBook, RouteBook, RuleBook
from leadline.control.parts import ControlParts
from leadline.control.plan_writer import PlanWriter
from leadline.control.problems import Problem
from leadline.control.reload import tell_watch
from leadline.control.swapping import swap
from leadline.measures.price_list import price_list
from leadline.storage.audit_book import AuditBook
from leadline.vocabulary import (
    Ask,
    BreakerHold,
    DataLayout,
    Plan,
    PolicyText,
    RouteOverride,
    TargetChoice,
    Told,
)
from leadline.wiring.breaker_holds import with_holds
from leadline.wiring.deep_checks import asks_models
from leadline.wiring.listening import address, url_of
from leadline.wiring.plan import compile_plan, priced_models
from leadline.wiring.process import Launch, Life, listening, start
from leadline.wiring.route_overrides import configured_targets, in_their_order, with_overrides
from leadline.wiring.rules import rules_of
from leadline.wiring.soundness import mistakes
from leadline.wiring.tool_policies import tool_policy_of

_AT_START = ("data_dir", "demo", "gateway", "control", "supervisor")
KEY_PREFIX = "sk-ll-"
log = structlog.get_logger()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m leadline.wiring.control`, and `leadline control`."""
    return start("control", _run, sys.argv[1:] if arguments is None else arguments)


async def _run(launch: Launch, life: Life) -> None:
    from leadline.control.service import serve  # noqa: PLC0415 - a second; the plan need not wait for it

    config, layout = launch.config, launch.layout
    sockets = listening(launch, *address(config.control.listen))
    file = ConfigurationFile(launch.config_path, config, layout)
    routes = RouteBook(Path(layout.route_overrides), file.targets)
    file.overrides = routes.decisions
    holds = HoldBook(Path(layout.breaker_holds))
    file.holds = holds.decisions
    rules = RuleBook(Path(layout.tool_rules))
    file.rules = rules.decisions
    plans = PlanWriter(Path(layout.plan), file.plan, waiting=file.waiting)
    plans.publish()
    swap(Path(layout.control_address), f"{url_of(sockets[0])}\n".encode())
    watch_socket = Path(layout.watch_socket)

    async def ask_watch(question: Ask) -> Told:
        return await ask(watch_socket, question)

    parts = ControlParts(
        ask=ask_watch,
        plans=plans,
        routes=routes,
        holds=holds,
        tool_rules=rules,
        admin_key=open_admin_key(Path(layout.admin_key)),
        hosts=tuple(config.control.hosts),
        time_scale=config.watch.rules.time_scale,
        demo=config.demo,
        secure_cookie=config.control.behind_proxy,
        now=time.time,
        rules=rules_of(config.watch.rules),
        destinations=file.destinations,
        audit=AuditBook.open(Path(layout.control)),
    )
    _reload_on_hangup(plans, ask_watch)
    life.ready()
    await serve(parts, sockets, life.stop)


class ConfigurationFile:
    """The file that the house was started with, read again for each plan."""

    def __init__(self, path: str, started_with: Config, layout: DataLayout) -> None:
        self._path = path
        self._started_with = self._latest = started_with
        self._layout = layout
        self.rules: Callable[[], Collection[PolicyText]] = tuple
        """The tool policies that people activated at run time."""
        self.destinations = _types(started_with)
        """The type of each, kept up to date."""
        self.overrides: Callable[[], Collection[RouteOverride]] = tuple
        """What people changed about routes at run time."""
        self.holds: Callable[[], Collection[BreakerHold]] = tuple
        """The breakers that people hold."""

    def plan(self) -> Plan:
        """Raises BadConfiguration or MissingSecret; the plan in force then stays."""
        reading = read_file(self._path)
        found = mistakes(reading)
        if found or reading.config is None:
            raise BadConfiguration(self._path, found)
        self._latest = reading.config
        self.destinations.clear()
        self.destinations.update(_types(reading.config))
        overrides = tuple(self.overrides())
        config = with_overrides(reading.config, overrides)
        now = time.time()
        plan = compile_plan(
            config,
            secret=Secrets(os.environ),
            prices=price_list(priced_models(config), dt.datetime.fromtimestamp(now, dt.UTC)),
            first_key=None if config.keys else _first_key(Path(self._layout.gateway_key)),
            created_at=now,
            tool_policy=tool_policy_of(config, self._path, self.rules()),
            judge_key=_own_key(Path(self._layout.judge_key)) if asks_models(config) else None,
        )
        return with_holds(in_their_order(plan, overrides), self.holds())

    def targets(self) -> Mapping[str, tuple[TargetChoice, ...]]:
        """Of each alias, as the file had them when it was last read."""
        return configured_targets(self._latest)

    def waiting(self) -> tuple[str, ...]:
        """Settings that differ from those the house was started with, and that neither the plan nor the watch
        takes up.
        """
        before, after = self._started_with, self._latest
        changed = [name for name in _AT_START if getattr(before, name) != getattr(after, name)]
        places = ("listen", "behind_proxy")
        watched = [name for name in places if getattr(before.watch, name) != getattr(after.watch, name)]
        return (*changed, *(f"watch.{name}" for name in watched))


def _types(config: Config) -> dict[str, str]:
    return {name: str(fields.get("type", "")) for name, fields in config.destinations.items()}


def _first_key(path: Path) -> str:
    """The key in the file, made on the first start so that a gateway without configured keys can be used."""
    fresh = not path.exists()
    key = _own_key(path)
    if fresh:
        log.info(
            "gateway_key_created",
            path=str(path),
            next_step="give it to your client, or name keys of your own",
        )
    return key


def _own_key(path: Path) -> str:
    """The key in the file, which only our user can read; made when there is none."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(KEY_PREFIX + randomness.token_urlsafe(32) + "\n")
    return path.read_text().strip()


def _reload_on_hangup(plans: PlanWriter, ask_watch: Callable[[Ask], Awaitable[Told]]) -> None:
    reloads: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            published = await asyncio.to_thread(plans.publish)
            await tell_watch(ask_watch)
        except (ValueError, LookupError, OSError, Problem) as error:
            log.error("reload_refused", why=str(error))  # noqa: TRY400 - a sentence, not a trace
        else:
            log.info("reloaded", generation=published.plan.generation, changed=published.changed)
            if published.waiting:
                log.warning("start Leadline again for the rest to take effect", changed=published.waiting)

    def begin() -> None:
        task = asyncio.get_running_loop().create_task(reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, begin)


if __name__ == "__main__":
    sys.exit(main())
