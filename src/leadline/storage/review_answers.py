"""Answers what is asked about reviews from `incidents.db`: by people, and by the key that waits."""

from collections.abc import Callable

import msgspec
from sqlalchemy import ColumnElement, Connection, or_, select

from leadline.storage.incident_tables import REVIEWS
from leadline.vocabulary import Ask, Query, ReviewState, Told

_TEXTS = ("prompt", "context", "answer")
SHOWN = tuple(
    [column for column in REVIEWS.c if column.name not in (*_TEXTS, "body", "digest", "content_type", "keep")]
)
"""What a list of reviews tells."""
_OWN = ("review_id", "request_id", "state", "held", "until", "digest", "content_type", "body")


def review(name: str) -> ColumnElement[bool]:
    """By its own id, or that of its request."""
    return or_(REVIEWS.c.review_id == name, REVIEWS.c.request_id == name)


def _reviews(connection: Connection, ask: Ask) -> Told:
    wanted = select(*SHOWN).order_by(REVIEWS.c.at.desc(), REVIEWS.c.review_id).limit(ask.limit + 1)
    for name, value in ask.arguments.items():
        wanted = wanted.where(REVIEWS.c.at >= value if name == "since" else REVIEWS.c[name] == value)
    found = [_told(dict(row)) for row in connection.execute(wanted).mappings()]
    return Told(rows=tuple(found[: ask.limit]), truncated=len(found) > ask.limit)


def _review(connection: Connection, ask: Ask) -> Told:
    columns = (*SHOWN, *[REVIEWS.c[name] for name in _TEXTS])
    found = connection.execute(select(*columns).where(review(str(ask.arguments["review_id"])))).mappings()
    return Told(rows=tuple([_told(dict(row)) for row in found]))


def _released(connection: Connection, ask: Ask) -> Told:
    """The body only where a person has released it."""
    given = ask.arguments
    wanted = select(*[REVIEWS.c[name] for name in _OWN]).where(
        review(str(given["review_id"])),
        REVIEWS.c.tenant == given["tenant"],
        REVIEWS.c.key_alias == given["key_alias"],
    )
    found = [dict(row) for row in connection.execute(wanted).mappings()]
    for row in found:
        row["body"] = row["body"] if row["state"] == ReviewState.RELEASED else b""
    return Told(rows=tuple(found))


def _told(row: dict[str, object]) -> dict[str, object]:
    return row | {"evidence": msgspec.json.decode(str(row["evidence"]))}


REVIEW_ANSWERS: dict[str, Callable[[Connection, Ask], Told]] = {
    Query.REVIEWS: _reviews,
    Query.REVIEW: _review,
    Query.RELEASED: _released,
}
