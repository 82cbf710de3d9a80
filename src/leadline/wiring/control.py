"""Builds the control process: the plan's writer, the first keys, the API and the console."""

import asyncio
import datetime as dt
import os
import secrets as randomness
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from leadline.asking import ask
from leadline.configuration.loading import BadConfiguration, read_file
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.control.admin_key import open_admin_key
from leadline.control.parts import ControlParts
from leadline.control.plan_writer import PlanWriter
from leadline.measures.price_list import price_list
from leadline.vocabulary import Ask, DataLayout, Plan, Told
from leadline.wiring.listening import address
from leadline.wiring.plan import compile_plan, priced_models
from leadline.wiring.process import Launch, Life, listening, start
from leadline.wiring.soundness import mistakes

KEY_PREFIX = "sk-ll-"
log = structlog.get_logger()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m leadline.wiring.control`, and `leadline control`."""
    return start("control", _run, sys.argv[1:] if arguments is None else arguments)


async def _run(launch: Launch, life: Life) -> None:
    from leadline.control.service import serve  # noqa: PLC0415 - a second; the plan need not wait for it

    config, layout = launch.config, launch.layout
    sockets = listening(launch, *address(config.control.listen))
    plans = PlanWriter(Path(layout.plan), lambda: _build_plan(launch.config_path, layout))
    plans.publish()
    watch_socket = Path(layout.watch_socket)

    async def ask_watch(question: Ask) -> Told:
        return await ask(watch_socket, question)

    parts = ControlParts(
        ask=ask_watch,
        plans=plans,
        admin_key=open_admin_key(Path(layout.admin_key)),
        hosts=tuple(config.control.hosts),
        time_scale=config.watch.rules.time_scale,
        demo=config.demo,
        secure_cookie=config.control.behind_proxy,
        now=time.time,
    )
    _reload_on_hangup(plans)
    life.ready()
    await serve(parts, sockets, life.stop)


def _build_plan(path: str, layout: DataLayout) -> Plan:
    """Reads the file again. Raises BadConfiguration or MissingSecret; the plan in force then stays."""
    reading = read_file(path)
    found = mistakes(reading)
    if found or reading.config is None:
        raise BadConfiguration(path, found)
    config: Config = reading.config
    now = time.time()
    return compile_plan(
        config,
        secret=Secrets(os.environ),
        prices=price_list(priced_models(config), dt.datetime.fromtimestamp(now, dt.UTC)),
        first_key=None if config.keys else _first_key(Path(layout.gateway_key)),
        created_at=now,
    )


def _first_key(path: Path) -> str:
    """The key in the file, made on the first start so that a gateway without configured keys can be used."""
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(KEY_PREFIX + randomness.token_urlsafe(32) + "\n")
        log.info(
            "gateway_key_created",
            path=str(path),
            next_step="give it to your client, or name keys of your own",
        )
    return path.read_text().strip()


def _reload_on_hangup(plans: PlanWriter) -> None:
    reloads: set[asyncio.Task[None]] = set()

    async def reload() -> None:
        try:
            published = await asyncio.to_thread(plans.publish)
        except (ValueError, LookupError, OSError) as error:
            log.error("reload_refused", why=str(error))  # noqa: TRY400 - a sentence, not a trace
        else:
            log.info("reloaded", generation=published.plan.generation, changed=published.changed)

    def begin() -> None:
        task = asyncio.get_running_loop().create_task(reload())
        reloads.add(task)
        task.add_done_callback(reloads.discard)

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, begin)


if __name__ == "__main__":
    sys.exit(main())
