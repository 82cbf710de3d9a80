"""What all of Anthropic's surfaces say alike: errors and the models list."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from leadline.providers import ClientRequest
from leadline.providers._own_errors import error_headers, json_reply
from leadline.providers._vertex_form import as_anthropic
from leadline.vocabulary import ClientError, UpstreamReply

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


class AnthropicWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The part of a surface that each of Anthropic's has in common."""

    def canonical(self, request: ClientRequest) -> ClientRequest:
        return as_anthropic(request)

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


def _error(error: ClientError) -> dict[str, object]:
    kind = _TYPES.get(error.status, "api_error" if error.status >= 500 else "invalid_request_error")
    details = {"type": kind, "message": error.message, "details": {"error_code": error.code}}
    return {"type": "error", "error": details, "request_id": error.request_id or None}
