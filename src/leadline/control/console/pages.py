"""Registers the console's pages. Importing this loads NiceGUI, so only the control process does."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from nicegui import Client, ui
from starlette.requests import Request
from starlette.types import ASGIApp

from leadline.control.console import incidents_page, requests_page
from leadline.control.console.api_client import ApiClient
from leadline.control.console.frame import Frame
from leadline.control.console.incidents_page import IncidentsPage
from leadline.control.console.requests_page import RequestsPage
from leadline.control.guard import session_token

_ASSETS = Path(__file__).parents[1] / "assets"
_FRAME_S = 5.0
_HEAD = """
<link rel="stylesheet" href="/assets/theme.css">
<link rel="stylesheet" href="/assets/console.css">
<script src="/assets/theme.js"></script>
<script src="/assets/console.js"></script>
"""


def install(api: FastAPI, guarded: ASGIApp, now: Callable[[], float]) -> None:
    """Mount the console on `api`; its pages ask `guarded`, with their visitor's session."""
    ui.add_head_html(_HEAD, shared=True)

    @ui.page("/incidents")
    @ui.page("/incidents/{row_id}")
    async def incidents(request: Request, client: Client, row_id: str = "") -> None:
        console, frame = _begin(request, client, "incidents")
        page = IncidentsPage(console, frame, request.query_params, row_id)
        _keep_current(frame, page, incidents_page.REFRESH_S)

    @ui.page("/requests")
    @ui.page("/requests/{row_id}")
    async def requests(request: Request, client: Client, row_id: str = "") -> None:
        console, frame = _begin(request, client, "requests")
        page = RequestsPage(console, frame, request.query_params, row_id)
        _keep_current(frame, page, requests_page.REFRESH_S)

    def _begin(request: Request, client: Client, active: str) -> tuple[ApiClient, Frame]:
        console = ApiClient(guarded, session_token(request.headers))
        client.on_delete(console.close)
        return console, Frame(console, active, now)

    ui.run_with(
        api,
        title="Leadline",
        favicon=_ASSETS / "mark.svg",
        dark=None,
        tailwind=False,
        show_welcome_message=False,
        binding_refresh_interval=None,
        reconnect_timeout=10.0,
    )


def _keep_current(frame: Frame, page: IncidentsPage | RequestsPage, refresh_s: float) -> None:
    ui.timer(refresh_s, lambda: frame.attempt(page.refresh))
    ui.timer(_FRAME_S, lambda: frame.attempt(frame.refresh))
