"""What Anthropic's error words mean.

https://platform.claude.com/docs/en/api/errors: `error.type` says it, `error.details.error_code` says it
more exactly, and an empty wallet is a 400 that only its message tells from a bad request.
"""

from collections.abc import Mapping

from leadline.providers import _failures as on
from leadline.providers._failures import Complaint, Rulebook, word


def _complaint(error: Mapping[str, object]) -> Complaint:
    details = error.get("details")
    exact = word(details.get("error_code")) if isinstance(details, Mapping) else ""
    words = tuple(filter(None, (exact, word(error.get("type")))))
    return Complaint(words, word(error.get("message")))


BOOK = Rulebook(
    complaint=_complaint,
    words={
        "enforced_spend_limit_reached": on.QUOTA,
        "contract_spend_limit_reached": on.QUOTA,
        "billing_error": on.QUOTA,
        "organization_on_hold": on.AUTH,
        "ramp_limit_exceeded": on.THROTTLED,
        "cmek_key_unreachable": on.OUTAGE,
        "overloaded_error": on.OVERLOADED,
        "request_too_large": on.CALLER,
    },
    phrases=(
        ("credit balance is too low", on.QUOTA),
        ("reached your specified api usage limits", on.QUOTA),
        ("prompt is too long", on.CALLER),
    ),
    status_of={
        "invalid_request_error": 400,
        "authentication_error": 401,
        "permission_error": 403,
        "not_found_error": 404,
        "conflict_error": 409,
        "rate_limit_error": 429,
        "api_error": 500,
        "timeout_error": 504,
    },
)

judge = BOOK.judge
