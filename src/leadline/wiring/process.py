"""What every process of the house does alike: arguments, signals, the pulse, the log."""

import argparse
import asyncio
import contextlib
import io
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TextIO, cast

import msgspec
import structlog
import uvloop

from leadline.configuration.decisions import DecisionsDamaged
from leadline.configuration.loading import BadConfiguration, load
from leadline.configuration.secrets import MissingSecret
from leadline.configuration.shape import Config
from leadline.vocabulary import DataLayout

PULSE_EVERY_S = 1.0
BAD_CONFIGURATION = 78
"""Exit status EX_CONFIG of sysexits.h: starting again will not help."""


class Launch(msgspec.Struct, frozen=True, kw_only=True):
    """How a process was started. `sockets` are already bound; `pulse_fd` is the pipe to the supervisor."""

    config_path: str
    config: Config
    layout: DataLayout
    sockets: tuple[socket.socket, ...] = ()
    pulse_fd: int | None = None
    worker: int = 0


class Life:
    """The end of a process and its beginning: `stop` is set on SIGTERM, `ready` starts the pulse."""

    def __init__(self, pulse_fd: int | None) -> None:
        self.stop = asyncio.Event()
        self._pulse_fd = pulse_fd
        self._pulse: asyncio.Task[None] | None = None

    def ready(self) -> None:
        """All listeners answer. From now on silence of more than a few seconds means: hung."""
        if self._pulse_fd is not None:
            os.set_blocking(self._pulse_fd, False)
            self._pulse = asyncio.create_task(self._beat(self._pulse_fd))

    async def _beat(self, fd: int) -> None:
        while not self.stop.is_set():
            try:
                os.write(fd, b".")
            except BlockingIOError:
                pass  # the supervisor is slow to read; the bytes already there speak for us
            except OSError:
                self.stop.set()  # the supervisor is gone: a house without one closes
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), PULSE_EVERY_S)


Main = Callable[[Launch, Life], Awaitable[None]]


def start(name: str, main: Main, arguments: Sequence[str]) -> int:
    """Run one process of the house to its end; the exit status."""
    parser = argparse.ArgumentParser(prog=f"leadline {name}")
    parser.add_argument("-c", "--config", default="leadline.yaml", help="the configuration file")
    parser.add_argument("--fd", type=int, action="append", default=[], help="a listening socket to take over")
    parser.add_argument("--pulse-fd", type=int, help="the pipe on which to tell the supervisor of progress")
    parser.add_argument("--worker", type=int, default=0, help="the number of this gateway worker")
    given = parser.parse_args(arguments)
    _allow_many_files()
    configure_log(name if name != "gateway" else f"gateway-{given.worker}")
    try:
        config = load(given.config)
        launch = Launch(
            config_path=given.config,
            config=config,
            layout=_data_folder(config),
            sockets=tuple(socket.socket(fileno=fd) for fd in given.fd),
            pulse_fd=given.pulse_fd,
            worker=given.worker,
        )
        uvloop.run(_live(main, launch))
    except (BadConfiguration, MissingSecret, DecisionsDamaged) as error:
        sys.stderr.write(f"{error}\n")
        return BAD_CONFIGURATION
    return 0


def _allow_many_files() -> None:
    """Two sockets a request in flight: as many files as the system grants, not the shell's usual 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _data_folder(config: Config) -> DataLayout:
    root = Path(config.data_dir).resolve()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        hint = "Choose a folder you may write to with `data_dir:`."
        raise BadConfiguration("", problem=f"{root} cannot be used ({error.strerror}). {hint}") from error
    return DataLayout(str(root))


async def _live(main: Main, launch: Launch) -> None:
    life = Life(launch.pulse_fd)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, life.stop.set)
    await main(launch, life)


def listening(launch: Launch, host: str, port: int) -> list[socket.socket]:
    """The sockets that the supervisor passed on, or one bound here when the process runs by itself."""
    return list(launch.sockets) or [bind(host, port)]


def bind(host: str, port: int) -> socket.socket:
    """A listening TCP socket. Raises BadConfiguration with the next step when the place is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(2048)
    except OSError as error:
        bound.close()
        hint = "Another process has it; stop that one or choose another port with `listen:`."
        raise BadConfiguration(
            "", problem=f"cannot listen on {host}:{port} ({error.strerror}). {hint}"
        ) from error
    bound.setblocking(False)  # noqa: FBT003 - the library takes it by position
    return bound


class _StandardError(io.TextIOBase):
    """Where the log goes. A terminal that was closed must not end the house that spoke to it."""

    def write(self, text: str, /) -> int:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.flush()


def configure_log(name: str) -> None:
    """One line a happening on stderr; no prompt and no key ever goes into it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S"),
            lambda _logger, _method, event: {"process": name} | dict(event),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
