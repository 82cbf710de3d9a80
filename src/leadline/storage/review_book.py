"""Writes what policies hold for a person, and what a person decided about it, into `incidents.db`."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from leadline.storage import Keeping
from leadline.storage.audit_chain import put_deed
from leadline.storage.incident_tables import REVIEWS
from leadline.storage.review_answers import SHOWN, review
from leadline.vocabulary import Command, Deed, HeldText, ReviewState

STATES = {Command.RELEASE: ReviewState.RELEASED, Command.REJECT: ReviewState.REJECTED}
_WORDLESS = {"prompt": "", "context": "", "answer": ""}


class NotDecided(Exception):
    """Nothing was changed, as a sentence."""


def put_reviews(connection: Connection, held: Sequence[HeldText]) -> None:
    """The same one twice is one."""
    rows = [_row(one) for one in held]
    if rows:
        connection.execute(insert(REVIEWS).on_conflict_do_nothing(), rows)


def decide(connection: Connection, deed: Deed) -> dict[str, object] | str:
    """By `deed.action`, of the review `deed.subject`; it stands in the audit chain, a refusal too. Gives the
    row, with `changed`, or why nothing was. What is released is kept for as long again as it could wait.
    """
    wanted = STATES[Command(deed.action)]
    asked = select(*SHOWN).where(review(deed.subject))
    found = connection.execute(asked).mappings().one_or_none()
    problem = _problem(deed, str(found["state"]) if found is not None else None, wanted)
    if problem or found is None:
        put_deed(connection, msgspec.structs.replace(deed, outcome=problem))
        return problem
    changed = found["state"] != wanted
    if changed:
        _carry_out(connection, deed, wanted, float(found["until"]) - float(found["at"]))
    named = f"{found['policy']}, request {found['request_id']}"
    outcome = "done" if changed else "unchanged"
    put_deed(connection, msgspec.structs.replace(deed, outcome=outcome, details=named))
    row = connection.execute(asked).mappings().one()
    return {**row, "evidence": msgspec.json.decode(row["evidence"]), "changed": changed}


def forget_reviews(connection: Connection, now: float, keeping: Keeping) -> bool:
    """What nobody decided in time is not given; texts and rows go in time. Whether any did."""
    waiting = REVIEWS.c.state == ReviewState.PENDING
    over = REVIEWS.c.until <= now
    connection.execute(update(REVIEWS).where(waiting, over).values(state=ReviewState.EXPIRED))
    done = REVIEWS.c.state != ReviewState.PENDING
    old = (~REVIEWS.c.keep) | (REVIEWS.c.at <= now - keeping.text_s)
    wordy = (REVIEWS.c.prompt != "") | (REVIEWS.c.context != "") | (REVIEWS.c.answer != "")
    gone = [
        connection.execute(update(REVIEWS).where(done, over, REVIEWS.c.body != b"").values(body=b"")),
        connection.execute(update(REVIEWS).where(done, old, wordy).values(**_WORDLESS)),
        connection.execute(delete(REVIEWS).where(done, over, REVIEWS.c.at <= now - keeping.facts_s)),
    ]
    return any(result.rowcount for result in gone)


def _problem(deed: Deed, state: str | None, wanted: ReviewState) -> str:
    """Empty = it may be decided so. A released answer may be out, so it cannot be taken back."""
    if state is None:
        return f"there is no review {deed.subject!r}; `leadline reviews list` shows those that wait."
    if state in (ReviewState.PENDING, wanted):
        return ""
    return f"{deed.subject} is {state} already, so it cannot be {wanted} any more."


def _carry_out(connection: Connection, deed: Deed, wanted: ReviewState, waited_s: float) -> None:
    values: dict[str, object] = {
        "state": wanted,
        "decided_at": deed.at,
        "decided_by": deed.by,
        "note": deed.note,
    }
    if wanted is ReviewState.RELEASED:
        values["until"] = deed.at + waited_s
    else:
        values["body"] = b""
    connection.execute(update(REVIEWS).where(review(deed.subject)).values(**values))
    connection.execute(update(REVIEWS).where(review(deed.subject), ~REVIEWS.c.keep).values(**_WORDLESS))


def _row(held: HeldText) -> dict[str, object]:
    row: dict[str, object] = msgspec.structs.asdict(held)
    caller = held.caller
    del row["caller"]
    return row | {
        "state": ReviewState.PENDING,
        "held": held.held.value,
        "protocol": held.protocol.value,
        "evidence": msgspec.json.encode(held.evidence).decode(),
        "tenant": caller.tenant,
        "key_alias": caller.key_alias,
        "user": caller.user,
        "feature": caller.feature,
    }
