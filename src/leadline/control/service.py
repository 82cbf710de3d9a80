"""Serves the control API and the console on sockets that are already bound."""

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from leadline.control.api import create_api
from leadline.control.guard import PUBLIC_FOLDER, Access, Guard
from leadline.control.parts import ControlParts
from leadline.control.sessions import Sessions
from leadline.control.sign_in import HOME, sign_in_routes

__all__ = ["ControlParts", "api_application", "application", "run", "serve"]

_ASSETS = Path(__file__).parent / "assets"
_GRACE_S = 2


def run(parts: ControlParts, sockets: Sequence[socket.socket]) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is being answered and return."""

    async def until_told() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await serve(parts, sockets, stop)

    asyncio.run(until_told())


async def serve(parts: ControlParts, sockets: Sequence[socket.socket], stop: asyncio.Event) -> None:
    """Serve API and console on `sockets` until `stop` is set. Signals are the caller's.

    One call per process: NiceGUI keeps its pages in module state.
    """
    config = uvicorn.Config(
        application(parts),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    gc.freeze()  # what was loaded stays: the collection at the end, half a second of work, passes it by
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(list(sockets)))
    stopping = asyncio.ensure_future(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving


def application(parts: ControlParts) -> Guard:
    """API, sign-in and console behind the guard. Loads NiceGUI, which costs about a second."""
    # NiceGUI reads this at import. It never stores anything for us; a stray write must not land in the
    # folder we happen to be started from.
    os.environ["NICEGUI_STORAGE_PATH"] = str(parts.admin_key.path.parent / "console")
    console = importlib.import_module("leadline.control.console.pages")
    api, guard = _guarded(parts)
    console.install(api, guard, parts.now)
    return guard


def api_application(parts: ControlParts) -> Guard:
    """The same without the console, for a host that only wants the API."""
    return _guarded(parts)[1]


def _guarded(parts: ControlParts) -> tuple[FastAPI, Guard]:
    sessions = Sessions(parts.admin_key.digest)
    access = Access(parts.admin_key, sessions, parts.now)
    api = create_api(parts)
    api.include_router(sign_in_routes(parts, sessions, access))
    api.mount(PUBLIC_FOLDER, StaticFiles(directory=_ASSETS))

    @api.get("/", include_in_schema=False)
    async def home() -> Response:
        return RedirectResponse(HOME, 303)

    return api, Guard(api, access, parts.allowed_hosts)


class _Server(uvicorn.Server):
    """Signals belong to `run` or to the caller of `serve`, so uvicorn leaves them alone."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
