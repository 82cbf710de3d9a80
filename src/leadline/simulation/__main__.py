"""`python -m leadline.simulation`: simulated providers, and clients that call a gateway in front of them."""

import argparse
import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence

import uvloop

from leadline.simulation.client_calls import MODELS
from leadline.simulation.schedule import DEMO, Schedule
from leadline.simulation.server import SimulatedProviders, serve
from leadline.simulation.traffic import Traffic
from leadline.wiring.process import Life


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 after SIGTERM or Ctrl-C, 2 for arguments that do not fit together."""
    arguments = _parser().parse_args(argv)
    key = os.environ.get(arguments.key_env, "")
    if arguments.gateway and not key:
        sys.stderr.write(f"{arguments.key_env} is not set; it must hold a gateway key for the traffic.\n")
        return 2
    listener = _listener(arguments.fd, arguments.port)
    uvloop.run(_run(listener, arguments, key))
    return 0


async def _run(listener: socket.socket, arguments: argparse.Namespace, key: str) -> None:
    life = Life(arguments.pulse_fd)
    stop = life.stop
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    schedule = Schedule() if arguments.well else DEMO
    providers = SimulatedProviders(schedule, MODELS, time.time, arguments.seed)
    async with asyncio.TaskGroup() as group:
        group.create_task(serve(providers, [listener], stop))
        if arguments.gateway:
            traffic = Traffic(arguments.gateway, key, schedule, time.time, arguments.seed)
            group.create_task(traffic.run(arguments.rate, stop))
        life.ready()


def _listener(fd: int | None, port: int | None) -> socket.socket:
    return socket.create_server(("127.0.0.1", port or 0)) if fd is None else socket.socket(fileno=fd)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m leadline.simulation", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--fd", type=int, help="a listening socket passed on by the parent process")
    where.add_argument("--port", type=int, help="listen on this port of 127.0.0.1")
    parser.add_argument("--pulse-fd", type=int, help="the pipe on which to tell the parent of progress")
    parser.add_argument("--gateway", default="", help="URL of the gateway to call; without it, no traffic")
    parser.add_argument("--key-env", default="LEADLINE_DEMO_KEY", help="variable that holds the gateway key")
    parser.add_argument("--rate", type=float, default=8.0, help="calls a second")
    parser.add_argument("--seed", type=int, default=20261101, help="the same seed gives the same demo")
    parser.add_argument("--well", action="store_true", help="nobody misbehaves")
    return parser


if __name__ == "__main__":
    sys.exit(main())
