"""What a client is told of a text that a policy stopped: which policy, never which pattern."""

from leadline.policy.guardrails import TOO_LONG, UNREAD, Decision
from leadline.vocabulary import ClientError, Word

BLOCKED, HELD = "blocked_by_policy", "held_for_review"
_UNSEEN = {
    TOO_LONG: "its text is too long to be checked; send less",
    UNREAD: "it holds parts that cannot be read, such as images; leave them out",
}


def refusal(decision: Decision, what: str, request_id: str, review_id: str = "") -> ClientError:
    """`what` is `request` or `answer`. The status is 400, so that no client tries again by itself."""
    policy = decision.by
    if decision.unseen:
        why = _UNSEEN.get(decision.unseen, "a check did not come to an end; try again later")
        message = f"The {what} was blocked by the policy {policy!r}: {why}."
    elif decision.word is Word.HOLD:
        message = (
            f"The {what} is held by the policy {policy!r} until a person has looked at it ({review_id}). "
            f"GET /v1/requests/{request_id}/answer says what became of it."
        )
    else:
        message = (
            f"The {what} was blocked by the policy {policy!r}. Change the request before it is sent again."
        )
    code = HELD if decision.word is Word.HOLD else BLOCKED
    return ClientError(status=400, code=code, message=message, request_id=request_id)


def not_held_refusal(decision: Decision, what: str, request_id: str, why: str) -> ClientError:
    """Of a text that should wait for a person and cannot: it is not given at all."""
    message = f"The {what} was blocked by the policy {decision.by!r}: it would wait for a person, but {why}."
    return ClientError(status=400, code=BLOCKED, message=message, request_id=request_id)


def unread_refusal(policy: str, request_id: str) -> ClientError:
    return ClientError(
        status=403,
        code=BLOCKED,
        message=f"The policy {policy!r} reads what this key sends and gets, and calls to this path pass "
        "unread; use one of the model's own endpoints.",
        request_id=request_id,
    )
