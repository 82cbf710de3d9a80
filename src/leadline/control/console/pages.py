"""Registers the console's pages. Importing this loads NiceGUI, so only the control process does."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from fastapi import FastAPI
from nicegui import Client, ui
from starlette.requests import Request
from starlette.types import ASGIApp

from leadline.control.console import (
    audit_page,
    destinations_page,
    incidents_page,
    requests_page,
    reviews_page,
    targets_page,
    tools_page,
)
from leadline.control.console.api_client import ApiClient
from leadline.control.console.audit_page import AuditPage
from leadline.control.console.destinations_page import DestinationsPage
from leadline.control.console.frame import Frame
from leadline.control.console.incidents_page import IncidentsPage
from leadline.control.console.reading_pages import PostmortemPage, RunbookPage
from leadline.control.console.requests_page import RequestsPage
from leadline.control.console.reviews_page import ReviewsPage
from leadline.control.console.targets_page import TargetsPage
from leadline.control.console.tools_page import ToolsPage
from leadline.control.console.triage_page import TriagePage
from leadline.control.guard import session_token

_ASSETS = Path(__file__).parents[1] / "assets"
_FRAME_S = 5.0
_HEAD = """
<link rel="stylesheet" href="/assets/theme.css">
<link rel="stylesheet" href="/assets/console.css">
<script src="/assets/theme.js"></script>
<script src="/assets/console.js"></script>
"""


Begin = Callable[[Request, Client, str], tuple[ApiClient, Frame]]
"""Makes the visitor's way to the API, and the frame of a page."""


def install(api: FastAPI, guarded: ASGIApp, now: Callable[[], float]) -> None:
    """Mount the console on `api`; its pages ask `guarded`, with their visitor's session."""
    ui.add_head_html(_HEAD, shared=True)

    def begin(request: Request, client: Client, active: str) -> tuple[ApiClient, Frame]:
        console = ApiClient(guarded, session_token(request.headers))
        client.on_delete(console.close)
        return console, Frame(console, active, now)

    for pages in (_lists, _pages_to_read, _people):
        pages(begin)
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


def _lists(begin: Begin) -> None:
    @ui.page("/incidents")
    @ui.page("/incidents/{row_id}")
    async def incidents(request: Request, client: Client, row_id: str = "") -> None:
        console, frame = begin(request, client, "incidents")
        page = IncidentsPage(console, frame, request.query_params, row_id)
        _keep_current(frame, page, incidents_page.REFRESH_S)

    @ui.page("/requests")
    @ui.page("/requests/{row_id}")
    async def requests(request: Request, client: Client, row_id: str = "") -> None:
        console, frame = begin(request, client, "requests")
        page = RequestsPage(console, frame, request.query_params, row_id)
        _keep_current(frame, page, requests_page.REFRESH_S)

    @ui.page("/reviews")
    @ui.page("/reviews/{row_id}")
    async def reviews(request: Request, client: Client, row_id: str = "") -> None:
        console, frame = begin(request, client, "reviews")
        _keep_current(frame, ReviewsPage(console, frame, row_id), reviews_page.REFRESH_S)

    @ui.page("/targets")
    async def targets(request: Request, client: Client) -> None:
        console, frame = begin(request, client, "targets")
        _keep_current(frame, TargetsPage(console), targets_page.REFRESH_S)


def _pages_to_read(begin: Begin) -> None:
    @ui.page("/incidents/{row_id}/postmortem")
    async def postmortem(request: Request, client: Client, row_id: str) -> None:
        console, frame = begin(request, client, "incidents")
        _read_once(frame, PostmortemPage(console, row_id))

    @ui.page("/triage")
    async def triage(request: Request, client: Client) -> None:
        console, frame = begin(request, client, "triage")
        _read_once(frame, TriagePage(console, request.query_params))

    @ui.page("/runbooks")
    @ui.page("/runbooks/{name}")
    async def runbook(request: Request, client: Client, name: str = "") -> None:
        console, frame = begin(request, client, "triage")
        _read_once(frame, RunbookPage(console, request.query_params, name))


def _people(begin: Begin) -> None:
    @ui.page("/destinations")
    async def destinations(request: Request, client: Client) -> None:
        console, frame = begin(request, client, "destinations")
        _keep_current(frame, DestinationsPage(console, frame), destinations_page.REFRESH_S)

    @ui.page("/tools")
    async def tools(request: Request, client: Client) -> None:
        console, frame = begin(request, client, "tools")
        _keep_current(frame, ToolsPage(console, frame), tools_page.REFRESH_S)

    @ui.page("/audit")
    async def audit(request: Request, client: Client) -> None:
        console, frame = begin(request, client, "audit")
        _keep_current(frame, AuditPage(console, frame), audit_page.REFRESH_S)


class Page(Protocol):
    """What a visitor looks at, below the frame."""

    async def refresh(self) -> None: ...


def _read_once(frame: Frame, page: Page) -> None:
    """For what does not change while it is read."""
    ui.timer(0, lambda: frame.attempt(page.refresh), once=True)
    ui.timer(_FRAME_S, lambda: frame.attempt(frame.refresh))


def _keep_current(frame: Frame, page: Page, refresh_s: float) -> None:
    ui.timer(refresh_s, lambda: frame.attempt(page.refresh))
    ui.timer(_FRAME_S, lambda: frame.attempt(frame.refresh))
