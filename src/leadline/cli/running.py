"""`leadline up`: open the house, show what happens in it, close it again."""

import asyncio
import contextlib
import gc
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from leadline.asking import OwnerUnreachable, ask
from leadline.cli.demo_folder import FOLDER, demo_ports, fresh_folder
from leadline.cli.live import follow_house
from leadline.configuration.loading import BadConfiguration, read_file
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.simulation.demo import DEMO_KEY_VARIABLE, demo_configuration
from leadline.supervisor.child import ChildSpec
from leadline.supervisor.house import House
from leadline.vocabulary import Ask, Query, Told
from leadline.wiring.doubts import doubts
from leadline.wiring.process import bind, configure_log
from leadline.wiring.soundness import mistakes, unset_secrets

DEMO_PROVIDER_VARIABLE = "LEADLINE_DEMO_PROVIDER_KEY"
BAD_CONFIGURATION = 2


def run_house(path: str, *, demo: bool, seconds: float | None) -> int:
    """The exit status: 0 after an orderly end, 2 when the configuration does not allow a start."""
    gc.freeze()
    try:
        if demo:
            asyncio.run(_run_demo(fresh_folder(), seconds))
        else:
            asyncio.run(_run(path, _sound(path), seconds))
    except BadConfiguration as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        return BAD_CONFIGURATION
    return 0


def _sound(path: str) -> Config:
    reading = read_file(path)
    found = mistakes(reading)
    if found or reading.config is None:
        raise BadConfiguration(path, found)
    for sentence in (*map(str, doubts(reading)), *unset_secrets(reading.config, Secrets(os.environ))):
        Console(stderr=True, highlight=False).print(f"warning: {sentence}", style="yellow", markup=False)
    return reading.config


async def _run(path: str, config: Config, seconds: float | None) -> None:
    house = House(path, config, time.monotonic)
    await _live(house, config, seconds, None)


def _write_demo(folder: Path, upstream: str, key: str) -> str:
    """The demo's key and configuration; the path of the latter."""
    key_file = folder / "app.key"
    key_file.touch(mode=0o600)
    key_file.write_text(key + "\n")
    data, ports = str(folder / "data"), demo_ports()
    text = demo_configuration(upstream, data, str(key_file), DEMO_PROVIDER_VARIABLE, ports)
    (folder / "leadline.yaml").write_text(text)
    return str(folder / "leadline.yaml")


async def _run_demo(folder: Path, seconds: float | None) -> None:
    upstream = bind("127.0.0.1", 0)
    key = os.environ[DEMO_KEY_VARIABLE] = "sk-demo-" + os.urandom(12).hex()
    os.environ[DEMO_PROVIDER_VARIABLE] = "simulated"
    path = _write_demo(folder, f"http://127.0.0.1:{upstream.getsockname()[1]}", key)
    config = _sound(path)
    house = House(path, config, time.monotonic)

    async def add_simulation() -> None:
        fd = upstream.fileno()
        arguments = ["-m", "leadline.simulation", "--fd", str(fd), "--gateway", house.addresses.gateway]
        arguments += ["--key-env", DEMO_KEY_VARIABLE]
        await house.add(ChildSpec(name="simulation", arguments=arguments, fds=(fd,)))

    await _live(house, config, seconds, add_simulation)


async def _live(
    house: House, config: Config, seconds: float | None, then: Callable[[], Awaitable[None]] | None
) -> None:
    configure_log("supervisor")
    console = Console(highlight=False)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, house.reload)
    loop.add_signal_handler(signal.SIGUSR2, house.replace_workers)
    try:
        await house.open()
        if then is not None:
            await then()
        _greet(console, house, config)
        picture = asyncio.create_task(
            follow_house(console, _fetcher(house), _heading(config), lambda: house.alarm.reason)
        )
        await _until(stop, house, seconds)
        picture.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await picture
        console.print("Closing: the gateway finishes what it has begun.")
    finally:
        await house.close()


async def _until(stop: asyncio.Event, house: House, seconds: float | None) -> None:
    """Ctrl-C, the time given, or a process that cannot go on."""
    stopped = asyncio.create_task(stop.wait())
    broken = asyncio.create_task(house.broken())
    done, pending = await asyncio.wait(
        {stopped, broken}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
    )
    for task in pending:
        task.cancel()
    if broken in done and not stop.is_set():
        name = broken.result().spec.name
        raise BadConfiguration("", problem=f"{name} cannot go on; its own words stand above.")


def _fetcher(house: House) -> Callable[[Query, dict[str, object]], Awaitable[Told]]:
    socket_path = Path(house.layout.watch_socket)

    async def fetch(query: Query, arguments: dict[str, object]) -> Told:
        try:
            return await ask(socket_path, Ask(name=query, arguments=arguments, limit=500))
        except OwnerUnreachable:
            return Told(error="The watch does not answer; the supervisor starts it again.")

    return fetch


def _greet(console: Console, house: House, config: Config) -> None:
    def say(line: str) -> None:
        console.print(line, soft_wrap=True, markup=False)

    addresses, layout = house.addresses, house.layout
    say(f"Gateway   {addresses.gateway}/v1    point your OpenAI, Anthropic or Google client here")
    say(f"Console   {addresses.console}    sign in with the admin key in {layout.admin_key}")
    say(f"Metrics   {addresses.metrics}")
    if config.demo:
        say(f"Key       the demo's gateway key is in {FOLDER}/app.key")
        say(f"Ask       {sys.argv[0]} incidents -c {FOLDER}/leadline.yaml    likewise events, requests")
    if not config.keys:
        say(f"Key       none is configured; one was made for you in {layout.gateway_key}")


def _heading(config: Config) -> Text:
    scale = config.watch.rules.time_scale
    text = Text("Leadline", style="bold")
    text.append("   Ctrl-C stops everything", style="dim")
    if scale != 1:
        text.append(
            f"   rules run at time_scale {scale:g}: every window is {1 / scale:g} times shorter", "yellow"
        )
    return text
