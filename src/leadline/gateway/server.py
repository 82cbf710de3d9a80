"""Serve an app on sockets that are already bound, until a signal asks to drain."""

import asyncio
import contextlib
import signal
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from email.utils import formatdate

from leadline.gateway.ingress import App, GuardedProtocol, IngressState, ServerSettings

__all__ = ["App", "ServerSettings", "serve"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_LAST_WORDS_S = 1.0
"""What a request gets to record itself after its connection was taken away."""


class Ending:
    """`asked`: stop accepting and drain. `now`: do not even wait for what is under way."""

    def __init__(self, asked: asyncio.Event | None = None) -> None:
        self.asked = asked or asyncio.Event()
        self.now = asyncio.Event()

    def on_signal(self) -> None:
        """The second signal is impatient."""
        (self.now if self.asked.is_set() else self.asked).set()


async def serve(
    app: App,
    sockets: Sequence[socket.socket],
    settings: ServerSettings | None = None,
    *,
    ssl_context: ssl.SSLContext | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; then close the sockets, finish what is under way for up to `drain_s`
    seconds, and return. A second signal ends the wait. Whoever gives `stop` listens to signals himself.
    Several processes may serve one socket.
    """
    settings = settings or ServerSettings()
    ending = Ending(stop)
    state = IngressState(app, settings)
    loop = asyncio.get_running_loop()
    servers = [
        await loop.create_server(
            lambda: GuardedProtocol(state),
            sock=sock,
            ssl=ssl_context,
            backlog=settings.backlog,
        )
        for sock in sockets
    ]
    sweeping = loop.create_task(_sweep(state, settings.sweep_s))
    try:
        with contextlib.nullcontext() if stop is not None else _listening_to_signals(loop, ending):
            await ending.asked.wait()
            for server in servers:
                server.close()
            await _drain(state, settings.drain_s, ending.now)
    finally:
        for server in servers:
            server.close()
        await _cut_off(state)
        sweeping.cancel()


@contextlib.contextmanager
def _listening_to_signals(loop: asyncio.AbstractEventLoop, ending: Ending) -> Iterator[None]:
    """Only a main thread can listen to signals; elsewhere `stop` is the way to end."""
    signals = _SIGNALS if threading.current_thread() is threading.main_thread() else ()
    for number in signals:
        loop.add_signal_handler(number, ending.on_signal)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _sweep(state: IngressState, every_s: float) -> None:
    """Deadlines of all connections, and the Date header, which has whole seconds."""
    loop = asyncio.get_running_loop()
    while True:
        state.date_line = f"date: {formatdate(time.time(), usegmt=True)}\r\n"
        now = loop.time()
        for connection in list(state.connections):
            connection.sweep(now)
        await asyncio.sleep(every_s)


async def _drain(state: IngressState, within_s: float, impatient: asyncio.Event) -> None:
    """Wait until all connections are closed, each after the answer it is giving."""
    state.draining = True
    state.draining_since = asyncio.get_running_loop().time()
    for connection in list(state.connections):
        connection.shutdown()
    waits = [asyncio.ensure_future(state.emptied.wait()), asyncio.ensure_future(impatient.wait())]
    await asyncio.wait(waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


async def _cut_off(state: IngressState) -> None:
    """Take the connections away, and then the tasks that go on without them."""
    for connection in list(state.connections):
        connection.transport.abort()
    if state.tasks:
        await asyncio.wait(state.tasks.values(), timeout=_LAST_WORDS_S)
    for task in state.tasks.values():
        task.cancel()
    if state.tasks:
        await asyncio.wait(state.tasks.values(), timeout=_LAST_WORDS_S)
