"""What goes wrong, in the one shape people and programs get: a code, and a sentence with the next step."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response


class Problem(Exception):
    """Raised anywhere below a route; answered as `{"error": {"code", "message"}}`."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers

    def response(self) -> Response:
        return answer({"error": {"code": self.code, "message": self.message}}, self.status, self.headers)


def answer(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON without a detour over pydantic: the rows come from their owner and are handed on."""
    return Response(
        msgspec.json.encode(content),
        status,
        {**(headers or {}), "cache-control": "no-store"},
        "application/json",
    )
