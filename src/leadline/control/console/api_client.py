"""The console's only way to data: the control API, called in process with the visitor's own session."""

from collections.abc import Mapping

import httpx
from starlette.types import ASGIApp

from leadline.control.sessions import COOKIE

Answer = dict[str, object]
_ORDER_TIMEOUT_S = 40.0


class ApiProblem(Exception):
    """The API refused: `message` is its sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class ApiClient:
    """`app` is the guarded application, so host, session and parameters are checked as for anyone."""

    def __init__(self, app: ASGIApp, session: str) -> None:
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://127.0.0.1",
            cookies={COOKIE: session},
        )

    async def get(self, path: str, parameters: Mapping[str, str | int] | None = None) -> Answer:
        """Raises ApiProblem. Empty parameters are left out."""
        given = {name: value for name, value in (parameters or {}).items() if value != ""}
        return _content(await self._client.get(path, params=given))

    async def post(self, path: str, body: Mapping[str, object]) -> Answer:
        """Raises ApiProblem."""
        return _content(await self._client.post(path, json=dict(body), timeout=_ORDER_TIMEOUT_S))

    async def put(self, path: str, body: Mapping[str, object]) -> Answer:
        """Raises ApiProblem."""
        return _content(await self._client.put(path, json=dict(body), timeout=_ORDER_TIMEOUT_S))

    async def delete(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """Raises ApiProblem."""
        return _content(await self._client.delete(path, params=dict(parameters)))

    async def text(self, path: str) -> str:
        """What is no JSON. Raises ApiProblem."""
        reply = await self._client.get(path)
        if reply.status_code != 200:
            _content(reply)
        return reply.text

    async def close(self) -> None:
        await self._client.aclose()


def _content(reply: httpx.Response) -> Answer:
    content: Answer = reply.json()
    if reply.status_code == 200:
        return content
    error = content.get("error")
    told = f"{reply.request.url.path} answered {reply.status_code}"
    raise ApiProblem(reply.status_code, str(error["message"]) if isinstance(error, dict) else told)
