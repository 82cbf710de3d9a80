"""OpenAI's chat completions, and any host that speaks them."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

import msgspec

from leadline.providers import ClientRequest, Provider, StreamReader
from leadline.providers._forwarding import forwarded_headers, forwarded_query, members_of, written
from leadline.providers._openai_reply import OpenAIStream, read_reply
from leadline.providers._openai_request import read_question
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

_PATHS = frozenset({"/v1/chat/completions", "/chat/completions"})
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}


class OpenAI(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Chat completions: `POST {base_url}/chat/completions`, streamed or not.

    Works for api.openai.com, for Azure OpenAI's v1 endpoint (`key_header: api-key`) and for the many hosts
    that speak the protocol; give a target's `base_url` with its version, as SDKs do.

    - `key_header`: where the key goes, `authorization` (as `Bearer`) or `api-key`.
    - `asks_stream_usage`: ask a stream for its usage when the client did not, and hide that one chunk from
      the client. Switch it off for a host that refuses `stream_options`; its streams then cost unknown.
    """

    protocol: ClassVar[WireProtocol] = WireProtocol.OPENAI_CHAT
    default_base_url: ClassVar[str] = "https://api.openai.com/v1"

    key_header: Literal["authorization", "api-key"] = "authorization"
    asks_stream_usage: bool = True

    def matches(self, method: str, path: str, headers: Mapping[str, str]) -> bool:  # noqa: ARG002
        return path in _PATHS and method == "POST"

    def read_question(self, request: ClientRequest) -> Question:
        return read_question(request.body)

    def outbound(
        self, request: ClientRequest, question: Question, target: Target, secret: str
    ) -> OutboundRequest:
        headers = forwarded_headers(request.headers)
        headers[self.key_header] = f"Bearer {secret}" if self.key_header == "authorization" else secret
        return OutboundRequest(
            url=f"{target.base_url.rstrip('/')}/chat/completions{forwarded_query(request.query)}",
            body=self._body(request.body, question, target.identity.model),
            headers=headers,
        )

    def read_reply(self, reply: UpstreamReply) -> Answer | UpstreamFailure:
        return read_reply(reply)

    def stream_reader(self, question: Question) -> StreamReader:
        return OpenAIStream(hides_usage=self._adds_usage(question))

    def error_reply(self, error: ClientError) -> UpstreamReply:
        headers = error_headers(error)
        if error.request_id:
            headers["x-request-id"] = error.request_id
        return json_reply(error.status, {"error": _error(error)}, headers)

    def error_event(self, error: ClientError) -> bytes:
        return b"data: " + msgspec.json.encode({"error": _error(error)}) + b"\n\n"

    def models_reply(self, aliases: Sequence[str], created_at: float) -> UpstreamReply:
        models = [
            {"id": alias, "object": "model", "created": int(created_at), "owned_by": "leadline"}
            for alias in aliases
        ]
        return json_reply(200, {"object": "list", "data": models}, {})

    def _adds_usage(self, question: Question) -> bool:
        return self.asks_stream_usage and question.streaming and not question.wants_stream_usage

    def _body(self, body: bytes, question: Question, model: str) -> bytes:
        if model == question.model and not self._adds_usage(question):
            return body
        members = members_of(body)
        members["model"] = written(model)
        if self._adds_usage(question):
            members["stream_options"] = _with_usage(members.get("stream_options"))
        return msgspec.json.encode(members)


def _with_usage(options: msgspec.Raw | None) -> msgspec.Raw:
    given = msgspec.json.decode(options) if options else None
    return written({**(given or {}), "include_usage": True})


def _error(error: ClientError) -> dict[str, str | None]:
    kind = _TYPES.get(error.status, "server_error" if error.status >= 500 else "invalid_request_error")
    return {"message": error.message, "type": kind, "param": None, "code": error.code}


PLUG: type[Provider] = OpenAI
