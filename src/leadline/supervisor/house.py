"""The whole house under one roof: sockets bound once, processes started in order, ended in reverse."""

import asyncio
import fcntl
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec
import structlog

from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.secrets import Secrets
from leadline.configuration.shape import Config
from leadline.gateway.board import Board
from leadline.proxies import Proxies
from leadline.supervisor.alarm import Alarm, People, open_incident
from leadline.supervisor.child import Child, ChildSpec
from leadline.supervisor.process_metrics import serve_metrics
from leadline.supervisor.watching import Limits
from leadline.vocabulary import DataLayout
from leadline.wiring.breaking import workers_of
from leadline.wiring.listening import address
from leadline.wiring.process import bind
from leadline.wiring.rules import rules_of

log = structlog.get_logger()
START_WITHIN_S = 60.0


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where the house can be reached, as URLs."""

    gateway: str
    console: str
    metrics: str


class House:
    """`open` returns when everything serves; `close` when nothing of it runs any more."""

    def __init__(self, config_path: str, config: Config, clock: Callable[[], float]) -> None:
        self._config_path = config_path
        self._config = config
        self._clock = clock
        self._layout = DataLayout(str(Path(config.data_dir).resolve()))
        self._sockets: dict[str, socket.socket] = {}
        self._cares: list[asyncio.Task[None]] = []
        self._stop_metrics: Callable[[], None] | None = None
        self._lock: IO[str] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._replacing: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self.children: list[Child] = []
        self.alarm = Alarm(
            self._layout,
            Limits.of(rules_of(config.watch.rules)),
            lambda: _people(_as_it_is_now(config_path, config)),
            lambda: open_incident(self._layout),
        )

    @property
    def layout(self) -> DataLayout:
        return self._layout

    @property
    def addresses(self) -> Addresses:
        def url(name: str) -> str:
            host, port = self._sockets[name].getsockname()[:2]
            return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

        return Addresses(gateway=url("gateway"), console=url("control"), metrics=f"{url('watch')}/metrics")

    async def open(self) -> None:
        """Raises BadConfiguration: an address is taken, the folder in use, a process cannot start."""
        self._take_folder()
        self._bind()
        workers = workers_of(self._config)
        Board.create(self._layout.board, 2 * workers)
        # control before the workers: it writes the plan that they run by
        first = [self._start(self._spec(name, name)) for name in ("control", "watch")]
        for told in await asyncio.gather(*first, return_exceptions=True):
            if told is not None:
                raise told
        for worker in range(workers):
            await self._start(self._worker_spec(worker))
        self._stop_metrics = self._serve_metrics()
        self._watching = asyncio.create_task(self.alarm.run(self._watch))

    async def add(self, spec: ChildSpec) -> None:
        """One process more, such as the simulated providers of the demo."""
        await self._start(spec)

    def reload(self) -> None:
        """Read the configuration again (SIGHUP): control makes the new plan, the workers follow."""
        for child in self.children:
            if child.spec.name == "control":
                child.signal(signal.SIGHUP)

    def replace_workers(self) -> None:
        """New gateway workers take over from the old ones (SIGUSR2): after an upgrade, or for settings that
        are read at the start alone.
        """
        if self._replacing is None or self._replacing.done():
            self._replacing = asyncio.create_task(self._replace_workers())

    async def _replace_workers(self) -> None:
        """One after the other: the next begins to accept before its predecessor stops and drains."""
        count = workers_of(self._config)
        for old in [child for child in self.children if child.worker is not None]:
            column = old.worker or 0
            successor = self._worker_spec((column + count) % (2 * count))
            try:
                await self._start(successor)
            except BadConfiguration as error:
                log.error("no new worker starts; the old ones go on", why=str(error))  # noqa: TRY400
                return
            self.children.remove(old)
            self._changed.set()
            await old.stop()
            Board.attach(self._layout.board, column).close()  # what it held at its end is forgotten
            log.info("a worker has been replaced", old=old.spec.name, new=successor.name)

    async def broken(self) -> Child:
        """The first process that cannot go on because of its configuration. Waits until there is one."""
        while True:
            self._changed.clear()
            over = [asyncio.create_task(child.over.wait()) for child in self.children]
            waits = [*over, asyncio.create_task(self._changed.wait())]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()
            for child in self.children:
                if child.over.is_set():
                    return child

    async def close(self) -> None:
        """Callers first, then the gateway, then those who listen to it."""
        if self._replacing is not None:
            self._replacing.cancel()
            await asyncio.gather(self._replacing, return_exceptions=True)
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        for child in reversed(self.children):
            await child.stop()
        for care in self._cares:
            await care
        if self._stop_metrics is not None:
            self._stop_metrics()
        for bound in self._sockets.values():
            bound.close()
        if self._lock is not None:
            self._lock.close()

    def _watch(self) -> Child:
        return next(child for child in self.children if child.spec.name == "watch")

    async def _start(self, spec: ChildSpec) -> None:
        child = Child(spec, self._clock)
        self.children.append(child)
        self._cares.append(asyncio.create_task(child.care()))
        first = asyncio.create_task(child.first_pulse.wait())
        over = asyncio.create_task(child.over.wait())
        await asyncio.wait({first, over}, timeout=START_WITHIN_S, return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        over.cancel()
        if not child.first_pulse.is_set():
            self.children.remove(child)
            await child.stop()
            raise BadConfiguration("", problem=f"{spec.name} did not start; its own words stand above.")

    def _worker_spec(self, worker: int) -> ChildSpec:
        grace_s = self._config.gateway.drain + 5
        return self._spec(f"gateway-{worker}", "gateway", worker=worker, grace_s=grace_s)

    def _spec(self, name: str, module: str, *, worker: int | None = None, grace_s: float = 10.0) -> ChildSpec:
        bound = self._sockets[module]
        arguments = ["-m", f"leadline.wiring.{module}", "-c", self._config_path, "--fd", str(bound.fileno())]
        if worker is not None:
            arguments += ["--worker", str(worker)]
        return ChildSpec(
            name=name, arguments=arguments, fds=(bound.fileno(),), grace_s=grace_s, worker=worker
        )

    def _take_folder(self) -> None:
        root = Path(self._layout.root)
        try:
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = Path(self._layout.lock).open("w")  # noqa: SIM115 - held until `close`
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            hint = "Stop that one, or give this one its own `data_dir:`."
            raise BadConfiguration("", problem=f"another Leadline runs on {root}. {hint}") from error
        except OSError as error:
            hint = "Choose a folder you may write to with `data_dir:`."
            raise BadConfiguration("", problem=f"{root} cannot be used ({error.strerror}). {hint}") from error

    def _bind(self) -> None:
        for name in ("gateway", "control", "watch"):
            host, port = address(getattr(self._config, name).listen)
            self._sockets[name] = bind(host, port)

    def _serve_metrics(self) -> Callable[[], None]:
        port = self._config.supervisor.metrics_port
        try:
            return serve_metrics(port, lambda: self.children, lambda: self.alarm.reason)
        except OSError as error:
            hint = "Choose another one with `supervisor: {metrics_port: ...}`."
            problem = f"port {port} for the supervisor's metrics is taken ({error.strerror}). {hint}"
            raise BadConfiguration("", problem=problem) from error


def _as_it_is_now(path: str, otherwise: Config) -> Config:
    """The watch may have taken up other destinations since the start."""
    try:
        return load(path)
    except BadConfiguration:
        return otherwise


def _people(config: Config) -> People:
    """Raises BadConfiguration when a destination's secret is missing."""
    # a well house never needs them: they cost the supervisor memory
    from leadline.watch.outbound import Sender  # noqa: PLC0415
    from leadline.watch.telling import audience  # noqa: PLC0415
    from leadline.wiring.destinations import destinations_of, routes_of  # noqa: PLC0415

    dog = config.watch.watchdog
    destinations = destinations_of(config, Secrets(os.environ))
    if dog is not None:
        destinations.pop(dog.destination, None)
    send = Sender(allow_private=config.watch.allow_private_destinations, proxies=Proxies.of(os.environ))
    return People(destinations, audience(destinations, routes_of(config)), send)
