"""Anthropic's messages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

import msgspec

from leadline.providers import ClientRequest, Provider, StreamReader
from leadline.providers._anthropic_reply import AnthropicStream, read_reply
from leadline.providers._anthropic_request import read_question
from leadline.providers._forwarding import forwarded_headers, forwarded_query, members_of, written
from leadline.providers._own_errors import error_headers, json_reply
from leadline.vocabulary import (
    Answer,
    ClientError,
    OutboundRequest,
    Question,
    Target,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

_PATHS = frozenset({"/v1/messages", "/anthropic/v1/messages"})
_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


class Anthropic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Messages: `POST {base_url}/v1/messages`, streamed or not.

    A client's `anthropic-version` and `anthropic-beta` go on as they are: a version decides which
    parameters the API refuses. Our key goes out as `x-api-key`, which all versions take.

    - `default_version`: the `anthropic-version` for a client that sends none.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.ANTHROPIC_MESSAGES
    default_base_url: ClassVar[str] = "https://api.anthropic.com"

    default_version: str = "2023-06-01"

    def matches(self, method: str, path: str, headers: Mapping[str, str]) -> bool:  # noqa: ARG002
        return path in _PATHS and method == "POST"

    def read_question(self, request: ClientRequest) -> Question:
        return read_question(request.body)

    def outbound(
        self, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        headers = forwarded_headers(request.headers)
        headers.setdefault("anthropic-version", self.default_version)
        headers["x-api-key"] = secret
        return OutboundRequest(
            url=f"{_root(target.base_url)}/v1/messages{forwarded_query(request.query)}",
            body=_body(request.body, question, target.identity.model),
            headers=headers,
        )

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:  # noqa: ARG002
        return AnthropicStream()

    def error_reply(self, error: ClientError) -> UpstreamReply:
        headers = error_headers(error)
        if error.request_id:
            headers["request-id"] = error.request_id
        return json_reply(error.status, _error(error), headers)

    def error_event(self, error: ClientError) -> bytes:
        return b"event: error\ndata: " + msgspec.json.encode(_error(error)) + b"\n\n"

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:
        created = datetime.fromtimestamp(int(created_at), UTC).isoformat().replace("+00:00", "Z")
        models = [
            {"type": "model", "id": alias, "display_name": alias, "created_at": created} for alias in aliases
        ]
        page = {
            "data": models,
            "first_id": aliases[0] if aliases else None,
            "last_id": aliases[-1] if aliases else None,
            "has_more": False,
        }
        return json_reply(200, page, {})


def _root(base_url: str) -> str:
    """People write the base URL with or without its version."""
    return base_url.rstrip("/").removesuffix("/v1")


def _body(body: bytes, question: Question, model: str) -> bytes:
    if model == question.model:
        return body
    return msgspec.json.encode({**members_of(body), "model": written(model)})


def _error(error: ClientError) -> dict[str, object]:
    kind = _TYPES.get(error.status, "api_error" if error.status >= 500 else "invalid_request_error")
    details = {"type": kind, "message": error.message, "details": {"error_code": error.code}}
    return {"type": "error", "error": details, "request_id": error.request_id or None}


PLUG: type[Provider] = Anthropic
