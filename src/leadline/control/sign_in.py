"""Signing in and out: a plain form that works without scripts, before any page of the console is built."""

import html
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from leadline.control.guard import Access
from leadline.control.parts import ControlParts
from leadline.control.sessions import COOKIE, Sessions, WrongKeyLimit

_LONGEST_FORM = 4096
HOME = "/incidents"


def sign_in_routes(parts: ControlParts, sessions: Sessions, access: Access) -> APIRouter:
    routes = APIRouter(include_in_schema=False)
    limit = WrongKeyLimit()

    @routes.get("/login")
    async def form(request: Request) -> Response:
        target = _local(request.query_params.get("next", HOME))
        if access.granted(request.headers):
            return RedirectResponse(target, 303)
        return _page(parts, target)

    @routes.post("/login")
    async def sign_in(request: Request) -> Response:
        fields = parse_qs(await _body(request))
        target = _local(fields.get("next", [HOME])[0])
        address = request.client.host if request.client else ""
        wait_s = limit.wait_s(address, parts.now())
        if wait_s > 0:
            wait = int(wait_s) + 1
            problem = f"Too many wrong keys from this address; try again in {wait} s."
            return _page(parts, target, problem, 429, {"retry-after": str(wait)})
        if not parts.admin_key.matches(fields.get("key", [""])[0].strip()):
            limit.note_wrong(address, parts.now())
            return _page(parts, target, "That is not the admin key.", 401)
        return _signed_in(parts, sessions, target)

    @routes.post("/logout")
    async def sign_out() -> Response:
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE)
        return response

    return routes


def _signed_in(parts: ControlParts, sessions: Sessions, target: str) -> Response:
    response = RedirectResponse(target, 303)
    response.set_cookie(
        COOKIE,
        sessions.issue(parts.now()),
        max_age=int(sessions.lifetime_s),
        secure=parts.secure_cookie,
        httponly=True,
        samesite="strict",
    )
    return response


async def _body(request: Request) -> str:
    """A form holds one key; whoever sends more is not read to the end."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > _LONGEST_FORM:
            break
    return content[:_LONGEST_FORM].decode("utf-8", "replace")


def _local(target: str) -> str:
    r"""Only a path of this console: `//evil` and `/\evil` would lead away from it."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours else HOME


def _page(
    parts: ControlParts,
    target: str,
    problem: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    told = f'<p class="problem" role="alert">{html.escape(problem)}</p>' if problem else ""
    # The folder is told only in the demo: a stranger at a public console need not learn it.
    path = parts.admin_key.path if parts.demo else parts.admin_key.path.name
    content = _FORM.format(problem=told, target=html.escape(target), path=html.escape(str(path)))
    return HTMLResponse(content, status, {**(headers or {}), "cache-control": "no-store"})


_FORM = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Leadline</title>
<link rel="icon" href="/assets/mark.svg">
<link rel="stylesheet" href="/assets/theme.css">
<link rel="stylesheet" href="/assets/sign_in.css">
<script src="/assets/theme.js"></script>
</head>
<body>
<main>
<h1><img src="/assets/mark.svg" alt="" width="22" height="22">Leadline</h1>
<form method="post" action="/login">
<input type="hidden" name="next" value="{target}">
<input type="text" name="username" value="admin" autocomplete="username" hidden>
<label for="key">Admin key</label>
<input id="key" name="key" type="password" autocomplete="current-password" required autofocus
  spellcheck="false">
{problem}
<button type="submit">Sign in</button>
</form>
<p class="hint">The first start wrote the key to a file in the data folder that only
its owner can read:</p>
<code>cat {path}</code>
</main>
</body>
</html>
"""
