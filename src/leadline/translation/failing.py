"""An upstream's error for a client that speaks another protocol."""

from leadline.providers._failures import error_object
from leadline.vocabulary import ClientError, FailureKind, UpstreamFailure, UpstreamReply, WireProtocol

_LONGEST_MESSAGE = 2000
_ONLY_ANTHROPICS = 529
_GOOGLES_CANCELLED = 499
_SPENT = 402


def translate_error(
    reply: UpstreamReply, failure: UpstreamFailure, to: WireProtocol, request_id: str
) -> ClientError:
    """Status and message as the upstream gave them; its `overloaded` (529) is everyone else's 503. Money that
    is used up is 402, whatever the upstream calls it: another SDK would take its 429 for a rate limit.
    """
    spent = failure.kind is FailureKind.PROVIDER_QUOTA
    told = error_object(reply.body).get("message")
    message = told if isinstance(told, str) and told else f"The upstream answered with HTTP {reply.status}."
    return ClientError(
        status=_SPENT if spent else _status(failure.implied_status or reply.status, to),
        code=failure.error_code or (failure.kind or "request_refused").rpartition(".")[2],
        message=message[:_LONGEST_MESSAGE],
        request_id=request_id,
        retry_after_s=failure.retry_after_s,
    )


def _status(status: int, to: WireProtocol) -> int:
    if status < 400 or status == _GOOGLES_CANCELLED:
        return 502
    if status == _ONLY_ANTHROPICS and to is not WireProtocol.ANTHROPIC_MESSAGES:
        return 503  # Google's SDK does not know 529, and OpenAI's clients have no word for it
    return status
