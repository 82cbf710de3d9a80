"""Texts that a policy holds for a person: handed to the watch, and asked for again by the key that waits."""

import hashlib
from collections.abc import Mapping

import msgspec

from leadline.gateway.client import Client
from leadline.gateway.guarding.refusing import not_held_refusal, refusal
from leadline.gateway.parts import Released, Spool
from leadline.gateway.recording import Call, HeldBody
from leadline.policy.guardrails import Decision
from leadline.vocabulary import ClientError, Held, HeldText, ReviewState, Signal, Verdict, Word

SUFFIX = "/answer"
HEADER = "x-leadline-review"
MOST_BYTES = 4 * 1024 * 1024
MOST_CHARS = 64 * 1024
PREFIX = "rv-"
_ASK_AGAIN_S = "30"


def hold(call: Call, decision: Decision, spool: Spool, now: float) -> tuple[ClientError, str]:
    """What the client is told, and the id of the review; empty = it cannot be kept for a person, so it is
    blocked for good.
    """
    tried = call.tries[-1] if call.tries else None
    answered = tried is not None and tried.stopped is decision
    what = "answer" if answered else "request"
    body = tried.held if tried is not None and answered else HeldBody(b"", "", "")
    note = _note(call, decision, body, now, answered=answered)
    if isinstance(note, HeldText) and spool.offer(note):
        return refusal(decision, what, call.request_id, note.review_id), note.review_id
    why = note if isinstance(note, str) else "it could not be written; send it again later"
    return not_held_refusal(decision, what, call.request_id, why), ""


def _note(
    call: Call, decision: Decision, body: HeldBody | None, now: float, *, answered: bool
) -> HeldText | str:
    """What the watch is to keep, or why it cannot."""
    guarding, key, caller = call.active.guarding, call.key, call.caller
    if guarding is None or key is None or caller is None or key.grant.capture == "facts":
        return "this key keeps no text (`capture: facts`)"
    if body is None:
        return "it is not whole, or cannot be changed as the policy wants"
    if len(body.body if answered else call.request.body) > MOST_BYTES:
        return f"it is longer than {MOST_BYTES} bytes"
    target = call.tries[-1].step.target.target.identity if answered else None
    question = call.question
    return HeldText(
        review_id=PREFIX + call.request_id,
        request_id=call.request_id,
        at=now,
        until=now + guarding.rails.hold_s,
        held=Held.ANSWER if answered else Held.QUESTION,
        policy=decision.by,
        evidence=_evidence((*call.asked, *call.signals)),
        caller=caller,
        protocol=call.surface.protocol,
        template=call.template,
        provider=target.provider if target is not None else "",
        model=target.model if target is not None else question.model,
        digest="" if answered else digest(call.request.body),
        content_type=body.content_type,
        body=body.body,
        prompt=question.prompt[:MOST_CHARS],
        context=question.context[:MOST_CHARS],
        answer=body.text[:MOST_CHARS],
        keep=key.grant.capture == "keep",
    )


def _evidence(signals: tuple[Signal, ...]) -> tuple[str, ...]:
    return tuple([f"{one.check}: {one.evidence}" for one in signals if one.verdict is Verdict.FAIL])


def digest(body: bytes) -> str:
    """What is released is this very question."""
    return hashlib.sha256(body).hexdigest()


async def permitted(call: Call, decision: Decision, released: Released) -> bool:
    """Whether a person has released this very question of this key before, under the review that its header
    names.
    """
    named = call.request.headers.get(HEADER)
    if named is None or call.key is None or decision.word is not Word.HOLD:
        return False
    row = await released(named, call.key.grant.tenant, call.key.grant.alias)
    return (
        row is not None
        and row["state"] == ReviewState.RELEASED
        and row["held"] == Held.QUESTION
        and float(str(row["until"])) > call.started_at
        and row["digest"] == digest(call.request.body)
    )


async def give(row: Mapping[str, object], now: float, client: Client) -> ClientError | None:
    """The answer of the review, where a person has released it; else what the client is told."""
    state, held = row["state"], row["held"]
    if state == ReviewState.PENDING:
        waiting = {name: row[name] for name in ("review_id", "request_id", "state", "held", "until")}
        headers = {"content-type": "application/json", "retry-after": _ASK_AGAIN_S}
        await client.reply(202, headers, msgspec.json.encode(waiting))
        return None
    if state == ReviewState.REJECTED:
        return _refusal(
            403, "rejected_by_review", f"A person has looked at the {held} and does not release it."
        )
    body = row["body"]
    if state == ReviewState.EXPIRED or float(str(row["until"])) <= now:
        return _refusal(410, "review_expired", f"The time to release or fetch the {held} is over; ask again.")
    if held == Held.QUESTION or not isinstance(body, bytes):
        message = f"The question was released; send it again as it was, with `{HEADER}: {row['review_id']}`."
        return _refusal(409, "question_released", message)
    headers = {
        "content-type": str(row["content_type"]),
        "x-leadline-request-id": str(row["request_id"]),
        HEADER: str(row["review_id"]),
    }
    await client.reply(200, headers, body)
    return None


def _refusal(status: int, code: str, message: str) -> ClientError:
    return ClientError(status=status, code=code, message=message)
