"""What OpenAI's error words mean, and those of the hosts that speak its protocol.

https://platform.openai.com/docs/guides/error-codes: `type` is weak (a wrong key is an
`invalid_request_error`), so the code is asked first and the status before the type.
"""

from collections.abc import Mapping

from leadline.providers import _failures as on
from leadline.providers._failures import Complaint, Rulebook, word


def _complaint(error: Mapping[str, object]) -> Complaint:
    words = tuple(
        filter(None, (_detected(error.get("innererror")), word(error.get("code")), word(error.get("type"))))
    )
    return Complaint(words, word(error.get("message")))


def _detected(inner: object) -> str:
    """Of what Azure's filter found in a prompt, the attacks: they say more than that it was filtered."""
    found = inner.get("content_filter_result") if isinstance(inner, dict) else None
    if not isinstance(found, dict):
        return ""
    for name in ("jailbreak", "indirect_attack"):
        attack = found.get(name)
        if isinstance(attack, dict) and attack.get("detected") is True:
            return f"{name}_detected"
    return ""


BOOK = Rulebook(
    complaint=_complaint,
    words={
        "insufficient_quota": on.QUOTA,
        "credit_balance_exhausted": on.QUOTA,
        "billing_not_active": on.QUOTA,
        "billing_hard_limit_reached": on.QUOTA,
        "quota_exceeded": on.QUOTA,
        "server_is_overloaded": on.OVERLOADED,
        "engine_overloaded_error": on.OVERLOADED,
        "slow_down": on.THROTTLED,
        "rate_limit_exceeded": on.THROTTLED,
        "model_not_found": on.MODEL_GONE,
        "DeploymentNotFound": on.MODEL_GONE,
        "invalid_api_key": on.AUTH,
        "account_deactivated": on.AUTH,
        "unsupported_country_region_territory": on.AUTH,
        "context_length_exceeded": on.CALLER,
        "too_many_prompt_tokens": on.CALLER,
        "invalid_prompt": on.CALLER,
        "content_policy_violation": on.CALLER,
        "content_filter": on.CALLER,
        "jailbreak_detected": on.CALLER,
        "indirect_attack_detected": on.CALLER,
        "invalid_image_url": on.CALLER_RETRY,
        "tool_use_failed": on.FORMAT,
    },
    phrases=(
        ("you exceeded your current quota", on.QUOTA),
        ("insufficient balance", on.QUOTA),
        ("incorrect api key provided", on.AUTH),
        ("request too large for", on.OVER_THE_RATE_ALONE),
        ("currently overloaded", on.OVERLOADED),
        ("maximum context length", on.CALLER),
        ("max context length", on.CALLER),
        ("previous response with id", on.CALLER),
        ("items are not persisted", on.CALLER),
    ),
    status_of={
        "invalid_request_error": 400,
        "authentication_error": 401,
        "permission_error": 403,
        "not_found_error": 404,
        "tokens": 429,
        "requests": 429,
        "rate_limit_error": 429,
        "server_error": 500,
        "api_error": 500,
        "service_unavailable_error": 503,
        "overloaded_error": 529,
    },
)

judge = BOOK.judge
