"""Stands before every route and page: right host, right origin, signed in. Deny is the default."""

from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadline.control.admin_key import AdminKey
from leadline.control.problems import Problem
from leadline.control.sessions import COOKIE, Sessions

_log = structlog.get_logger(__name__)
PUBLIC = frozenset({"/health", "/login", "/favicon.ico"})
PUBLIC_FOLDER = "/assets/"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PROGRAM_PATHS = ("/api/", "/-/", "/_nicegui")
_SHOWN_TO = {
    "content-security-policy": (
        # Vue compiles its templates in the browser, hence unsafe-eval; nothing may be loaded from or sent
        # anywhere but here, so text that slipped through as markup could not phone home.
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


class Access:
    """Says whether a request comes from an administrator: by Bearer key or by session cookie."""

    def __init__(self, admin_key: AdminKey, sessions: Sessions, now: Callable[[], float]) -> None:
        self._admin_key = admin_key
        self._sessions = sessions
        self._now = now

    def granted(self, headers: Mapping[str, str]) -> bool:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._admin_key.matches(key.strip())
        return self._sessions.valid(session_token(headers), self._now())


def session_token(headers: Mapping[str, str]) -> str:
    """The session cookie's value, or an empty text."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


class Guard:
    """ASGI: `app` is reached only by requests that passed all of `refusal`."""

    def __init__(self, app: ASGIApp, access: Access, allowed_hosts: frozenset[str]) -> None:
        self.app = app
        self._access = access
        self._allowed_hosts = allowed_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refused = self.refusal(scope)
        if scope["type"] == "http":
            send = _with_headers(send)
        if refused is None:
            await self._pass_on(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            await refused(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        left = False

        async def receiving() -> Message:
            nonlocal left
            message = await receive()
            left = left or message["type"] == "http.disconnect"
            return message

        try:
            await self.app(scope, receiving, send)
        except RuntimeError as error:
            # Starlette's middleware calls it an error when a visitor closes the tab before the answer.
            if not left or str(error) != "No response returned.":
                raise
            _log.debug("visitor_left", path=scope["path"])

    def refusal(self, scope: Scope) -> Response | None:
        """The answer for a request that may not pass; None = it may."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if _host_name(host) not in self._allowed_hosts:
            return _unknown_host(host)
        if _changes_state(scope) and not _same_origin(headers, host):
            return Problem(
                403,
                "foreign_origin",
                f"This call came from a page of {headers.get('origin') or 'another site'}; "
                "only pages of this console may make it.",
            ).response()
        path = scope["path"]
        if path in PUBLIC or path.startswith(PUBLIC_FOLDER) or self._access.granted(headers):
            return None
        return _sign_in(scope, headers)


def _unknown_host(host: str) -> Response:
    return Problem(
        421,
        "unknown_host",
        f"This console does not answer as {host or 'a nameless host'!r}; "
        "add the name to `hosts` under `control` in leadline.yaml, or open it by its loopback address.",
    ).response()


def _changes_state(scope: Scope) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in _SAFE_METHODS


def _same_origin(headers: Headers, host: str) -> bool:
    """Browsers name the page's origin with every such call; programs without one carry a key instead."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return urlsplit(origin).netloc.lower() == host.lower()


def _host_name(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()


def _sign_in(scope: Scope, headers: Headers) -> Response:
    path = scope["path"]
    if scope["type"] == "websocket" or path.startswith(_PROGRAM_PATHS) or scope["method"] != "GET":
        return Problem(
            401,
            "not_signed_in",
            "Sign in at /login, or send the admin key as `Authorization: Bearer`; "
            "the key is in the file that the first start named.",
            {"www-authenticate": "Bearer"},
        ).response()
    if headers.get("sec-fetch-site") == "cross-site":
        return _knock_again()
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"/login?next={quote(path + ('?' + query if query else ''), safe='')}", 303)


def _knock_again() -> Response:
    """A Strict cookie does not come along from a link in a page or chat; a reload from here brings it."""
    return HTMLResponse(
        '<!doctype html><meta http-equiv="refresh" content="0"><title>Leadline</title>',
        headers={"cache-control": "no-store"},
    )


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _SHOWN_TO.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
