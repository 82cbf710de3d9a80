"""What Google's error words mean.

https://ai.google.dev/gemini-api/docs/troubleshooting: a wrong key is a 400 that only its reason tells, and a
429 is a rate limit or a used-up day, told apart by the quota's name.
"""

from collections.abc import Iterator, Mapping

import msgspec

from leadline.providers import _failures as on
from leadline.providers._failures import Complaint, Rulebook, error_object, word
from leadline.vocabulary import UpstreamFailure

_PER_DAY = "quota_per_day"
_QUOTA_UNSPECIFIED = "quota_without_retry"


def _complaint(error: Mapping[str, object]) -> Complaint:
    details = list(_mappings(error.get("details")))
    delay = _retry_delay_s(details)
    text = word(error.get("message"))
    reasons = [word(detail.get("reason")) for detail in (*details, *_mappings(error.get("errors")))]
    words = (
        _quota_word(details, text, delay),
        *reasons,
        word(error.get("status")),
        word(error.get("code")),
    )
    return Complaint(tuple(filter(None, words)), text, delay)


def _quota_word(details: list[Mapping[str, object]], text: str, delay_s: float | None) -> str:
    quotas = [
        word(violation.get("quotaId"))
        for detail in details
        for violation in _mappings(detail.get("violations"))
    ]
    if any("PerDay" in quota for quota in quotas):
        return _PER_DAY
    sticky = "exceeded your current quota" in text and not quotas and delay_s is None
    return _QUOTA_UNSPECIFIED if sticky else ""


def _retry_delay_s(details: list[Mapping[str, object]]) -> float | None:
    """google.rpc.RetryInfo: a duration like `26s` or `0.35s`."""
    for detail in details:
        delay = word(detail.get("retryDelay")).removesuffix("s")
        if delay.replace(".", "", 1).isdecimal():
            return float(delay)
    return None


def _mappings(value: object) -> Iterator[Mapping[str, object]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield item


BOOK = Rulebook(
    complaint=_complaint,
    words={
        _PER_DAY: on.QUOTA,
        _QUOTA_UNSPECIFIED: on.QUOTA,
        "API_KEY_INVALID": on.AUTH,
        "API_KEY_EXPIRED": on.AUTH,
        "SERVICE_DISABLED": on.AUTH,
        "BILLING_DISABLED": on.QUOTA,
        "payment_required": on.QUOTA,
        "quota_exceeded": on.QUOTA,
        "UNAVAILABLE": on.OVERLOADED,
        "rateLimitExceeded": on.THROTTLED,
    },
    phrases=(
        ("api key not valid", on.AUTH),
        ("api key expired", on.AUTH),
        ("user location is not supported", on.AUTH),
        ("billing account", on.QUOTA),
        ("billing to be enabled", on.QUOTA),
        ("the model is overloaded", on.OVERLOADED),
        ("input token count", on.CALLER),
    ),
    status_of={
        "INVALID_ARGUMENT": 400,
        "FAILED_PRECONDITION": 400,
        "OUT_OF_RANGE": 400,
        "UNAUTHENTICATED": 401,
        "PERMISSION_DENIED": 403,
        "NOT_FOUND": 404,
        "RESOURCE_EXHAUSTED": 429,
        "CANCELLED": 499,
        "INTERNAL": 500,
        "UNKNOWN": 500,
        "DEADLINE_EXCEEDED": 504,
        # the Interactions API says them in lower case
        "invalid_request": 400,
        "failed_precondition": 400,
        "parameter_unknown": 400,
        "authentication": 401,
        "permission_denied": 403,
        "not_found": 404,
        "model_not_found": 404,
        "rate_limit_exceeded": 429,
        "unavailable": 503,
    },
)

judge = BOOK.judge


def with_number(body: bytes, failure: UpstreamFailure) -> bytes:
    """The error `body` with a number for its code, in the very words otherwise. google-genai compares it."""
    error = error_object(body)
    if isinstance(error.get("code"), int):
        return body
    status = error.get("status") or word(error.get("code"))
    return msgspec.json.encode({"error": {**error, "code": failure.implied_status or 500, "status": status}})
